//! The statements that read a table of assessments.
//!
//! They are written out, because the two databases need different ones to read an order from
//! several runs of an index and stop: SQLite merges the parts of a compound select, PostgreSQL
//! looks into each run from beside it.

use sea_orm::{DbBackend, IdenStatic, Iterable, Statement, Value};

use super::cursor::{AssessmentCursor, Key};
use super::{AssessmentOrder, Column};
use crate::entity::assessment as row;
use crate::rounds::RoundId;

/// A statement in the making.
pub(super) struct Sql {
    text: String,
    values: Vec<Value>,
    backend: DbBackend,
}

/// Rows that one index has in order: those on some shelves, with a value, without, or no matter.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// The stage or the band that they have in common, where that matters; `None` for none.
    pub(super) name: Option<String>,
    /// The shelves; none where all of the round are meant.
    pub(super) shelves: Vec<String>,
    /// Whether they have a value, where that matters.
    pub(super) valued: Option<bool>,
}

/// Where rows are looked for, and which words their names have.
pub(super) struct Where<'a> {
    pub(super) round: RoundId,
    /// The shelves; none where all of the round are meant.
    pub(super) shelves: &'a [String],
    /// The words with which words of the name begin.
    pub(super) words: &'a [String],
}

/// In which order rows are read, and behind which.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
    pub(super) order: AssessmentOrder,
    /// Whether they are read from the end.
    pub(super) back: bool,
    pub(super) behind: Option<&'a AssessmentCursor>,
    /// Only names that begin with this word, where they are sorted by name.
    pub(super) named: Option<&'a str>,
    pub(super) limit: u64,
}

impl Way<'_> {
    fn down(&self) -> bool {
        self.order.descending != self.back
    }

    /// What is written behind `ORDER BY` for rows of one run.
    fn by(&self, prefix: &str) -> String {
        let way = if self.down() { " DESC" } else { "" };
        match key(self.order.by) {
            Some(key) => format!("{prefix}{key}{way}, {prefix}id{way}"),
            None => format!("{prefix}id{way}"),
        }
    }
}

/// The column by which rows of one run are sorted before their id.
fn key(by: Column) -> Option<&'static str> {
    match by {
        Column::Created | Column::Stage | Column::Band => None,
        Column::Subject => Some("subject_words"),
        Column::Answered => Some("answered"),
        Column::Score => Some("strict"),
        Column::Changed => Some("changed_at"),
        Column::Submitted => Some("submitted_at"),
        Column::Reminded => Some("reminded_at"),
    }
}

/// The column by which all rows are sorted before their id.
fn whole_key(by: Column) -> Option<&'static str> {
    match by {
        Column::Stage => Some("stage"),
        Column::Band => Some("band"),
        by => key(by),
    }
}

impl Sql {
    fn new(backend: DbBackend) -> Self {
        Self { text: String::new(), values: Vec::new(), backend }
    }

    fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        match self.backend {
            DbBackend::Postgres => self.text.push_str(&format!("${}", self.values.len())),
            _ => self.text.push('?'),
        }
        self
    }

    fn done(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.text, self.values)
    }

    fn columns(&mut self, prefix: &str) -> &mut Self {
        for (i, column) in row::Column::iter().enumerate() {
            self.push(if i == 0 { "" } else { ", " }).push(prefix).push(column.as_str());
        }
        self
    }

    fn words(&mut self, words: &[String]) -> &mut Self {
        let find = if self.backend == DbBackend::Postgres { "strpos" } else { "instr" };
        for word in words {
            self.push(" AND ").push(find).push("(subject_words, ");
            self.bind(format!(" {word}")).push(") > 0");
        }
        self
    }

    fn shelves(&mut self, shelves: &[String]) -> &mut Self {
        if shelves.is_empty() {
            return self;
        }
        self.push(" AND shelf IN (");
        for (i, shelf) in shelves.iter().enumerate() {
            self.push(if i == 0 { "" } else { ", " }).bind(shelf.as_str());
        }
        self.push(")")
    }

    fn key(&mut self, key: &Key) -> &mut Self {
        match key {
            Key::Nothing => self.push("NULL"),
            Key::Text(it) => self.bind(it.as_str()),
            Key::Count(it) => self.bind(*it),
            Key::Score(it) => self.bind(*it),
            Key::Time(it) => self.bind(*it),
        }
    }

    /// That the row lies behind the place, among rows of its run.
    fn behind(&mut self, key: Option<&str>, at: &AssessmentCursor, down: bool) -> &mut Self {
        let than = if down { " < " } else { " > " };
        match key.filter(|_| at.key != Key::Nothing) {
            Some(key) => {
                self.push("(").push(key).push(", id)").push(than).push("(");
                self.key(&at.key).push(", ").bind(at.id.0).push(")")
            }
            None => self.push("id").push(than).bind(at.id.0),
        }
    }

    /// What holds for the rows of a run besides their shelf.
    fn run(&mut self, run: &Run, way: &Way<'_>, words: &[String]) -> &mut Self {
        let key = key(way.order.by);
        match (run.valued, key) {
            (Some(false), Some(key)) => {
                self.push(" AND ").push(key).push(" IS NULL");
            }
            // An index is entered at a value, not at "no null"; behind a place it is entered
            // there.
            (Some(true), Some(key)) if way.behind.is_none() || way.down() => {
                let lowest = match way.order.by {
                    Column::Score => Value::from(f64::MIN),
                    _ => Value::from(chrono::DateTime::UNIX_EPOCH),
                };
                self.push(" AND ").push(key).push(" >= ").bind(lowest);
            }
            _ => {}
        }
        let mut behind = way.behind;
        if let Some(word) = way.named {
            let [first, end] = span(word);
            // An index is entered at one place: there, or behind the last row.
            let inside = |at: &&AssessmentCursor| match &at.key {
                Key::Text(key) if way.down() => *key < end,
                Key::Text(key) => *key >= first,
                _ => false,
            };
            behind = behind.filter(inside);
            if way.down() || behind.is_none() {
                self.push(" AND subject_words >= ").bind(first);
            }
            if !way.down() || behind.is_none() {
                self.push(" AND subject_words < ").bind(end);
            }
        }
        if let Some(at) = behind {
            self.push(" AND ").behind(key, at, way.down());
        }
        self.words(words)
    }

    fn end(&mut self, way: &Way<'_>, prefix: &str) -> &mut Self {
        let end = format!(" ORDER BY {} LIMIT {}", way.by(prefix), way.limit);
        self.push(&end)
    }
}

