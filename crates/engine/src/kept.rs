//! Forms and programmes as assessments are pinned to them, read from the database once.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use forms::prepare::PreparedForm;
use forms::translate::{self, Translation};
use forms::{Files, canonical};
use model::{Form, Programme};
use store::{Db, StoredProgramme, Transaction};
use workflow::PreparedProgramme;

use crate::error::EngineError;
use crate::publish;
use crate::results::read;

/// How many forms, and how many programmes, are held at once.
const MOST: usize = 200;

/// A form as it was published.
#[derive(Debug)]
pub struct KeptForm {
    /// The form, ready to be answered.
    pub form: PreparedForm,
}

/// A programme with its texts in every language it has.
#[derive(Debug)]
pub struct KeptProgramme {
    /// SHA-256 of its document.
    pub hash: String,
    /// The programme, ready to be run.
    pub programme: PreparedProgramme,
    texts: BTreeMap<String, Programme>,
}

/// What was read so far. Documents never change under their hash, so nothing grows stale but
/// translations, which are read again after a restart.
#[derive(Debug, Default)]
pub struct Kept {
    forms: Shelf<KeptForm>,
    programmes: Shelf<KeptProgramme>,
}

impl KeptForm {
    /// One that holds `form`.
    pub fn new(form: PreparedForm) -> Self {
        Self { form }
    }

    /// The form in `language`, or in its own where it is not translated.
    pub fn texts(&self, language: &str) -> &Form {
        self.form.texts(language)
    }

    /// `language` where the form is written in it, otherwise the form's own.
    pub fn language<'a>(&'a self, language: &'a str) -> &'a str {
        self.form.language(language)
    }
}

impl KeptProgramme {
    fn new(
        hash: String,
        programme: Programme,
        translations: BTreeMap<String, Translation>,
    ) -> Result<Self, EngineError> {
        let in_language = |(language, translation): (String, Translation)| {
            let mut texts = programme.clone();
            translation.lay_over(texts.texts());
            (language, texts)
        };
        let texts = translations.into_iter().map(in_language).collect();
        let programme = workflow::prepare(programme).map_err(EngineError::Findings)?;
        Ok(Self { hash, programme, texts })
    }

    /// The programme in `language`, or in its own where it is not translated.
    pub fn texts(&self, language: &str) -> &Programme {
        self.texts.get(language).unwrap_or(&self.programme.programme)
    }

    /// The programme in its own language.
    pub fn document(&self) -> &Programme {
        &self.programme.programme
    }
}

impl Kept {
    /// The form with this hash.
    pub async fn form(&self, db: &Db, hash: &str) -> Result<Arc<KeptForm>, EngineError> {
        if let Some(form) = self.forms.get(hash) {
            return Ok(form);
        }
        let form = KeptForm::new(publish::kept(db, hash).await?);
        Ok(self.forms.put(hash, form))
    }

    /// The programme with this hash.
    pub async fn programme(&self, db: &Db, hash: &str) -> Result<Arc<KeptProgramme>, EngineError> {
        if let Some(programme) = self.programmes.get(hash) {
            return Ok(programme);
        }
        let stored = store::programmes::get(db, hash).await?;
        let mut translations = BTreeMap::new();
        for (language, texts) in store::programmes::translations(db, hash).await? {
            let texts = read(&texts, "texts of the programme", hash)?;
            translations.insert(language, Translation::new(texts));
        }
        let programme = read(&stored.document, "programme", hash)?;
        let kept = KeptProgramme::new(hash.to_owned(), programme, translations)?;
        Ok(self.programmes.put(hash, kept))
    }
}

/// Keeps the programme at `path` of `files` in the database; its hash.
pub(crate) async fn keep_programme(
    tx: &Transaction,
    files: &Files,
    path: &str,
    now: DateTime<Utc>,
) -> Result<String, EngineError> {
    let programme = workflow::read(files, path).map_err(EngineError::Findings)?;
    let document = canonical::to_string(&programme);
    let hash = canonical::hash(&programme);
    let stored = StoredProgramme {
        hash: hash.clone(),
        id: programme.id.clone(),
        version: programme.version.to_string(),
        language: programme.language.clone(),
        title: programme.title.clone(),
        created_at: now,
        document,
    };
    store::programmes::put(tx, &stored).await?;
    for (language, translation) in translate::beside(files, path).0 {
        let texts = canonical::to_string(&translation.texts);
        store::programmes::put_translation(tx, &hash, &language, &texts).await?;
    }
    Ok(hash)
}

/// Things read before, by key.
#[derive(Debug)]
struct Shelf<T>(RwLock<HashMap<String, Arc<T>>>);

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T> Shelf<T> {
    fn get(&self, key: &str) -> Option<Arc<T>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn put(&self, key: &str, it: T) -> Arc<T> {
        let it = Arc::new(it);
        let mut shelf = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if shelf.len() >= MOST {
            shelf.clear();
        }
        shelf.insert(key.to_owned(), Arc::clone(&it));
        it
    }
}
