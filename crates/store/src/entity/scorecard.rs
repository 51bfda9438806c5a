use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "scorecard")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub form_hash: String,
    pub response_hash: String,
    pub form_id: String,
    pub form_version: String,
    pub subject_name: String,
    pub subject_kind: String,
    pub date: String,
    pub status: String,
    pub band: Option<String>,
    pub strict: Option<f64>,
    pub answered: Option<f64>,
    pub upper: Option<f64>,
    pub completeness: Option<f64>,
    pub engine: String,
    pub created_at: DateTimeUtc,
    pub document: String,
}

/// A row without its document.
#[derive(Debug, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
pub struct Line {
    pub id: Uuid,
    pub form_hash: String,
    pub response_hash: String,
    pub form_id: String,
    pub form_version: String,
    pub subject_name: String,
    pub subject_kind: String,
    pub date: String,
    pub status: String,
    pub band: Option<String>,
    pub strict: Option<f64>,
    pub answered: Option<f64>,
    pub upper: Option<f64>,
    pub completeness: Option<f64>,
    pub engine: String,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::response::Entity",
        from = "Column::ResponseHash",
        to = "super::response::Column::Hash"
    )]
    Response,
}

impl Related<super::response::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Response.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
