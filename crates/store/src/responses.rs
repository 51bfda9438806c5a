//! Responses, stored once per hash.

use model::Response;
use model::response::Subject;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::db::Connection;
use crate::entity::response as row;
use crate::error::{Failure, StoreError, failed};
use crate::words;

/// A response as it was scored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredResponse {
    /// SHA-256 of the response in canonical JSON, as `sha256:…`.
    pub hash: String,
    /// The hash of the form it was first stored with.
    pub form_hash: String,
    /// What is assessed.
    pub subject: Subject,
    /// The day the answers hold for.
    pub date: String,
    /// The response as JSON.
    pub document: String,
}

impl StoredResponse {
    /// A response to be stored: `document` is what `hash` was made from.
    pub fn new(response: &Response, hash: String, form_hash: String, document: String) -> Self {
        Self {
            hash,
            form_hash,
            subject: response.subject.clone(),
            date: response.date.clone(),
            document,
        }
    }
}

/// Stores a response unless it is there already, and says whether it is new.
pub async fn put(db: &impl Connection, response: &StoredResponse) -> Result<bool, StoreError> {
    let inserted = row::Entity::insert(active(response))
        .on_conflict(once())
        .exec_without_returning(&db.executor())
        .await
        .map_err(failed("store a response"))?;
    Ok(inserted > 0)
}

/// The response with `hash`.
pub async fn get(db: &impl Connection, hash: &str) -> Result<StoredResponse, StoreError> {
    let missing = || StoreError::Missing { what: "response", id: hash.to_owned() };
    find(db, hash).await?.ok_or_else(missing)
}

/// The response with `hash`, if it is stored.
pub async fn find(db: &impl Connection, hash: &str) -> Result<Option<StoredResponse>, StoreError> {
    const READ: &str = "read a response";
    let row = row::Entity::find_by_id(hash).one(&db.executor()).await.map_err(failed(READ))?;
    row.map(StoredResponse::from_row).transpose().map_err(failed(READ))
}

/// A row to be inserted.
pub(crate) fn active(response: &StoredResponse) -> row::ActiveModel {
    let StoredResponse { hash, form_hash, subject, date, document } = response.clone();
    row::ActiveModel {
        hash: Set(hash),
        form_hash: Set(form_hash),
        subject_name: Set(subject.name),
        subject_kind: Set(words::word(subject.kind)),
        date: Set(date),
        document: Set(document),
    }
}

/// Keeps the response that is there.
pub(crate) fn once() -> OnConflict {
    OnConflict::column(row::Column::Hash).do_nothing().to_owned()
}

impl StoredResponse {
    pub(crate) fn from_row(it: row::Model) -> Result<Self, Failure> {
        let kind = words::parse("subject_kind", &it.subject_kind)?;
        Ok(Self {
            hash: it.hash,
            form_hash: it.form_hash,
            subject: Subject { name: it.subject_name, kind },
            date: it.date,
            document: it.document,
        })
    }
}
