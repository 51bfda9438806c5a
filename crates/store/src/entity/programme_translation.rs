use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "programme_translation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub programme_hash: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub language: String,
    pub texts: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
