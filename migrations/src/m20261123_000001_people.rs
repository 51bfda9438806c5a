//! People and organisations, how people sign in, and the letters that wait to be sent.
//!
//! Of a secret only the hash is kept. A link names its round and its assessment without foreign
//! keys: the tables of those come later.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean, integer, pk_uuid, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

use crate::columns::{bytewise, index, refers};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = people(manager).into_iter().chain(secrets(manager)).chain(traffic(manager));
        for table in tables {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in INDEXES {
            manager.create_index(index(name, table, columns)).await?;
        }
        for (name, table, columns) in UNIQUE {
            manager.create_index(index(name, table, columns).unique().take()).await?;
        }
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
const TABLES: &[&str] =
    &["organisation", "person", "membership", "session", "link", "token", "attempt", "message"];

fn people(manager: &SchemaManager) -> Vec<TableCreateStatement> {
    let bytewise = |column| bytewise(manager, column);
    vec![
        Table::create()
            .table("organisation")
            .col(pk_uuid("id"))
            .col(bytewise(text("name")))
            .col(bytewise(text("kind")))
            .col(bytewise(text_null("number")))
            .col(timestamp_with_time_zone("created_at"))
            .to_owned(),
        Table::create()
            .table("person")
            .col(pk_uuid("id"))
            .col(bytewise(text_null("email")))
            .col(bytewise(text("name")))
            .col(bytewise(text("language")))
            .col(text_null("password"))
            .col(boolean("administrator"))
            .col(timestamp_with_time_zone_null("disabled_at"))
            .col(timestamp_with_time_zone_null("deleted_at"))
            .col(timestamp_with_time_zone("created_at"))
            .to_owned(),
        Table::create()
            .table("membership")
            .col(uuid("organisation_id"))
            .col(uuid("person_id"))
            .col(bytewise(text("role")))
            .col(timestamp_with_time_zone("created_at"))
            .primary_key(Index::create().col("organisation_id").col("person_id"))
            .foreign_key(&mut refers("membership", "organisation_id", "organisation", "id"))
            .foreign_key(&mut refers("membership", "person_id", "person", "id"))
            .to_owned(),
    ]
}

fn secrets(manager: &SchemaManager) -> Vec<TableCreateStatement> {
    let bytewise = |column| bytewise(manager, column);
    vec![
        Table::create()
            .table("session")
            .col(pk_uuid("id"))
            .col(bytewise(text("token_hash")))
            .col(bytewise(text("csrf")))
            .col(uuid("person_id"))
            .col(text("device"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("seen_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .foreign_key(&mut refers("session", "person_id", "person", "id"))
            .to_owned(),
        Table::create()
            .table("link")
            .col(pk_uuid("id"))
            .col(bytewise(text("token_hash")))
            .col(bytewise(text("purpose")))
            .col(bytewise(text("email")))
            .col(uuid_null("person_id"))
            .col(uuid_null("organisation_id"))
            .col(bytewise(text_null("role")))
            .col(uuid_null("round_id"))
            .col(uuid_null("assessment_id"))
            .col(uuid_null("created_by"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("used_at"))
            .col(timestamp_with_time_zone_null("revoked_at"))
            .foreign_key(&mut refers("link", "person_id", "person", "id"))
            .foreign_key(&mut refers("link", "organisation_id", "organisation", "id"))
            .foreign_key(&mut refers("link", "created_by", "person", "id"))
            .to_owned(),
        Table::create()
            .table("token")
            .col(pk_uuid("id"))
            .col(bytewise(text("token_hash")))
            .col(uuid("person_id"))
            .col(text("name"))
            .col(bytewise(text("scopes")))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("seen_at"))
            .col(timestamp_with_time_zone_null("revoked_at"))
            .foreign_key(&mut refers("token", "person_id", "person", "id"))
            .to_owned(),
    ]
}

fn traffic(manager: &SchemaManager) -> Vec<TableCreateStatement> {
    let bytewise = |column| bytewise(manager, column);
    vec![
        Table::create()
            .table("attempt")
            .col(bytewise(text("key")).primary_key())
            .col(integer("count"))
            .col(timestamp_with_time_zone("since"))
            .col(timestamp_with_time_zone("until"))
            .to_owned(),
        Table::create()
            .table("message")
            .col(pk_uuid("id"))
            .col(bytewise(text("recipient")))
            .col(text("subject"))
            .col(text("body"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("sent_at"))
            .col(integer("tries"))
            .col(timestamp_with_time_zone("next_try_at"))
            .col(text_null("failure"))
            .to_owned(),
    ]
}

/// Name, table and columns.
const INDEXES: &[(&str, &str, &[&str])] = &[
    ("organisation_name", "organisation", &["name", "id"]),
    ("person_name", "person", &["name", "id"]),
    ("membership_person", "membership", &["person_id"]),
    ("session_person", "session", &["person_id"]),
    ("session_expires", "session", &["expires_at"]),
    ("link_email", "link", &["email"]),
    ("link_person", "link", &["person_id"]),
    ("link_organisation", "link", &["organisation_id"]),
    ("link_assessment", "link", &["assessment_id"]),
    ("link_created_by", "link", &["created_by"]),
    ("link_expires", "link", &["expires_at"]),
    ("token_person", "token", &["person_id"]),
    ("attempt_until", "attempt", &["until"]),
    ("message_due", "message", &["sent_at", "next_try_at"]),
    ("message_recipient", "message", &["recipient"]),
];

const UNIQUE: &[(&str, &str, &[&str])] = &[
    ("organisation_number", "organisation", &["number"]),
    ("person_email", "person", &["email"]),
    ("session_token", "session", &["token_hash"]),
    ("link_token", "link", &["token_hash"]),
    ("token_token", "token", &["token_hash"]),
];
