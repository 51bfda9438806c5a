//! Forms, stored once per hash, with their translations.

use chrono::{DateTime, Utc};
use model::Form;
use model::response::FormRef;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::db::Connection;
use crate::entity::{form as row, form_translation as translation};
use crate::error::{Failure, StoreError, failed};
use crate::words;

/// A form as it was when somebody first used or published it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredForm {
    /// What lists show.
    pub row: FormRow,
    /// The resolved document in canonical JSON.
    pub document: String,
}

/// A stored form without its document.
#[derive(Clone, Debug, PartialEq)]
pub struct FormRow {
    /// SHA-256 of the document, as `sha256:…`.
    pub hash: String,
    /// Its id and version. A draft may have had several documents under one version.
    pub form: FormRef,
    /// The language of the texts in the document.
    pub language: String,
    /// Its title in that language.
    pub title: String,
    /// When it was first stored, to the millisecond.
    pub created_at: DateTime<Utc>,
}

/// The texts of a form in another language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTranslation {
    /// The hash of the form.
    pub form_hash: String,
    /// The language, for example `da`.
    pub language: String,
    /// SHA-256 of the texts, as `sha256:…`.
    pub hash: String,
    /// The texts by place, as JSON.
    pub texts: String,
}

impl StoredForm {
    /// A form to be stored: `document` is what `hash` was made from.
    pub fn new(form: &Form, hash: String, document: String, at: DateTime<Utc>) -> Self {
        let meta = &form.meta;
        Self {
            row: FormRow {
                hash,
                form: FormRef { id: meta.id.clone(), version: meta.version.clone() },
                language: meta.language.clone(),
                title: form.title.clone(),
                created_at: words::time(at),
            },
            document,
        }
    }
}

/// Stores a form unless it is there already, and says whether it is new.
pub async fn put(db: &impl Connection, form: &StoredForm) -> Result<bool, StoreError> {
    let StoredForm { row, document } = form.clone();
    let inserted = row::Entity::insert(row::ActiveModel {
        hash: Set(row.hash),
        id: Set(row.form.id),
        version: Set(row.form.version.to_string()),
        language: Set(row.language),
        title: Set(row.title),
        created_at: Set(words::time(row.created_at)),
        document: Set(document),
    })
    .on_conflict(OnConflict::column(row::Column::Hash).do_nothing().to_owned())
    .exec_without_returning(&db.executor())
    .await
    .map_err(failed("store a form"))?;
    Ok(inserted > 0)
}

/// The form with `hash`.
pub async fn get(db: &impl Connection, hash: &str) -> Result<StoredForm, StoreError> {
    find(db, hash).await?.ok_or_else(|| StoreError::Missing { what: "form", id: hash.to_owned() })
}

/// The form with `hash`, if it is stored.
pub async fn find(db: &impl Connection, hash: &str) -> Result<Option<StoredForm>, StoreError> {
    let row = row::Entity::find_by_id(hash).one(&db.executor()).await.map_err(failed(READ))?;
    row.map(StoredForm::from_row).transpose().map_err(failed(READ))
}

/// All forms, or those with the id `id`, by id and then oldest first.
pub async fn list(db: &impl Connection, id: Option<&str>) -> Result<Vec<FormRow>, StoreError> {
    let mut select = row::Entity::find()
        .order_by_asc(row::Column::Id)
        .order_by_asc(row::Column::CreatedAt)
        .order_by_asc(row::Column::Hash);
    if let Some(id) = id {
        select = select.filter(row::Column::Id.eq(id));
    }
    let rows = select
        .into_partial_model::<row::Line>()
        .all(&db.executor())
        .await
        .map_err(failed("list the forms"))?;
    rows.into_iter().map(FormRow::from_line).collect::<Result<_, _>>().map_err(failed(READ))
}

/// Stores the texts of a form in another language, in place of those it had in it.
pub async fn put_translation(
    db: &impl Connection,
    translation: &StoredTranslation,
) -> Result<(), StoreError> {
    let StoredTranslation { form_hash, language, hash, texts } = translation.clone();
    translation::Entity::insert(translation::ActiveModel {
        form_hash: Set(form_hash),
        language: Set(language),
        hash: Set(hash),
        texts: Set(texts),
    })
    .on_conflict(
        OnConflict::columns([translation::Column::FormHash, translation::Column::Language])
            .update_columns([translation::Column::Hash, translation::Column::Texts])
            .to_owned(),
    )
    .exec_without_returning(&db.executor())
    .await
    .map_err(failed("store a translation"))?;
    Ok(())
}

/// The translations of the form with `form_hash`, by language.
pub async fn translations(
    db: &impl Connection,
    form_hash: &str,
) -> Result<Vec<StoredTranslation>, StoreError> {
    let rows = translation::Entity::find()
        .filter(translation::Column::FormHash.eq(form_hash))
        .order_by_asc(translation::Column::Language)
        .all(&db.executor())
        .await
        .map_err(failed("read the translations of a form"))?;
    Ok(rows
        .into_iter()
        .map(|it| StoredTranslation {
            form_hash: it.form_hash,
            language: it.language,
            hash: it.hash,
            texts: it.texts,
        })
        .collect())
}

const READ: &str = "read a form";

impl StoredForm {
    fn from_row(it: row::Model) -> Result<Self, Failure> {
        let row = row::Line {
            hash: it.hash,
            id: it.id,
            version: it.version,
            language: it.language,
            title: it.title,
            created_at: it.created_at,
        };
        Ok(Self { row: FormRow::from_line(row)?, document: it.document })
    }
}

impl FormRow {
    fn from_line(it: row::Line) -> Result<Self, Failure> {
        Ok(Self {
            hash: it.hash,
            form: FormRef { id: it.id, version: words::parse("version", &it.version)? },
            language: it.language,
            title: it.title,
            created_at: it.created_at,
        })
    }
}
