//! What a form says about itself, in two versions: its keywords, its lists, its translations.

use model::comparison::{Action, Change, ChangedPart, Impact, Thing};
use model::form::Form;
use model::keywords::FormMeta;
use serde_json::{Map, Value};

use super::impact::{of_meta, of_presence};
use super::moves::displaced;
use super::steps::{moved, object, told};
use super::{About, Comparing, Side};
use crate::translate::Translation;

type Object = Map<String, Value>;

/// The lists of `x-form`, with what their entries are.
const LISTS: [(&str, Thing); 8] = [
    ("dimensions", Thing::Dimension),
    ("bands", Thing::Band),
    ("gates", Thing::Gate),
    ("indicators", Thing::Indicator),
    ("facts", Thing::Fact),
    ("offers", Thing::Offer),
    ("narratives", Thing::Narrative),
    ("sources", Thing::Source),
];

impl Comparing<'_> {
    /// What changed in the form as a whole.
    pub(super) fn form(&self) -> ChangedPart {
        let title = self.after.texts.title.clone();
        let about = About::new(Thing::Form, "x-form", &title);
        let mut changes =
            self.keywords(&about, &form_keywords(self.before), &form_keywords(self.after), &|it| {
                of_meta(Thing::Form, it, false)
            });
        for (list, thing) in LISTS {
            changes.extend(self.list(list, thing));
        }
        changes.extend(self.translations());
        ChangedPart { step: None, title, changes }
    }

    /// What changed in a list of `x-form`.
    fn list(&self, list: &str, thing: Thing) -> Vec<Change> {
        let entries = |meta: &FormMeta| entries(meta, list);
        let (old, new) =
            (entries(&self.before.form.form.meta), entries(&self.after.form.form.meta));
        let titles = |texts: &Form| entries(&texts.meta);
        let (old_titles, new_titles) = (titles(self.before.texts), titles(self.after.texts));
        let about = |id: &str, titles: &[Object]| {
            About::new(thing, format!("x-form.{list}[{id}]"), title_of(titles, id))
        };
        let mut changes = Vec::new();
        for it in &new {
            let about = about(id_of(it), &new_titles);
            match old.iter().find(|other| id_of(other) == id_of(it)) {
                Some(before) => {
                    let limits = does_limit(before) || does_limit(it);
                    changes.extend(
                        self.keywords(&about, before, it, &|key| of_meta(thing, key, limits)),
                    );
                }
                None => {
                    changes.push(about.change(Action::Added, of_presence(thing, does_limit(it))))
                }
            }
        }
        for it in old.iter().filter(|it| new.iter().all(|other| id_of(other) != id_of(it))) {
            let impact = of_presence(thing, does_limit(it));
            changes.push(about(id_of(it), &old_titles).change(Action::Removed, impact));
        }
        let ids = |all: &[Object]| all.iter().map(|it| id_of(it).to_owned()).collect::<Vec<_>>();
        let (old, new) = (ids(&old), ids(&new));
        for at in displaced(&old, &new) {
            changes.push(moved(about(&new[at], &new_titles), &old, &new, at));
        }
        changes
    }

    /// The languages in which texts were mended: those whose own text is as it was.
    fn translations(&self) -> Vec<Change> {
        let texts = |side: &Side<'_>| -> Vec<(String, String)> {
            let mut form = side.form.form.clone();
            form.texts().into_iter().map(|(place, text)| (place, text.clone())).collect()
        };
        let (old, new) = (texts(self.before), texts(self.after));
        let kept = new.into_iter().filter(|it| old.contains(it)).map(|(place, _)| place);
        let kept: Vec<String> = kept.collect();
        let mended = |(language, after): (&String, &Translation)| {
            let before = self.before.form.translations.get(language)?;
            let count =
                kept.iter().filter(|it| before.texts.get(*it) != after.texts.get(*it)).count();
            let about = About::new(Thing::Translation, language, language);
            let change = about.change(Action::Changed, Impact::OnlyWording);
            (count > 0).then(|| Change { after: Some(count.to_string()), ..change })
        };
        self.after.form.translations.iter().filter_map(mended).collect()
    }
}

/// What a form says about itself, but for its lists, id and version.
fn form_keywords(side: &Side<'_>) -> Object {
    let form = &side.form.form;
    let mut keywords = object(&form.meta);
    keywords.retain(|key, _| key != "version" && LISTS.iter().all(|(list, _)| list != key));
    keywords.extend(told(form.document.as_object().unwrap_or(&Map::new())));
    keywords
}

fn entries(meta: &FormMeta, list: &str) -> Vec<Object> {
    let entries = object(meta).remove(list);
    let entries = entries.as_ref().and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|it| it.as_object().cloned()).collect()
}

fn id_of(entry: &Object) -> &str {
    entry.get("id").and_then(Value::as_str).unwrap_or_default()
}

fn title_of(entries: &[Object], id: &str) -> String {
    let entry = entries.iter().find(|it| id_of(it) == id);
    let title = entry.and_then(|it| it.get("title")).and_then(Value::as_str);
    title.unwrap_or(id).to_owned()
}

/// Whether a gate does more than warn.
fn does_limit(gate: &Object) -> bool {
    gate.get("effect").is_some_and(|it| it != "warn")
}
