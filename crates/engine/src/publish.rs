//! Freezes a checked form: a published form never changes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use forms::prepare::PreparedForm;
use forms::translate::Translation;
use forms::{Files, canonical, codes, files, json};
use model::Finding;
use serde_json::Value;
use store::{Db, StoredForm, StoredTranslation};

use crate::error::EngineError;

/// Where the form at `path` is published: `published/<version>.json` beside it.
pub fn place(path: &str, form: &PreparedForm) -> String {
    let folder = files::folder(path);
    let name = format!("published/{}.json", form.form.meta.version);
    if folder.is_empty() { name } else { format!("{folder}/{name}") }
}

/// The document that is published: the resolved form, readable, with its order in it.
pub fn document(form: &PreparedForm) -> String {
    let mut text = serde_json::to_string_pretty(&form.form.document).unwrap_or_default();
    text.push('\n');
    text
}

/// A finding when the form differs from what is published under its version.
pub fn changed(files: &Files, path: &str, form: &PreparedForm) -> Option<Finding> {
    let published = place(path, form);
    let text = files.get(&published)?;
    let same = serde_json::from_str::<Value>(text)
        .is_ok_and(|document| canonical::hash(&document) == form.hash);
    if same {
        return None;
    }
    let message = format!(
        "version {} is published as `{published}` and is another document",
        form.form.meta.version
    );
    let mut finding = codes::PUBLISHED_CHANGED.finding(json::whole(path), message);
    finding.suggestion = Some("raise the version in `x-form`".to_owned());
    Some(finding)
}

/// Keeps `form` and its translations in the database, once per hash; whether it is new.
pub async fn keep(
    db: &impl store::Connection,
    form: &PreparedForm,
    now: DateTime<Utc>,
) -> Result<bool, EngineError> {
    let document = canonical::to_string(&form.form.document);
    let stored = StoredForm::new(&form.form, form.hash.clone(), document, now);
    let new = store::forms::put(db, &stored).await?;
    for (language, translation) in &form.translations {
        let stored = StoredTranslation {
            form_hash: form.hash.clone(),
            language: language.clone(),
            hash: translation.hash.clone(),
            texts: canonical::to_string(&translation.texts),
        };
        store::forms::put_translation(db, &stored).await?;
    }
    Ok(new)
}

/// The form with this hash, as it was kept; refused where it was tampered with.
pub async fn kept(db: &Db, hash: &str) -> Result<PreparedForm, EngineError> {
    let unreadable = |reason: String| EngineError::Stored { what: format!("form {hash}"), reason };
    let stored = store::forms::get(db, hash).await?;
    let document: Value =
        serde_json::from_str(&stored.document).map_err(|it| unreadable(it.to_string()))?;
    let mut translations = BTreeMap::new();
    for it in store::forms::translations(db, hash).await? {
        let texts = serde_json::from_str(&it.texts).map_err(|it| unreadable(it.to_string()))?;
        let translation = Translation::new(texts);
        if translation.hash != it.hash {
            return Err(unreadable(format!("its texts in `{}` were changed", it.language)));
        }
        translations.insert(it.language, translation);
    }
    let form = forms::prepare(&document, translations).map_err(|findings| {
        let reasons: Vec<String> = findings.into_iter().map(|it| it.message).collect();
        unreadable(reasons.join("; "))
    })?;
    if form.hash != hash {
        return Err(unreadable("it was changed".to_owned()));
    }
    Ok(form)
}
