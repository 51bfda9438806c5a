use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    pub at: String,
    pub action: String,
    pub person_id: Option<Uuid>,
    pub organisation_id: Option<Uuid>,
    pub round_id: Option<Uuid>,
    pub assessment_id: Option<Uuid>,
    pub sheet_id: Option<Uuid>,
    pub revision: Option<i64>,
    pub place: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub previous: String,
    pub hash: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
