//! What people say to each other about an assessment: comments on questions, and the remarks
//! with which it was returned.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use store::{
    About, AssessmentId, Comment, CommentId, CommentKind, NewEvent, Person, PersonId, Transaction,
};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::identity::Actor;
use crate::rights;
use crate::sheets::{self, OpenSheet};
use crate::writer::Change;

/// How long a comment may be, in characters.
pub const LONGEST: usize = 10_000;

/// The comments on an assessment that is open, oldest first.
pub async fn list(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
) -> Result<Vec<Comment>, EngineError> {
    let open = rights::assessment(engine, actor, id).await?;
    let mut comments = store::comments::list(&engine.db, id).await?;
    // What those who answer say to each other is theirs.
    comments.retain(|it| open.standing.own || it.kind == CommentKind::Remark);
    Ok(comments)
}

/// Says something about a question of the sheet in hand, or about the whole.
pub async fn add(
    engine: &Engine,
    actor: &Actor,
    id: AssessmentId,
    place: &str,
    text: &str,
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let open = sheets::open(engine, actor, id).await?;
    if !open.open.standing.own {
        return Err(EngineError::Forbidden { who: "those who answer" });
    }
    let text = text.trim();
    if text.is_empty() {
        return Err(EngineError::invalid("text", "missing", "write something"));
    }
    if text.chars().count() > LONGEST {
        let message = format!("the comment is longer than {LONGEST} characters");
        return Err(EngineError::invalid("text", "too-long", message));
    }
    if !place.is_empty() && open.form.form.index_of(place).is_none() {
        return Err(EngineError::NotFound { what: "question" });
    }
    if store::comments::list(&engine.db, id).await?.len() >= engine.limits.comments {
        let message = format!("at most {} comments are kept", engine.limits.comments);
        return Err(EngineError::invalid("text", "too-many", message));
    }
    engine.writer.make(comment(actor, &open, place, text, now)).await
}

fn comment(
    actor: &Actor,
    open: &OpenSheet,
    place: &str,
    text: &str,
    now: DateTime<Utc>,
) -> AddComment {
    AddComment {
        comment: Comment {
            id: CommentId::new(now),
            assessment: open.sheet.assessment,
            sheet: Some(open.sheet.id),
            kind: CommentKind::Comment,
            place: place.to_owned(),
            person: actor.person.id,
            text: text.to_owned(),
            created_at: now,
        },
        event: NewEvent {
            at: now,
            action: "commented".to_owned(),
            person: actor.person_id(),
            about: About { place: place.to_owned(), ..open.about() },
            before: None,
            after: None,
        },
    }
}

struct AddComment {
    comment: Comment,
    event: NewEvent,
}

impl Change for AddComment {
    type Done = ();

    async fn make(&self, tx: &Transaction, history: &mut Vec<NewEvent>) -> Result<(), EngineError> {
        store::comments::insert(tx, &self.comment).await?;
        history.push(self.event.clone());
        Ok(())
    }
}

/// What the people with these ids are called; an empty name where the account is gone.
pub async fn names(
    engine: &Engine,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<BTreeMap<PersonId, String>, EngineError> {
    let mut ids: Vec<PersonId> = people.into_iter().collect();
    ids.sort();
    ids.dedup();
    let people = store::people::get_many(&engine.db, &ids).await?;
    let shown = |it: &Person| if it.name.is_empty() { it.email.clone() } else { it.name.clone() };
    Ok(people.into_iter().map(|it| (it.id, shown(&it))).collect())
}
