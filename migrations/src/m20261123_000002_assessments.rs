//! Rounds of programmes, the assessments in them, the sheets being answered, evidence, and the
//! history of all of it.
//!
//! The history is a chain: each event holds the hash of the one before it, and the table
//! `event_head` the last one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, double_null, integer, pk_uuid, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

use crate::columns::{bytewise, index, refers};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables =
            programmes(manager).into_iter().chain(assessments(manager)).chain(history(manager));
        for table in tables {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in INDEXES {
            manager.create_index(index(name, table, columns)).await?;
        }
        for (name, table, columns) in UNIQUE {
            manager.create_index(index(name, table, columns).unique().take()).await?;
        }
        let head = Query::insert()
            .into_table("event_head")
            .columns(["id", "sequence", "hash"])
            .values_panic([0.into(), 0_i64.into(), "".into()])
            .to_owned();
        manager.get_connection().execute(&head).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*table).to_owned()).await?;
        }
        Ok(())
    }
}

/// In the order in which they are made.
const TABLES: &[&str] = &[
    "programme",
    "programme_translation",
    "round",
    "round_form",
    "assessment",
    "assignment",
    "sheet",
    "comment",
    "file",
    "evidence",
    "event",
    "event_head",
    "request",
];

fn programmes(manager: &SchemaManager) -> Vec<TableCreateStatement> {
    let bytewise = |column| bytewise(manager, column);
    vec![
        Table::create()
            .table("programme")
            .col(bytewise(text("hash")).primary_key())
            .col(bytewise(text("id")))
            .col(bytewise(text("version")))
            .col(bytewise(text("language")))
            .col(text("title"))
            .col(timestamp_with_time_zone("created_at"))
            .col(text("document"))
            .to_owned(),
        Table::create()
            .table("programme_translation")
            .col(bytewise(text("programme_hash")))
            .col(bytewise(text("language")))
            .col(text("texts"))
            .primary_key(Index::create().col("programme_hash").col("language"))
            .foreign_key(&mut refers(
                "programme_translation",
                "programme_hash",
                "programme",
                "hash",
            ))
            .to_owned(),
        Table::create()
            .table("round")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(bytewise(text("programme_hash")))
            .col(text("title"))
            .col(bytewise(text("opens_on")))
            .col(bytewise(text("closes_on")))
            .col(bytewise(text("language")))
            .col(text_null("invitation"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("closed_at"))
            .foreign_key(&mut refers("round", "organisation_id", "organisation", "id"))
            .foreign_key(&mut refers("round", "programme_hash", "programme", "hash"))
            .to_owned(),
        Table::create()
            .table("round_form")
            .col(uuid("round_id"))
            .col(bytewise(text("form_id")))
            .col(bytewise(text("form_hash")))
            .primary_key(Index::create().col("round_id").col("form_id"))
            .foreign_key(&mut refers("round_form", "round_id", "round", "id"))
            .foreign_key(&mut refers("round_form", "form_hash", "form", "hash"))
            .to_owned(),
    ]
}

fn assessments(manager: &SchemaManager) -> Vec<TableCreateStatement> {
    let bytewise = |column| bytewise(manager, column);
    vec![
        Table::create()
            .table("assessment")
            .col(pk_uuid("id"))
            .col(uuid("round_id"))
            .col(uuid("organisation_id"))
            .col(bytewise(text("subject_name")))
            .col(bytewise(text("subject_kind")))
            .col(bytewise(text("stage")))
            .col(integer("turn"))
            .col(big_integer("revision"))
            .col(timestamp_with_time_zone("stage_since"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("changed_at"))
            .col(timestamp_with_time_zone_null("locked_at"))
            .col(timestamp_with_time_zone_null("submitted_at"))
            .col(timestamp_with_time_zone_null("reminded_at"))
            .col(integer("answered"))
            .col(integer("asked"))
            .col(double_null("strict"))
            .col(bytewise(text_null("band")))
            .foreign_key(&mut refers("assessment", "round_id", "round", "id"))
            .foreign_key(&mut refers("assessment", "organisation_id", "organisation", "id"))
            .to_owned(),
        Table::create()
            .table("assignment")
            .col(uuid("assessment_id"))
            .col(uuid("person_id"))
            .col(bytewise(text("role")))
            .col(timestamp_with_time_zone("created_at"))
            .primary_key(Index::create().col("assessment_id").col("person_id").col("role"))
            .foreign_key(&mut refers("assignment", "assessment_id", "assessment", "id"))
            .foreign_key(&mut refers("assignment", "person_id", "person", "id"))
            .to_owned(),
        Table::create()
            .table("sheet")
            .col(pk_uuid("id"))
            .col(uuid("assessment_id"))
            .col(bytewise(text("stage")))
            .col(integer("turn"))
            .col(integer("copy"))
            .col(bytewise(text("form_hash")))
            .col(big_integer("revision"))
            .col(text("document"))
            .col(text("carried"))
            .col(uuid_null("carried_from"))
            .col(integer("answered"))
            .col(integer("asked"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("changed_at"))
            .col(timestamp_with_time_zone_null("signed_at"))
            .col(uuid_null("signed_by"))
            .col(text_null("signer"))
            .col(uuid_null("scorecard_id"))
            .foreign_key(&mut refers("sheet", "assessment_id", "assessment", "id"))
            .foreign_key(&mut refers("sheet", "form_hash", "form", "hash"))
            .foreign_key(&mut refers("sheet", "carried_from", "sheet", "id"))
            .foreign_key(&mut refers("sheet", "signed_by", "person", "id"))
            .foreign_key(&mut refers("sheet", "scorecard_id", "scorecard", "id"))
            .to_owned(),
        Table::create()
            .table("comment")
            .col(pk_uuid("id"))
            .col(uuid("assessment_id"))
            .col(uuid_null("sheet_id"))
            .col(bytewise(text("kind")))
            .col(bytewise(text("place")))
            .col(uuid("person_id"))
            .col(text("text"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut refers("comment", "assessment_id", "assessment", "id"))
            .foreign_key(&mut refers("comment", "sheet_id", "sheet", "id"))
            .foreign_key(&mut refers("comment", "person_id", "person", "id"))
            .to_owned(),
        Table::create()
            .table("file")
            .col(bytewise(text("hash")).primary_key())
            .col(big_integer("size"))
            .col(bytewise(text("media_type")))
            .col(timestamp_with_time_zone("created_at"))
            .to_owned(),
        Table::create()
            .table("evidence")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(text("title"))
            .col(bytewise(text("grade")))
            .col(bytewise(text_null("date")))
            .col(bytewise(text_null("expires_on")))
            .col(text_null("link"))
            .col(bytewise(text_null("file_hash")))
            .col(text_null("file_name"))
            .col(uuid("person_id"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("removed_at"))
            .foreign_key(&mut refers("evidence", "organisation_id", "organisation", "id"))
            .foreign_key(&mut refers("evidence", "file_hash", "file", "hash"))
            .foreign_key(&mut refers("evidence", "person_id", "person", "id"))
            .to_owned(),
    ]
}

/// The history refers to people, organisations and assessments without foreign keys, so that it
/// stays when they go.
fn history(manager: &SchemaManager) -> Vec<TableCreateStatement> {
    let bytewise = |column| bytewise(manager, column);
    vec![
        Table::create()
            .table("event")
            .col(big_integer("sequence").primary_key().take())
            .col(bytewise(text("at")))
            .col(bytewise(text("action")))
            .col(uuid_null("person_id"))
            .col(uuid_null("organisation_id"))
            .col(uuid_null("round_id"))
            .col(uuid_null("assessment_id"))
            .col(uuid_null("sheet_id"))
            .col(big_integer_null("revision"))
            .col(bytewise(text("place")))
            .col(text_null("before"))
            .col(text_null("after"))
            .col(bytewise(text("previous")))
            .col(bytewise(text("hash")))
            .to_owned(),
        Table::create()
            .table("event_head")
            .col(integer("id").primary_key().take())
            .col(big_integer("sequence"))
            .col(bytewise(text("hash")))
            .to_owned(),
        Table::create()
            .table("request")
            .col(uuid("person_id"))
            .col(bytewise(text("key")))
            .col(bytewise(text("operation")))
            .col(bytewise(text("body_hash")))
            .col(text("answer"))
            .col(timestamp_with_time_zone("created_at"))
            .primary_key(Index::create().col("person_id").col("key"))
            .to_owned(),
    ]
}

/// Name, table and columns. Every list of assessments ends its order with the id.
const INDEXES: &[(&str, &str, &[&str])] = &[
    ("programme_version", "programme", &["id", "version"]),
    ("round_organisation", "round", &["organisation_id", "id"]),
    ("assessment_organisation", "assessment", &["organisation_id", "id"]),
    ("assessment_round", "assessment", &["round_id", "id"]),
    ("assessment_subject", "assessment", &["round_id", "subject_name", "id"]),
    ("assessment_stage", "assessment", &["round_id", "stage", "id"]),
    ("assessment_answered", "assessment", &["round_id", "answered", "id"]),
    ("assessment_strict", "assessment", &["round_id", "strict", "id"]),
    ("assessment_band", "assessment", &["round_id", "band", "id"]),
    ("assessment_changed", "assessment", &["round_id", "changed_at", "id"]),
    ("assessment_submitted", "assessment", &["round_id", "submitted_at", "id"]),
    ("assignment_person", "assignment", &["person_id"]),
    ("comment_assessment", "comment", &["assessment_id", "id"]),
    ("evidence_organisation", "evidence", &["organisation_id", "id"]),
    ("evidence_file", "evidence", &["file_hash"]),
    ("event_sheet", "event", &["sheet_id", "revision"]),
    ("event_assessment", "event", &["assessment_id", "sequence"]),
    ("event_round", "event", &["round_id", "sequence"]),
    ("event_organisation", "event", &["organisation_id", "sequence"]),
    ("event_person", "event", &["person_id", "sequence"]),
    ("request_created", "request", &["created_at"]),
];

const UNIQUE: &[(&str, &str, &[&str])] =
    &[("sheet_once", "sheet", &["assessment_id", "stage", "turn", "form_hash", "copy"])];