/// Reads the rows of a run in their order.
pub(super) fn walk(
    backend: DbBackend,
    round: RoundId,
    run: &Run,
    way: Way<'_>,
    words: &[String],
) -> Statement {
    let mut sql = Sql::new(backend);
    match (run.shelves.as_slice(), backend) {
        ([], _) => {
            sql.push("SELECT ").columns("").push(" FROM assessment WHERE round_id = ");
            sql.bind(round.0).run(run, &way, words).end(&way, "");
        }
        (shelves @ [_, _, ..], DbBackend::Postgres) => {
            sql.push("SELECT ").columns("a.").push(" FROM (SELECT b.id FROM (VALUES ");
            for (i, shelf) in shelves.iter().enumerate() {
                sql.push(if i == 0 { "(" } else { ", (" }).bind(shelf.as_str()).push(")");
            }
            sql.push(") AS s (shelf) CROSS JOIN LATERAL (SELECT ");
            if let Some(key) = key(way.order.by) {
                sql.push(key).push(", ");
            }
            sql.push("id FROM assessment WHERE round_id = ").bind(round.0);
            sql.push(" AND shelf = s.shelf").run(run, &way, words).end(&way, "");
            sql.push(") AS b").end(&way, "b.");
            sql.push(") AS p JOIN assessment AS a ON a.id = p.id").end(&way, "a.");
        }
        (shelves, _) => {
            for (i, shelf) in shelves.iter().enumerate() {
                sql.push(if i == 0 { "SELECT " } else { " UNION ALL SELECT " }).columns("");
                sql.push(" FROM assessment WHERE round_id = ").bind(round.0);
                sql.push(" AND shelf = ").bind(shelf.as_str()).run(run, &way, words);
            }
            sql.end(&way, "");
        }
    }
    sql.done()
}

