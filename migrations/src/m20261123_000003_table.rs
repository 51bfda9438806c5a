//! The table of a round at its size: indexes that hold every order of every filter, counts, and
//! the words of the subjects' names.
//!
//! Stage and band of an assessment together are its shelf (`stage/band`, the band empty where
//! there is none). An order is read from each shelf's index and merged, so that no filter over
//! stage and band needs an index of its own. An index ends with the words of the name, so that a
//! search need not look at rows that it passes by. A name is found by its first word in the index
//! of names, and by its other words in a table of them.

use std::collections::BTreeSet;

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text, uuid};
use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_orm::prelude::Uuid;

use crate::columns::{bytewise, index, refers};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["shelf", "subject_words"] {
            let column = bytewise(manager, text(column).default("").take());
            let add = Table::alter().table("assessment").add_column(column).take();
            manager.alter_table(add).await?;
        }
        for table in tables(manager) {
            manager.create_table(table).await?;
        }
        for (name, _) in OLD_INDEXES {
            manager.drop_index(Index::drop().name(*name).table("assessment").to_owned()).await?;
        }
        fill(manager).await?;
        for (name, columns) in INDEXES {
            manager.create_index(index(name, "assessment", columns)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES {
            manager.drop_index(Index::drop().name(*name).table("assessment").to_owned()).await?;
        }
        for table in ["assessment_count", "assessment_word"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for column in ["subject_words", "shelf"] {
            let drop = Table::alter().table("assessment").drop_column(column).take();
            manager.alter_table(drop).await?;
        }
        for (name, columns) in OLD_INDEXES {
            manager.create_index(index(name, "assessment", columns)).await?;
        }
        Ok(())
    }
}

fn tables(manager: &SchemaManager) -> Vec<TableCreateStatement> {
    let bytewise = |column| bytewise(manager, column);
    let mut word = Table::create()
        .table("assessment_word")
        .col(uuid("round_id"))
        .col(bytewise(text("word")))
        .col(uuid("assessment_id"))
        .primary_key(Index::create().col("round_id").col("word").col("assessment_id"))
        .foreign_key(&mut refers("assessment_word", "assessment_id", "assessment", "id"))
        .to_owned();
    // Its key is all there is to a row.
    if manager.get_database_backend() == DbBackend::Sqlite {
        word.extra("WITHOUT ROWID");
    }
    let count = Table::create()
        .table("assessment_count")
        .col(uuid("round_id"))
        .col(bytewise(text("stage")))
        .col(bytewise(text("band")))
        .col(big_integer("assessments"))
        .col(big_integer("begun"))
        .col(big_integer("submitted"))
        .primary_key(Index::create().col("round_id").col("stage").col("band"))
        .foreign_key(&mut refers("assessment_count", "round_id", "round", "id"))
        .to_owned();
    vec![word, count]
}

/// Fills what is new for the assessments that are there.
async fn fill(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    db.execute_unprepared("UPDATE assessment SET shelf = stage || '/' || coalesce(band, '')")
        .await?;
    db.execute_unprepared(
        "INSERT INTO assessment_count (round_id, stage, band, assessments, begun, submitted)
         SELECT round_id, stage, coalesce(band, ''), count(*),
             sum(CASE WHEN answered > 0 THEN 1 ELSE 0 END),
             sum(CASE WHEN submitted_at IS NOT NULL THEN 1 ELSE 0 END)
         FROM assessment GROUP BY round_id, stage, coalesce(band, '')",
    )
    .await?;
    let mut last = None::<Uuid>;
    loop {
        let mut select = Query::select();
        select.columns(["id", "round_id", "subject_name"]).from("assessment");
        select.order_by("id", Order::Asc).limit(AT_ONCE);
        if let Some(last) = last {
            select.and_where(Expr::col("id").gt(last));
        }
        let rows = db.query_all(&select).await?;
        let mut insert = Query::insert();
        insert.into_table("assessment_word").columns(["round_id", "word", "assessment_id"]);
        let mut any = false;
        for row in &rows {
            let id: Uuid = row.try_get("", "id")?;
            let round: Uuid = row.try_get("", "round_id")?;
            let words = words(&row.try_get::<String>("", "subject_name")?);
            let mut update = Query::update();
            update.table("assessment").value("subject_words", words.as_str());
            db.execute(update.and_where(Expr::col("id").eq(id))).await?;
            for word in later(&words) {
                insert.values_panic([round.into(), word.into(), id.into()]);
                any = true;
            }
            last = Some(id);
        }
        if any {
            db.execute(&insert).await?;
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

/// How many assessments are looked at in one go.
const AT_ONCE: u64 = 200;

/// The words of a name in lower case, each with a space before it.
fn words(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty());
    let mut all = String::new();
    for word in words {
        all.push(' ');
        all.push_str(word);
    }
    all.chars().take(200).collect::<String>().trim_end().to_owned()
}

/// Each of [`words`] behind the first once, at most its first 32 characters.
fn later(words: &str) -> BTreeSet<String> {
    words.split_whitespace().skip(1).map(|it| it.chars().take(32).collect()).collect()
}

/// Name and columns. Every order of assessments ends with the id.
const INDEXES: &[(&str, &[&str])] = &[
    ("assessment_round_made", &["round_id", "id", "subject_words"]),
    ("assessment_round_subject", &["round_id", "subject_words", "id"]),
    ("assessment_shelf_made", &["round_id", "shelf", "id", "subject_words"]),
    ("assessment_shelf_subject", &["round_id", "shelf", "subject_words", "id"]),
    ("assessment_shelf_answered", &["round_id", "shelf", "answered", "id", "subject_words"]),
    ("assessment_shelf_strict", &["round_id", "shelf", "strict", "id", "subject_words"]),
    ("assessment_shelf_changed", &["round_id", "shelf", "changed_at", "id", "subject_words"]),
    ("assessment_shelf_submitted", &["round_id", "shelf", "submitted_at", "id", "subject_words"]),
    ("assessment_shelf_reminded", &["round_id", "shelf", "reminded_at", "id", "subject_words"]),
];

/// Those that they take the place of.
const OLD_INDEXES: &[(&str, &[&str])] = &[
    ("assessment_round", &["round_id", "id"]),
    ("assessment_subject", &["round_id", "subject_name", "id"]),
    ("assessment_stage", &["round_id", "stage", "id"]),
    ("assessment_answered", &["round_id", "answered", "id"]),
    ("assessment_strict", &["round_id", "strict", "id"]),
    ("assessment_band", &["round_id", "band", "id"]),
    ("assessment_changed", &["round_id", "changed_at", "id"]),
    ("assessment_submitted", &["round_id", "submitted_at", "id"]),
];
