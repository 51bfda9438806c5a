use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sheet")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub assessment_id: Uuid,
    pub stage: String,
    pub turn: i32,
    pub copy: i32,
    pub form_hash: String,
    pub revision: i64,
    pub document: String,
    pub carried: String,
    pub carried_from: Option<Uuid>,
    pub answered: i32,
    pub asked: i32,
    pub created_at: DateTimeUtc,
    pub changed_at: DateTimeUtc,
    pub signed_at: Option<DateTimeUtc>,
    pub signed_by: Option<Uuid>,
    pub signer: Option<String>,
    pub scorecard_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
