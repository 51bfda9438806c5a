//! The table of a round: a page of it to look at, and all of it to take away.
//!
//! Rows are plain data, so that pages, files and the API show the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use model::keywords::Band;
use model::{Form, Scorecard};
use serde::Serialize;
use store::assessments::{self, AssessmentCursor, AssessmentFilter, AssessmentOrder, Total};
use store::{About, Assessment, AssessmentId, NewEvent, Organisation, OrganisationId, RoundId};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::identity::{Actor, Scope};
use crate::kept::KeptForm;
use crate::results::read;
use crate::rounds::{self, Overview};
use crate::writer::Change;

/// How many rows are in memory at once while all of them are taken away.
const CHUNK: usize = 200;

/// Which rows, and in which order; an empty text does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Words, each of which begins a word of the name of the subject.
    pub text: String,
    /// Where they stand.
    pub stage: String,
    /// The id of the band.
    pub band: String,
    /// What the rows are sorted by.
    pub sort: AssessmentOrder,
}

impl Wanted {
    fn filter(&self) -> AssessmentFilter {
        let some = |it: &String| Some(it.trim().to_owned()).filter(|it| !it.is_empty());
        AssessmentFilter {
            text: some(&self.text),
            stage: some(&self.stage),
            band: some(&self.band),
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Words.
    Text,
    /// A number.
    Number,
    /// A moment.
    Time,
}

/// A column of what is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its id.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// The columns of what is taken away: id, what they hold, and titles in English and Danish.
const COLUMNS: [(&str, Kind, &str, &str); 16] = [
    ("subject", Kind::Text, "Company", "Virksomhed"),
    ("organisation", Kind::Text, "Organisation", "Organisation"),
    ("number", Kind::Text, "Registration number", "Registreringsnummer"),
    ("stage", Kind::Text, "Stage", "Trin"),
    ("turn", Kind::Number, "Turn", "Omgang"),
    ("answered", Kind::Number, "Answered", "Besvaret"),
    ("asked", Kind::Number, "Asked", "Spurgt"),
    ("score", Kind::Number, "Score (0–100)", "Score (0–100)"),
    ("points", Kind::Number, "Points", "Point"),
    ("band", Kind::Text, "Band", "Niveau"),
    ("invited", Kind::Time, "Invited", "Inviteret"),
    ("changed", Kind::Time, "Changed", "Ændret"),
    ("submitted", Kind::Time, "Submitted", "Indsendt"),
    ("reminded", Kind::Time, "Last reminded", "Senest mindet om"),
    ("locked", Kind::Time, "Locked", "Låst"),
    ("id", Kind::Text, "Id", "Id"),
];

/// The columns of what is taken away, in `language`.
pub fn columns(language: &str) -> Vec<Column> {
    let titled = |(id, kind, english, danish): (_, _, _, _)| Column {
        id,
        kind,
        title: if language == "da" { danish } else { english },
    };
    COLUMNS.into_iter().map(titled).collect()
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A number.
    Number(f64),
    /// A moment.
    Time(DateTime<Utc>),
}

/// One assessment as a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The assessment.
    pub id: String,
    /// What is assessed.
    pub subject: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// Its number in a public register.
    pub number: Option<String>,
    /// Where it stands.
    pub stage: Named,
    /// The how-manieth time it goes through its stages.
    pub turn: u32,
    /// How many of the questions asked are answered.
    pub answered: u32,
    /// How many questions are asked.
    pub asked: u32,
    /// The strict total when it was last signed, 0 to 100.
    pub score: Option<f64>,
    /// The same in the form's points, where it has them.
    pub points: Option<u32>,
    /// The band when it was last signed.
    pub band: Option<Named>,
    /// When it was made.
    pub invited_at: DateTime<Utc>,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
    /// When it was last submitted.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When it was last reminded of.
    pub reminded_at: Option<DateTime<Utc>>,
    /// Since when nobody may change it.
    pub locked_at: Option<DateTime<Utc>>,
    /// The result that was signed last, where all is taken away.
    pub result: Option<Summary>,
}

/// Something with an id and a title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// A signed result in short.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The form that was answered.
    pub form: String,
    /// Its version.
    pub version: String,
    /// The day the answers hold for.
    pub date: String,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
    /// Who answers for it.
    pub signed_by: String,
    /// Where the result stands.
    pub status: model::scorecard::Status,
    /// The total.
    pub total: Option<model::scorecard::Total>,
    /// The dimensions.
    pub dimensions: Vec<model::scorecard::DimensionScore>,
    /// The scorecard's engine and hashes.
    pub provenance: model::scorecard::Provenance,
}

