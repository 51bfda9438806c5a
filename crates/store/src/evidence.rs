//! An organisation's evidence, to be used in several assessments, and the files behind it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use model::Grade;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};

use crate::db::Connection;
use crate::entity::{evidence as row, file};
use crate::error::{Failure, StoreError, failed};
use crate::id::id;
use crate::organisations::OrganisationId;
use crate::people::PersonId;
use crate::words;

id!(
    /// Names one piece of evidence.
    EvidenceId
);

/// A document or link of an organisation that can back answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvidence {
    /// Its id.
    pub id: EvidenceId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What it is called.
    pub title: String,
    /// How well it supports an answer.
    pub grade: Grade,
    /// The day it was made, as year-month-day.
    pub date: Option<String>,
    /// The last day it holds, as year-month-day.
    pub expires_on: Option<String>,
    /// Where it can be read.
    pub link: Option<String>,
    /// The file, where one was uploaded: its hash and the name it had.
    pub file: Option<(String, String)>,
    /// Who added it.
    pub person: PersonId,
    /// When it was added, to the millisecond.
    pub created_at: DateTime<Utc>,
}

/// A file that was uploaded; its bytes are kept elsewhere under its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// SHA-256 of its bytes, as 64 hexadecimal digits.
    pub hash: String,
    /// How many bytes.
    pub size: u64,
    /// What kind of file its bytes are.
    pub media_type: String,
    /// When it was first uploaded, to the millisecond.
    pub created_at: DateTime<Utc>,
}

/// Stores a new piece of evidence.
pub async fn insert(db: &impl Connection, evidence: &StoredEvidence) -> Result<(), StoreError> {
    let it = evidence.clone();
    let (file_hash, file_name) = it.file.unzip();
    row::Entity::insert(row::ActiveModel {
        id: Set(it.id.0),
        organisation_id: Set(it.organisation.0),
        title: Set(it.title),
        grade: Set(words::word(it.grade)),
        date: Set(it.date),
        expires_on: Set(it.expires_on),
        link: Set(it.link),
        file_hash: Set(file_hash),
        file_name: Set(file_name),
        person_id: Set(it.person.0),
        created_at: Set(words::time(it.created_at)),
        removed_at: Set(None),
    })
    .exec_without_returning(&db.executor())
    .await
    .map_err(failed("store evidence"))?;
    Ok(())
}

/// Takes a piece of evidence out of the organisation's list; answers that name it keep it.
pub async fn remove(
    db: &impl Connection,
    id: EvidenceId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::RemovedAt, Expr::value(words::time(at)))
        .filter(row::Column::Id.eq(id.0))
        .exec(&db.executor())
        .await
        .map_err(failed("remove evidence"))?;
    Ok(())
}

/// The piece of evidence with `id`, removed or not.
pub async fn find(
    db: &impl Connection,
    id: EvidenceId,
) -> Result<Option<StoredEvidence>, StoreError> {
    let row = row::Entity::find_by_id(id.0).one(&db.executor()).await.map_err(failed(READ))?;
    row.map(from_row).transpose().map_err(failed(READ))
}

/// The evidence that an organisation can use, newest first.
pub async fn list(
    db: &impl Connection,
    organisation: OrganisationId,
) -> Result<Vec<StoredEvidence>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::OrganisationId.eq(organisation.0))
        .filter(row::Column::RemovedAt.is_null())
        .order_by_desc(row::Column::Id)
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    rows.into_iter().map(from_row).collect::<Result<_, _>>().map_err(failed(READ))
}

/// How many pieces of evidence an organisation has, removed ones too.
pub async fn count(db: &impl Connection, organisation: OrganisationId) -> Result<u64, StoreError> {
    row::Entity::find()
        .filter(row::Column::OrganisationId.eq(organisation.0))
        .count(&db.executor())
        .await
        .map_err(failed("count evidence"))
}

/// Notes that a file is kept, once.
pub async fn put_file(db: &impl Connection, it: &StoredFile) -> Result<(), StoreError> {
    file::Entity::insert(file::ActiveModel {
        hash: Set(it.hash.clone()),
        size: Set(words::signed(it.size)),
        media_type: Set(it.media_type.clone()),
        created_at: Set(words::time(it.created_at)),
    })
    .on_conflict(OnConflict::column(file::Column::Hash).do_nothing().to_owned())
    .exec_without_returning(&db.executor())
    .await
    .map_err(failed("note a file"))?;
    Ok(())
}

/// The file with this hash, if it is kept.
pub async fn find_file(db: &impl Connection, hash: &str) -> Result<Option<StoredFile>, StoreError> {
    let row = file::Entity::find_by_id(hash).one(&db.executor()).await;
    Ok(row.map_err(failed("read about a file"))?.map(|it| StoredFile {
        hash: it.hash,
        size: words::whole(it.size),
        media_type: it.media_type,
        created_at: it.created_at,
    }))
}

/// How many bytes the files with these hashes have.
pub async fn sizes(
    db: &impl Connection,
    hashes: &[&str],
) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut sizes = BTreeMap::new();
    for some in hashes.chunks(CHUNK) {
        let found = file::Entity::find()
            .filter(file::Column::Hash.is_in(some.iter().copied()))
            .all(&db.executor())
            .await
            .map_err(failed("read about files"))?;
        sizes.extend(found.into_iter().map(|it| (it.hash, words::whole(it.size))));
    }
    Ok(sizes)
}

/// How many files are asked for at once.
const CHUNK: usize = 200;

const READ: &str = "read evidence";

fn from_row(it: row::Model) -> Result<StoredEvidence, Failure> {
    Ok(StoredEvidence {
        id: EvidenceId(it.id),
        organisation: OrganisationId(it.organisation_id),
        title: it.title,
        grade: words::parse("grade", &it.grade)?,
        date: it.date,
        expires_on: it.expires_on,
        link: it.link,
        file: it.file_hash.map(|hash| (hash, it.file_name.unwrap_or_default())),
        person: PersonId(it.person_id),
        created_at: it.created_at,
    })
}
