//! The history: who did what, when, before and after, as a chain of hashes.
//!
//! Each event holds the hash of the one before it. A changed or missing event is found by
//! working the hashes out again ([`verify`]); what was cut off at the end, by the head, which
//! is kept apart.

use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::assessments::AssessmentId;
use crate::db::{Connection, Executor, Transaction};
use crate::entity::{event as row, event_head as head};
use crate::error::{Failure, StoreError, failed};
use crate::organisations::OrganisationId;
use crate::people::PersonId;
use crate::rounds::RoundId;
use crate::sheets::SheetId;
use crate::words;

/// Something that happened, before it is part of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// When, to the millisecond.
    pub at: DateTime<Utc>,
    /// What was done, as a word.
    pub action: String,
    /// Who did it; nobody where the program did.
    pub person: Option<PersonId>,
    /// What it is about.
    pub about: About,
    /// What it was before, as text or JSON.
    pub before: Option<String>,
    /// What it is after, as text or JSON.
    pub after: Option<String>,
}

/// What an event is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The organisation.
    pub organisation: Option<OrganisationId>,
    /// The round.
    pub round: Option<RoundId>,
    /// The assessment.
    pub assessment: Option<AssessmentId>,
    /// The sheet.
    pub sheet: Option<SheetId>,
    /// The revision of the sheet that this made.
    pub revision: Option<u64>,
    /// The question, or another place inside what it is about.
    pub place: String,
}

/// One entry of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number, from 1, without gaps.
    pub sequence: u64,
    /// What happened.
    pub what: NewEvent,
    /// The hash of the event before it; empty for the first.
    pub previous: String,
    /// Its own hash: SHA-256 as 64 hexadecimal digits.
    pub hash: String,
}

/// Which events a list shows; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Only what concerns one of these organisations or rounds.
    pub within: Option<(Vec<OrganisationId>, Vec<RoundId>)>,
    /// The assessment.
    pub assessment: Option<AssessmentId>,
    /// The sheet.
    pub sheet: Option<SheetId>,
    /// The person.
    pub person: Option<PersonId>,
    /// The action.
    pub action: Option<String>,
    /// The place.
    pub place: Option<String>,
    /// The first moment.
    pub from: Option<DateTime<Utc>>,
    /// The moment before which it was.
    pub until: Option<DateTime<Utc>>,
    /// Only events with a lower number.
    pub below: Option<u64>,
}

/// What is wrong with the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The event with this number is missing.
    Missing(u64),
    /// The event with this number is not what it was.
    Changed(u64),
}

/// Adds `events` to the history, in order.
///
/// Nobody else adds any until the transaction ends.
pub async fn append(db: &Transaction, events: Vec<NewEvent>) -> Result<(), StoreError> {
    const WRITE: &str = "write the history";
    if events.is_empty() {
        return Ok(());
    }
    let executor = db.executor();
    let mut select = head::Entity::find_by_id(0);
    if executor.get_database_backend() == DbBackend::Postgres {
        select = select.lock_exclusive();
    }
    let last = select.one(&executor).await.map_err(failed(WRITE))?;
    let last = last.ok_or_else(|| failed(WRITE)(Failure::damaged("the head is gone")))?;
    let (mut sequence, mut previous) = (words::whole(last.sequence), last.hash);
    let mut rows = Vec::with_capacity(events.len());
    for what in events {
        sequence += 1;
        let hash = hash(sequence, &what, &previous);
        rows.push(active(Event { sequence, what, previous, hash: hash.clone() }));
        previous = hash;
    }
    for some in rows.chunks(500) {
        row::Entity::insert_many(some.to_vec())
            .exec_without_returning(&executor)
            .await
            .map_err(failed(WRITE))?;
    }
    head::Entity::update_many()
        .col_expr(head::Column::Sequence, Expr::value(words::signed(sequence)))
        .col_expr(head::Column::Hash, Expr::value(previous))
        .exec(&executor)
        .await
        .map_err(failed(WRITE))?;
    Ok(())
}

/// At most `limit` events, newest first.
pub async fn list(
    db: &impl Connection,
    filter: &EventFilter,
    limit: u64,
) -> Result<Vec<Event>, StoreError> {
    let rows = row::Entity::find()
        .filter(condition(filter))
        .order_by_desc(row::Column::Sequence)
        .limit(limit)
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    rows.into_iter().map(from_row).collect::<Result<_, _>>().map_err(failed(READ))
}

/// The places of a sheet that were changed after `revision`, with what they are now.
pub async fn changed_since(
    db: &impl Connection,
    sheet: SheetId,
    revision: u64,
) -> Result<Vec<Event>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::SheetId.eq(sheet.0))
        .filter(row::Column::Revision.gt(words::signed(revision)))
        .order_by_asc(row::Column::Sequence)
        .all(&db.executor())
        .await
        .map_err(failed(READ))?;
    rows.into_iter().map(from_row).collect::<Result<_, _>>().map_err(failed(READ))
}