impl Row {
    /// What stands in the columns of [`columns`], in their order.
    pub fn cells(&self) -> Vec<Cell> {
        let text = |it: &str| Cell::Text(it.to_owned());
        let maybe = |it: Option<&str>| it.map_or(Cell::Empty, text);
        let number = |it: u32| Cell::Number(it.into());
        let time = |it: Option<DateTime<Utc>>| it.map_or(Cell::Empty, Cell::Time);
        vec![
            text(&self.subject),
            maybe(self.organisation.as_deref()),
            maybe(self.number.as_deref()),
            text(&self.stage.title),
            number(self.turn),
            number(self.answered),
            number(self.asked),
            self.score.map_or(Cell::Empty, Cell::Number),
            self.points.map_or(Cell::Empty, number),
            maybe(self.band.as_ref().map(|it| it.title.as_str())),
            Cell::Time(self.invited_at),
            Cell::Time(self.changed_at),
            time(self.submitted_at),
            time(self.reminded_at),
            time(self.locked_at),
            text(&self.id),
        ]
    }
}

/// What rows are read with.
#[derive(Debug)]
pub struct Table {
    /// The round, and how far it is.
    pub overview: Overview,
    form: Option<Arc<KeptForm>>,
    language: String,
}

/// A page of the table.
#[derive(Debug)]
pub struct TablePage {
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// How many rows came before, when the pages before were looked at.
    pub rows_before: u64,
    /// Where the page before it ends, if there is one.
    pub previous: Option<AssessmentCursor>,
    /// Where the next page begins, if there is one.
    pub next: Option<AssessmentCursor>,
    /// How many there are on all pages.
    pub total: Total,
}

/// The table of a round, for somebody who runs it.
pub async fn open(
    engine: &Engine,
    actor: &Actor,
    round: RoundId,
    language: &str,
) -> Result<Table, EngineError> {
    let overview = rounds::overview(engine, actor, round).await?;
    let forms = store::rounds::forms(&engine.db, round).await?;
    let programme = &overview.open.programme.programme;
    let hash = programme.first().form.as_ref().and_then(|it| forms.get(it));
    let form = match hash {
        Some(hash) => Some(engine.kept.form(&engine.db, hash).await?),
        None => None,
    };
    Ok(Table { overview, form, language: language.to_owned() })
}

impl Table {
    /// The bands that a result can have, lowest first.
    pub fn bands(&self) -> Vec<Named> {
        let named = |it: &Band| Named { id: it.id.clone(), title: it.title.clone() };
        self.texts().map(|it| it.meta.bands.iter().map(named).collect()).unwrap_or_default()
    }

    /// The stages of the programme.
    pub fn stages(&self) -> Vec<Named> {
        let stages = &self.overview.open.programme.texts(&self.language).stages;
        stages.iter().map(|it| Named { id: it.id.clone(), title: it.title.clone() }).collect()
    }

    fn texts(&self) -> Option<&Form> {
        self.form.as_ref().map(|it| it.texts(&self.language))
    }

    /// At most `limit` rows behind the place `at`, or before it.
    pub async fn page(
        &self,
        engine: &Engine,
        wanted: &Wanted,
        at: Option<&AssessmentCursor>,
        limit: u64,
    ) -> Result<TablePage, EngineError> {
        let (filter, counts) = (wanted.filter(), &self.overview.counts);
        let round = self.overview.open.round.id;
        let listed =
            assessments::page(&engine.db, round, counts, &filter, wanted.sort, at, limit).await?;
        Ok(TablePage {
            rows: listed.rows.iter().map(|it| self.row(it)).collect(),
            rows_before: listed.rows_before,
            previous: listed.previous,
            next: listed.next,
            total: listed.total,
        })
    }

    fn row(&self, it: &Assessment) -> Row {
        let stage = self.overview.open.programme.texts(&self.language).stage(&it.stage);
        let meta = self.texts().map(|it| &it.meta);
        let band = it.progress.band.as_ref().map(|id| {
            let found = meta.and_then(|it| it.bands.iter().find(|it| it.id == *id));
            Named { id: id.clone(), title: found.map_or_else(|| id.clone(), |it| it.title.clone()) }
        });
        let out_of = meta.and_then(|it| it.points.as_ref()).map(|it| it.out_of);
        Row {
            id: it.id.to_string(),
            subject: it.subject.name.clone(),
            organisation: None,
            number: None,
            stage: Named {
                id: it.stage.clone(),
                title: stage.map_or_else(|| it.stage.clone(), |it| it.title.clone()),
            },
            turn: it.turn,
            answered: it.progress.answered,
            asked: it.progress.asked,
            score: it.progress.strict,
            points: it.progress.strict.zip(out_of).map(|(strict, out_of)| points(strict, out_of)),
            band,
            invited_at: it.created_at,
            changed_at: it.changed_at,
            submitted_at: it.submitted_at,
            reminded_at: it.reminded_at,
            locked_at: it.locked_at,
            result: None,
        }
    }
}

