//! What no file of the repository may contain.

use crate::repository::{files, none_of, text};

/// Words that no file may contain, and why. Each is written in two parts, so that this file
/// does not contain it.
const FORBIDDEN: &[(&str, &str)] = &[
    (concat!("/wor", "k/"), "a path of one machine"),
    (concat!("/ho", "me/"), "a path of one machine"),
    (concat!("/ro", "ot/"), "a path of one machine"),
];

/// Words that no Rust source may contain, and why.
const FORBIDDEN_IN_RUST: &[(&str, &str)] = &[
    (concat!("todo", "!("), "what is not written yet has no place"),
    (concat!("unimplemented", "!("), "what is not written yet has no place"),
    (concat!("#[ig", "nore"), "a test that does not run shows nothing"),
    (concat!("#[should_", "panic"), "say which error is expected"),
];

/// Where every package of a lock file comes from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[test]
fn no_file_contains_what_is_forbidden() {
    let mut problems = Vec::new();
    for (path, text) in files() {
        for (word, why) in FORBIDDEN.iter().filter(|(word, _)| stands_in(&text, word)) {
            problems.push(format!("{path} contains `{word}`: {why}"));
        }
        let rust = path.ends_with(".rs");
        for (word, why) in FORBIDDEN_IN_RUST.iter().filter(|(it, _)| rust && text.contains(it)) {
            problems.push(format!("{path} contains `{word}`: {why}"));
        }
    }
    none_of(&problems);
}

#[test]
fn every_address_is_a_public_one() {
    let mut problems = Vec::new();
    for (path, text) in files() {
        for host in hosts(&text).filter(|it| !is_public(it)) {
            problems.push(format!("{path} names the host `{host}`, which others cannot reach"));
        }
    }
    none_of(&problems);
}

#[test]
fn packages_come_from_the_public_registry() {
    let lock = text("Cargo.lock");
    let problems: Vec<String> = lock
        .lines()
        .filter_map(|it| it.strip_prefix("source = "))
        .filter(|it| it.trim_matches('"') != REGISTRY)
        .map(|it| format!("Cargo.lock names {it}"))
        .collect();
    none_of(&problems);
}

/// Whether `path` stands in `text` as a path from the root, not inside a longer one.
fn stands_in(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        before.is_none_or(|it| !it.is_alphanumeric() && !"._-".contains(it))
    })
}

/// The hosts of the addresses in `text`.
fn hosts(text: &str) -> impl Iterator<Item = &str> {
    ["http://", "https://"].into_iter().flat_map(|scheme| text.split(scheme).skip(1)).map(|it| {
        let end = |it: char| !it.is_ascii_alphanumeric() && !".-@_[".contains(it);
        &it[..it.find(end).unwrap_or(it.len())]
    })
}

/// Whether everybody reaches `host`, or only oneself.
fn is_public(host: &str) -> bool {
    let Some((_, domain)) = host.trim_end_matches('.').rsplit_once('.') else {
        return host.is_empty() || host == "localhost" || host.starts_with('[');
    };
    let number = host.split('.').all(|it| it.parse::<u8>().is_ok());
    let private = ["internal", "intranet", "local", "lan", "corp", "home"].contains(&domain);
    if number { host == "127.0.0.1" } else { !private && !host.contains('@') }
}

#[test]
fn private_addresses_are_told_from_public_ones() {
    let named: Vec<&str> = hosts("see https://example.org/a, http://localhost:8080 …").collect();
    assert_eq!(named, ["localhost", "example.org"]);
    assert!(["example.org", "localhost", "127.0.0.1", ""].iter().all(|it| is_public(it)));
    assert!(["registry", "10.0.0.1", "x.internal", "a@b.org"].iter().all(|it| !is_public(it)));
    assert!(stands_in(concat!("cd /wor", "k/x"), concat!("/wor", "k/")));
    assert!(!stands_in(concat!("https://example.org/net/wor", "k/x"), concat!("/wor", "k/")));
}
