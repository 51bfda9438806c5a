//! The words of a subject's name, by which it is found and sorted.

use std::collections::BTreeSet;

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::db::{Executor, Transaction};
use crate::entity::assessment_word as row;
use crate::error::{StoreError, failed};

/// How many characters of a name are looked at.
const LONGEST_NAME: usize = 200;
/// How many characters of a word are.
const LONGEST_WORD: usize = 32;

/// The words of a name in lower case, each with a space before it.
pub(super) fn words(name: &str) -> String {
    let lower = name.to_lowercase();
    let mut all = String::with_capacity(lower.len() + 1);
    for word in lower.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()) {
        all.push(' ');
        all.push_str(word);
    }
    if let Some((end, _)) = all.char_indices().nth(LONGEST_NAME) {
        all.truncate(end);
    }
    all.truncate(all.trim_end().len());
    all
}

/// Each of [`words`] once, as far as it is looked at.
pub(super) fn beginnings(words: &str) -> BTreeSet<String> {
    words.split_whitespace().map(beginning).collect()
}

/// Those behind the first, which is found as the beginning of the name.
fn later(words: &str) -> BTreeSet<String> {
    words.split_whitespace().skip(1).map(beginning).collect()
}

fn beginning(word: &str) -> String {
    word.chars().take(LONGEST_WORD).collect()
}

/// Keeps by which words an assessment is found, of which those of `before` are kept already.
pub(super) async fn keep(
    db: &Transaction,
    (round, assessment): (Uuid, Uuid),
    before: &str,
    words: &str,
) -> Result<(), StoreError> {
    const KEEP: &str = "keep the words of a name";
    if before == words {
        return Ok(());
    }
    let (old, new) = (later(before), later(words));
    if old.difference(&new).next().is_some() {
        row::Entity::delete_many()
            .filter(row::Column::RoundId.eq(round))
            .filter(row::Column::Word.is_in(old.difference(&new)))
            .filter(row::Column::AssessmentId.eq(assessment))
            .exec(&db.executor())
            .await
            .map_err(failed(KEEP))?;
    }
    let rows: Vec<row::ActiveModel> = new
        .difference(&old)
        .map(|word| row::ActiveModel {
            round_id: Set(round),
            word: Set(word.clone()),
            assessment_id: Set(assessment),
        })
        .collect();
    if !rows.is_empty() {
        row::Entity::insert_many(rows)
            .exec_without_returning(&db.executor())
            .await
            .map_err(failed(KEEP))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_words_in_lower_case() {
        assert_eq!(words("Ærø–Eksempel A/S (2)"), " ærø eksempel a s 2");
        assert_eq!(words(" =%_ "), "");
        assert_eq!(words("İstanbul ΣΑΣ"), " i stanbul σας");
        assert_eq!(words(&"ålborg ".repeat(60)).chars().count(), 200);
        assert_eq!(words(&format!("{} b", "a".repeat(198))).len(), 199);
    }

    #[test]
    fn only_the_beginning_of_a_word_is_looked_at() {
        let words = words(&format!("{} b b", "å".repeat(40)));
        assert_eq!(beginnings(&words), ["b".to_owned(), "å".repeat(32)].into());
        assert_eq!(later(&words), ["b".to_owned()].into());
    }
}