/// Which names have a word.
#[derive(Clone, Copy)]
pub(super) enum Having<'a> {
    /// Somewhere.
    Anywhere(&'a str),
    /// Not as the first one.
    Later(&'a str),
}

/// Looks at each row whose name has a word, and sorts them.
pub(super) fn gather(
    backend: DbBackend,
    place: &Where<'_>,
    word: Having<'_>,
    way: Way<'_>,
) -> Statement {
    let mut sql = Sql::new(backend);
    sql.push("SELECT ").columns("");
    gathered(&mut sql, place, word);
    let key = whole_key(way.order.by);
    if let Some(at) = way.behind {
        let may_be_nothing = is_optional(way.order.by);
        sql.push(" AND (").behind(key, at, way.down());
        match (key, &at.key) {
            (Some(key), Key::Nothing) if may_be_nothing && way.back => {
                sql.push(" AND ").push(key).push(" IS NULL OR ").push(key).push(" IS NOT NULL");
            }
            (Some(key), Key::Nothing) if may_be_nothing => {
                sql.push(" AND ").push(key).push(" IS NULL");
            }
            (Some(key), _) if may_be_nothing && !way.back => {
                sql.push(" OR ").push(key).push(" IS NULL");
            }
            _ => {}
        }
        sql.push(")");
    }
    sql.push(" ORDER BY ").push(&whole_order(way.order, way.back));
    sql.push(&format!(" LIMIT {}", way.limit));
    sql.done()
}

/// Counts the rows that [`gather`] finds on all pages.
pub(super) fn count_gathered(backend: DbBackend, place: &Where<'_>, word: Having<'_>) -> Statement {
    let mut sql = Sql::new(backend);
    sql.push("SELECT count(*) AS n");
    if place.shelves.is_empty() && place.words.len() == 1 {
        sql.push(" FROM (").found(place.round, word).push(") AS w");
    } else {
        gathered(&mut sql, place, word);
    }
    sql.done()
}

fn gathered(sql: &mut Sql, place: &Where<'_>, word: Having<'_>) {
    match sql.backend {
        // One by one: without statistics it would read the whole table.
        DbBackend::Postgres => {
            sql.push(" FROM (").found(place.round, word);
            sql.push(") AS w CROSS JOIN LATERAL (SELECT * FROM assessment");
            sql.push(" WHERE id = w.assessment_id OFFSET 0) AS a WHERE TRUE");
        }
        _ => {
            sql.push(" FROM assessment WHERE id IN (").found(place.round, word).push(")");
        }
    }
    if let Having::Later(word) = word {
        let [first, end] = span(word);
        sql.push(" AND NOT (subject_words >= ").bind(first);
        sql.push(" AND subject_words < ").bind(end).push(")");
    }
    sql.shelves(place.shelves).words(place.words);
}

/// Between which two lie the words of names that begin with `word`.
fn span(word: &str) -> [String; 2] {
    [format!(" {word}"), format!(" {word}\u{10FFFF}")]
}

impl Sql {
    /// The ids of the rows whose names have the word, each once.
    fn found(&mut self, round: RoundId, word: Having<'_>) -> &mut Self {
        match word {
            Having::Later(word) => {
                self.push("SELECT DISTINCT assessment_id FROM assessment_word");
                self.later(round, word)
            }
            Having::Anywhere(word) => {
                self.push("SELECT assessment_id FROM assessment_word").later(round, word);
                self.push(" UNION SELECT id FROM assessment").first(round, word)
            }
        }
    }

    fn later(&mut self, round: RoundId, word: &str) -> &mut Self {
        self.push(" WHERE round_id = ").bind(round.0).push(" AND word >= ").bind(word);
        self.push(" AND word < ").bind(format!("{word}\u{10FFFF}"))
    }

    fn first(&mut self, round: RoundId, word: &str) -> &mut Self {
        let [first, end] = span(word);
        self.push(" WHERE round_id = ").bind(round.0).push(" AND subject_words >= ").bind(first);
        self.push(" AND subject_words < ").bind(end)
    }
}

/// Counts names that begin with the word (`first`) and words behind the first (`later`), each up
/// to `most`.
pub(super) fn count_word(backend: DbBackend, round: RoundId, word: &str, most: u64) -> Statement {
    let mut sql = Sql::new(backend);
    sql.push("SELECT (SELECT count(*) FROM (SELECT 1 FROM assessment").first(round, word);
    sql.push(&format!(" LIMIT {most}) AS f) AS first, "));
    sql.push("(SELECT count(*) FROM (SELECT 1 FROM assessment_word").later(round, word);
    sql.push(&format!(" LIMIT {most}) AS l) AS later"));
    sql.done()
}

/// Counts rows by looking at all of the shelves.
pub(super) fn count(backend: DbBackend, place: &Where<'_>) -> Statement {
    let mut sql = Sql::new(backend);
    sql.push("SELECT count(*) AS n FROM assessment WHERE round_id = ").bind(place.round.0);
    sql.shelves(place.shelves).words(place.words);
    sql.done()
}

/// Reads the ids of all rows in order.
pub(super) fn ids(backend: DbBackend, place: &Where<'_>, order: AssessmentOrder) -> Statement {
    let mut sql = Sql::new(backend);
    sql.push("SELECT id FROM assessment WHERE round_id = ").bind(place.round.0);
    sql.shelves(place.shelves).words(place.words);
    sql.push(" ORDER BY ").push(&whole_order(order, false));
    sql.done()
}

fn is_optional(by: Column) -> bool {
    matches!(by, Column::Score | Column::Band | Column::Submitted | Column::Reminded)
}

/// What is written behind `ORDER BY` for any rows: what has no value comes last either way.
fn whole_order(order: AssessmentOrder, back: bool) -> String {
    let way = if order.descending != back { " DESC" } else { "" };
    let last = if back { " DESC" } else { "" };
    match whole_key(order.by) {
        Some(key) if is_optional(order.by) => {
            format!("{key} IS NULL{last}, {key}{way}, id{way}")
        }
        Some(key) => format!("{key}{way}, id{way}"),
        None => format!("id{way}"),
    }
}
