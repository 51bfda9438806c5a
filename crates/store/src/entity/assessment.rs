use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub round_id: Uuid,
    pub organisation_id: Uuid,
    pub subject_name: String,
    pub subject_kind: String,
    pub stage: String,
    pub turn: i32,
    pub revision: i64,
    pub stage_since: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub changed_at: DateTimeUtc,
    pub locked_at: Option<DateTimeUtc>,
    pub submitted_at: Option<DateTimeUtc>,
    pub reminded_at: Option<DateTimeUtc>,
    pub answered: i32,
    pub asked: i32,
    pub strict: Option<f64>,
    pub band: Option<String>,
    pub shelf: String,
    pub subject_words: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