/// Works every hash out again; how many events there are, or the first that is wrong.
pub async fn verify(db: &impl Connection) -> Result<Result<u64, Broken>, StoreError> {
    let (mut count, mut previous) = (0, String::new());
    loop {
        let rows = row::Entity::find()
            .filter(row::Column::Sequence.gt(words::signed(count)))
            .order_by_asc(row::Column::Sequence)
            .limit(1000)
            .all(&db.executor())
            .await
            .map_err(failed(READ))?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            (count, previous) = match follow(row, count, &previous) {
                Ok(hash) => (count + 1, hash),
                Err(broken) => return Ok(Err(broken)),
            };
        }
    }
    let head = head::Entity::find_by_id(0).one(&db.executor()).await.map_err(failed(READ))?;
    let whole = head.is_some_and(|it| words::whole(it.sequence) == count && it.hash == previous);
    Ok(if whole { Ok(count) } else { Err(Broken::Missing(count + 1)) })
}

/// The hash of `row` where it follows the event with the number `count` and its hash.
fn follow(row: row::Model, count: u64, previous: &str) -> Result<String, Broken> {
    let sequence = words::whole(row.sequence);
    if sequence != count + 1 {
        return Err(Broken::Missing(count + 1));
    }
    let event = from_row(row).map_err(|_| Broken::Changed(sequence))?;
    let hash = hash(sequence, &event.what, previous);
    match event.previous == previous && event.hash == hash {
        true => Ok(hash),
        false => Err(Broken::Changed(sequence)),
    }
}

const READ: &str = "read the history";

/// SHA-256 over all parts, each with its length before it, so that no two events that differ
/// look alike.
fn hash(sequence: u64, what: &NewEvent, previous: &str) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: Option<&str>| match part {
        Some(text) => {
            hash.update([1]);
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        }
        None => hash.update([0]),
    };
    let id = |it: Option<Uuid>| it.map(|it| it.to_string());
    let about = &what.about;
    add(Some(previous));
    add(Some(&sequence.to_string()));
    add(Some(&time(what.at)));
    add(Some(&what.action));
    add(id(what.person.map(|it| it.0)).as_deref());
    add(id(about.organisation.map(|it| it.0)).as_deref());
    add(id(about.round.map(|it| it.0)).as_deref());
    add(id(about.assessment.map(|it| it.0)).as_deref());
    add(id(about.sheet.map(|it| it.0)).as_deref());
    add(about.revision.map(|it| it.to_string()).as_deref());
    add(Some(&about.place));
    add(what.before.as_deref());
    add(what.after.as_deref());
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A time as the history writes it: to the millisecond, in UTC.
fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn condition(filter: &EventFilter) -> sea_orm::Condition {
    use row::Column as C;
    let within = filter.within.as_ref().map(|(organisations, rounds)| {
        sea_orm::Condition::any()
            .add(C::OrganisationId.is_in(organisations.iter().map(|it| it.0)))
            .add(C::RoundId.is_in(rounds.iter().map(|it| it.0)))
    });
    sea_orm::Condition::all()
        .add_option(within)
        .add_option(filter.assessment.map(|it| C::AssessmentId.eq(it.0)))
        .add_option(filter.sheet.map(|it| C::SheetId.eq(it.0)))
        .add_option(filter.person.map(|it| C::PersonId.eq(it.0)))
        .add_option(filter.action.as_deref().map(|it| C::Action.eq(it)))
        .add_option(filter.place.as_deref().map(|it| C::Place.eq(it)))
        .add_option(filter.from.map(|it| C::At.gte(time(it))))
        .add_option(filter.until.map(|it| C::At.lt(time(it))))
        .add_option(filter.below.map(|it| C::Sequence.lt(words::signed(it))))
}

fn active(it: Event) -> row::ActiveModel {
    let NewEvent { at, action, person, about, before, after } = it.what;
    row::ActiveModel {
        sequence: Set(words::signed(it.sequence)),
        at: Set(time(at)),
        action: Set(action),
        person_id: Set(person.map(|it| it.0)),
        organisation_id: Set(about.organisation.map(|it| it.0)),
        round_id: Set(about.round.map(|it| it.0)),
        assessment_id: Set(about.assessment.map(|it| it.0)),
        sheet_id: Set(about.sheet.map(|it| it.0)),
        revision: Set(about.revision.map(words::signed)),
        place: Set(about.place),
        before: Set(before),
        after: Set(after),
        previous: Set(it.previous),
        hash: Set(it.hash),
    }
}

fn from_row(it: row::Model) -> Result<Event, Failure> {
    let at = DateTime::parse_from_rfc3339(&it.at)
        .map_err(|error| Failure::damaged(format!("the column at: {error}")))?;
    let about = About {
        organisation: it.organisation_id.map(OrganisationId),
        round: it.round_id.map(RoundId),
        assessment: it.assessment_id.map(AssessmentId),
        sheet: it.sheet_id.map(SheetId),
        revision: it.revision.map(words::whole),
        place: it.place,
    };
    let what = NewEvent {
        at: at.to_utc(),
        action: it.action,
        person: it.person_id.map(PersonId),
        about,
        before: it.before,
        after: it.after,
    };
    Ok(Event { sequence: words::whole(it.sequence), what, previous: it.previous, hash: it.hash })
}
