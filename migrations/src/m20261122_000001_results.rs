//! Forms with their translations, responses, and the scorecards made from them.
//!
//! Documents are text, not JSON columns: their bytes are repeated exactly.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{double_null, pk_uuid, text, text_null, timestamp_with_time_zone};

use crate::columns::{bytewise, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let bytewise = |column| bytewise(manager, column);
        let form = Table::create()
            .table("form")
            .col(bytewise(text("hash")).primary_key())
            .col(bytewise(text("id")))
            .col(bytewise(text("version")))
            .col(bytewise(text("language")))
            .col(text("title"))
            .col(timestamp_with_time_zone("created_at"))
            .col(text("document"))
            .to_owned();
        let form_translation = Table::create()
            .table("form_translation")
            .col(bytewise(text("form_hash")))
            .col(bytewise(text("language")))
            .col(bytewise(text("hash")))
            .col(text("texts"))
            .primary_key(Index::create().col("form_hash").col("language"))
            .foreign_key(
                ForeignKey::create()
                    .name("form_translation_form")
                    .from("form_translation", "form_hash")
                    .to("form", "hash"),
            )
            .to_owned();
        let response = Table::create()
            .table("response")
            .col(bytewise(text("hash")).primary_key())
            .col(bytewise(text("form_hash")))
            .col(bytewise(text("subject_name")))
            .col(bytewise(text("subject_kind")))
            .col(bytewise(text("date")))
            .col(text("document"))
            .foreign_key(
                ForeignKey::create()
                    .name("response_form")
                    .from("response", "form_hash")
                    .to("form", "hash"),
            )
            .to_owned();
        let scorecard = Table::create()
            .table("scorecard")
            .col(pk_uuid("id"))
            .col(bytewise(text("form_hash")))
            .col(bytewise(text("response_hash")))
            .col(bytewise(text("form_id")))
            .col(bytewise(text("form_version")))
            .col(bytewise(text("subject_name")))
            .col(bytewise(text("subject_kind")))
            .col(bytewise(text("date")))
            .col(bytewise(text("status")))
            .col(bytewise(text_null("band")))
            .col(double_null("strict"))
            .col(double_null("answered"))
            .col(double_null("upper"))
            .col(double_null("completeness"))
            .col(bytewise(text("engine")))
            .col(timestamp_with_time_zone("created_at"))
            .col(text("document"))
            .foreign_key(
                ForeignKey::create()
                    .name("scorecard_form")
                    .from("scorecard", "form_hash")
                    .to("form", "hash"),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("scorecard_response")
                    .from("scorecard", "response_hash")
                    .to("response", "hash"),
            )
            .to_owned();
        for table in [form, form_translation, response, scorecard] {
            manager.create_table(table).await?;
        }

        for (name, table, columns) in INDEXES {
            manager.create_index(index(name, table, columns)).await?;
        }
        // The same response scored by the same engine is one scorecard.
        let once = ["form_hash", "response_hash", "engine"];
        manager.create_index(index("scorecard_once", "scorecard", &once).unique().take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["scorecard", "response", "form_translation", "form"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// Name, table and columns. Every list of scorecards ends its order with the id.
const INDEXES: &[(&str, &str, &[&str])] = &[
    ("form_version", "form", &["id", "version"]),
    ("response_form", "response", &["form_hash"]),
    ("scorecard_response", "scorecard", &["response_hash"]),
    ("scorecard_form", "scorecard", &["form_id", "id"]),
    ("scorecard_subject", "scorecard", &["subject_name", "id"]),
    ("scorecard_status", "scorecard", &["status", "id"]),
    ("scorecard_band", "scorecard", &["band", "id"]),
    ("scorecard_date", "scorecard", &["date", "id"]),
    ("scorecard_strict", "scorecard", &["strict", "id"]),
];
