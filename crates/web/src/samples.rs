//! Every template is drawn with its samples, in both languages.

use std::fs;
use std::path::{Path, PathBuf};

use minijinja::value::Serde;
use serde_json::Value;

use crate::language::Language;
use crate::templates::Templates;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

fn samples(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(samples(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

#[test]
fn every_template_is_drawn_with_its_samples() {
    let templates = Templates::new();
    let mut wrong = Vec::new();
    for path in samples(&root()) {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap();
        let template = format!("{}.html", name.split('.').next().unwrap());
        let mut sample: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for language in Language::ALL {
            sample["page"]["language"] = language.code().into();
            let context = minijinja::Value::from(Serde(&sample));
            match templates.draw(language, &template, context) {
                Ok(html) => wrong.extend(inline(&html).map(|it| format!("{name}: {it}"))),
                Err(error) => wrong.push(format!("{name} {}: {error:#}", language.code())),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the policy of the pages does not allow.
fn inline(html: &str) -> impl Iterator<Item = String> {
    let tags = html.split('<').skip(1).filter_map(|it| it.split('>').next());
    tags.filter(|tag| {
        let attribute =
            |it: &str| it.starts_with("style=") || (it.starts_with("on") && it.contains('='));
        let script = tag.starts_with("script") && !tag.contains("src=");
        tag.split_whitespace().skip(1).any(attribute)
            || (script && !tag.contains("application/json"))
    })
    .map(|tag| tag.chars().take(80).collect())
    .collect::<Vec<_>>()
    .into_iter()
}

#[test]
fn the_texts_that_the_program_asks_for_are_there() {
    let words = Language::En.words();
    let mut missing = Vec::new();
    for path in samples(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let source = fs::read_to_string(&path).unwrap();
        for call in [".text(\"", ".text_with(\"", ".text_for(\""] {
            for rest in source.split(call).skip(1) {
                let key = rest.split('"').next().unwrap_or_default();
                let key =
                    if call == ".text_for(\"" { format!("{key}.one") } else { key.to_owned() };
                if words.find(&key).is_none() {
                    missing.push(format!("{}: {key}", path.display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