/// A strict total in points, rounded half up.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a total lies between 0 and 100"
)]
fn points(strict: f64, out_of: u32) -> u32 {
    (strict * f64::from(out_of) / 100.0 + 0.5).floor() as u32
}

/// All rows that pass a filter, a few at a time.
#[derive(Debug)]
pub struct Export {
    table: Table,
    ids: Vec<AssessmentId>,
    next: usize,
    with_results: bool,
}

/// Takes all rows that pass the filter away; `format` is noted in the history.
///
/// Which rows, and their order, is settled now; each is read once.
pub async fn export(
    engine: &Engine,
    actor: &Actor,
    table: Table,
    wanted: &Wanted,
    format: &str,
    now: DateTime<Utc>,
) -> Result<Export, EngineError> {
    actor.require(Scope::Export)?;
    let round = &table.overview.open.round;
    let ids = assessments::ids(&engine.db, round.id, &wanted.filter(), wanted.sort).await?;
    let event = NewEvent {
        at: now,
        action: "exported".to_owned(),
        person: actor.person_id(),
        about: About {
            organisation: Some(round.organisation),
            round: Some(round.id),
            ..About::default()
        },
        before: None,
        after: Some(format!("{format}: {}", ids.len())),
    };
    engine.writer.make(Exported(event)).await?;
    Ok(Export { table, ids, next: 0, with_results: false })
}

struct Exported(NewEvent);

impl Change for Exported {
    type Done = ();

    async fn make(
        &self,
        _: &store::Transaction,
        history: &mut Vec<NewEvent>,
    ) -> Result<(), EngineError> {
        history.push(self.0.clone());
        Ok(())
    }
}

impl Export {
    /// With the result of each row that was signed last.
    pub fn with_results(self) -> Self {
        Self { with_results: true, ..self }
    }

    /// The title of the round.
    pub fn title(&self) -> &str {
        &self.table.overview.open.round.title
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The next rows; nothing behind the last.
    pub async fn next(&mut self, engine: &Engine) -> Result<Option<Vec<Row>>, EngineError> {
        let end = self.ids.len().min(self.next + CHUNK);
        let ids = &self.ids[self.next..end];
        if ids.is_empty() {
            return Ok(None);
        }
        let found = assessments::get_many(&engine.db, ids).await?;
        let mut own: Vec<OrganisationId> = found.iter().map(|it| it.organisation).collect();
        own.sort();
        own.dedup();
        let organisations: BTreeMap<OrganisationId, Organisation> =
            store::organisations::get_many(&engine.db, &own)
                .await?
                .into_iter()
                .map(|it| (it.id, it))
                .collect();
        let mut results = match self.with_results {
            true => results(engine, ids).await?,
            false => BTreeMap::new(),
        };
        let row = |it: &Assessment| {
            let organisation = organisations.get(&it.organisation);
            Row {
                organisation: organisation.map(|it| it.name.clone()),
                number: organisation.and_then(|it| it.number.clone()),
                result: results.remove(&it.id),
                ..self.table.row(it)
            }
        };
        let rows = found.iter().map(row).collect();
        self.next = end;
        Ok(Some(rows))
    }
}

/// The results that were signed last in these assessments.
async fn results(
    engine: &Engine,
    ids: &[AssessmentId],
) -> Result<BTreeMap<AssessmentId, Summary>, EngineError> {
    let mut sheets = store::sheets::signed(&engine.db, ids).await?;
    sheets.sort_by_key(|it| it.signed.as_ref().map(|it| it.at));
    // A later one takes the place of those before it.
    let last: BTreeMap<AssessmentId, store::Sheet> =
        sheets.into_iter().map(|it| (it.assessment, it)).collect();
    let wanted: Vec<store::ScorecardId> = last.values().filter_map(|it| it.scorecard).collect();
    let cards: BTreeMap<store::ScorecardId, store::StoredScorecard> =
        store::scorecards::find_many(&engine.db, &wanted)
            .await?
            .into_iter()
            .map(|it| (it.row.id, it))
            .collect();
    let mut summaries = BTreeMap::new();
    for (id, sheet) in last {
        let card = sheet.scorecard.and_then(|it| cards.get(&it));
        if let (Some(card), Some(signed)) = (card, sheet.signed) {
            let card: Scorecard = read(&card.document, "scorecard", &id.to_string())?;
            let summary = Summary {
                form: card.form.id,
                version: card.form.version.to_string(),
                date: card.date,
                signed_at: signed.at,
                signed_by: signed.name,
                status: card.status,
                total: card.total,
                dimensions: card.dimensions,
                provenance: card.provenance,
            };
            summaries.insert(id, summary);
        }
    }
    Ok(summaries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_rounded_half_up() {
        assert_eq!(points(59.25, 200), 119);
        assert_eq!((points(0.0, 200), points(100.0, 200)), (0, 200));
    }
}
