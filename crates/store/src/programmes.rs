//! Programmes as rounds run them, stored once per hash, with their translations.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::db::Connection;
use crate::entity::{programme as row, programme_translation as translation};
use crate::error::{StoreError, failed};
use crate::words;

/// A programme as it was when a round began to run it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredProgramme {
    /// SHA-256 of the document, as `sha256:…`.
    pub hash: String,
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The language of the texts in the document.
    pub language: String,
    /// Its title in that language.
    pub title: String,
    /// When it was first stored, to the millisecond.
    pub created_at: DateTime<Utc>,
    /// The programme as JSON.
    pub document: String,
}

/// Stores a programme unless it is there already, and says whether it is new.
pub async fn put(db: &impl Connection, programme: &StoredProgramme) -> Result<bool, StoreError> {
    let it = programme.clone();
    let inserted = row::Entity::insert(row::ActiveModel {
        hash: Set(it.hash),
        id: Set(it.id),
        version: Set(it.version),
        language: Set(it.language),
        title: Set(it.title),
        created_at: Set(words::time(it.created_at)),
        document: Set(it.document),
    })
    .on_conflict(OnConflict::column(row::Column::Hash).do_nothing().to_owned())
    .exec_without_returning(&db.executor())
    .await
    .map_err(failed("store a programme"))?;
    Ok(inserted > 0)
}

/// The programme with `hash`.
pub async fn get(db: &impl Connection, hash: &str) -> Result<StoredProgramme, StoreError> {
    let row = row::Entity::find_by_id(hash)
        .one(&db.executor())
        .await
        .map_err(failed("read a programme"))?;
    let missing = || StoreError::Missing { what: "programme", id: hash.to_owned() };
    row.map(from_row).ok_or_else(missing)
}

/// Stores the texts of a programme in another language, in place of those it had in it.
pub async fn put_translation(
    db: &impl Connection,
    hash: &str,
    language: &str,
    texts: &str,
) -> Result<(), StoreError> {
    use translation::Column::{Language, ProgrammeHash, Texts};
    translation::Entity::insert(translation::ActiveModel {
        programme_hash: Set(hash.to_owned()),
        language: Set(language.to_owned()),
        texts: Set(texts.to_owned()),
    })
    .on_conflict(OnConflict::columns([ProgrammeHash, Language]).update_columns([Texts]).to_owned())
    .exec_without_returning(&db.executor())
    .await
    .map_err(failed("store a translation"))?;
    Ok(())
}

/// The translations of the programme with `hash`: pairs of language and texts as JSON.
pub async fn translations(
    db: &impl Connection,
    hash: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    let rows = translation::Entity::find()
        .filter(translation::Column::ProgrammeHash.eq(hash))
        .order_by_asc(translation::Column::Language)
        .all(&db.executor())
        .await
        .map_err(failed("read the translations of a programme"))?;
    Ok(rows.into_iter().map(|it| (it.language, it.texts)).collect())
}

fn from_row(it: row::Model) -> StoredProgramme {
    StoredProgramme {
        hash: it.hash,
        id: it.id,
        version: it.version,
        language: it.language,
        title: it.title,
        created_at: it.created_at,
        document: it.document,
    }
}
