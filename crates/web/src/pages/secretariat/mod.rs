//! What the secretariat of a cluster sees: its rounds, who is in them, and how far they are.
//!
//! Nothing is sent before it was looked at: a preview carries what it was made from as a mark,
//! and what is confirmed must still have the same.
//!
//! Suggested reading order: [`rounds`], [`edit`], [`round`], [`invite`], [`remind`],
//! [`assessment`], [`hand_back`], [`export`].

mod assessment;
mod edit;
mod export;
pub(crate) mod hand_back;
pub(crate) mod invite;
pub(crate) mod remind;
mod round;
mod rounds;

use actix_web::web::to;
use engine::identity::{Actor, Letter, Secret};
use engine::rights::{OpenAssessment, OpenRound};
use engine::{Round, RoundId, rights};
use serde::Serialize;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::company::{self, id};
use crate::error::Problem;
use crate::routes::Access::Secretariat;
use crate::routes::{Route, action, file, page};
use crate::visit::Visit;

/// The routes of these pages.
pub(crate) const ROUTES: &[Route] = &[
    page("/rounds", Secretariat, || to(rounds::show)),
    page("/rounds/new", Secretariat, || to(edit::show_new)),
    action("/rounds/new", Secretariat, || to(edit::make)),
    page("/rounds/{round}", Secretariat, || to(round::show)),
    page("/rounds/{round}/edit", Secretariat, || to(edit::show)),
    action("/rounds/{round}/edit", Secretariat, || to(edit::save)),
    action("/rounds/{round}/close", Secretariat, || to(edit::close)),
    action("/rounds/{round}/open", Secretariat, || to(edit::open)),
    page("/rounds/{round}/invite", Secretariat, || to(invite::show)),
    action("/rounds/{round}/invite", Secretariat, || to(invite::act)),
    page("/rounds/{round}/remind", Secretariat, || to(remind::show)),
    action("/rounds/{round}/remind", Secretariat, || to(remind::act)),
    action("/rounds/{round}/chosen", Secretariat, || to(round::act)),
    file("/rounds/{round}/export.{format}", Secretariat, || to(export::download)),
    page("/rounds/{round}/assessments/{assessment}", Secretariat, || to(assessment::show)),
    action("/rounds/{round}/assessments/{assessment}/lock", Secretariat, || to(assessment::lock)),
    action("/rounds/{round}/assessments/{assessment}/unlock", Secretariat, || {
        to(assessment::unlock)
    }),
    page("/rounds/{round}/assessments/{assessment}/return", Secretariat, || to(hand_back::show)),
    action("/rounds/{round}/assessments/{assessment}/return", Secretariat, || to(hand_back::act)),
];

/// A round as the head of its pages names it.
#[derive(Clone, Debug, Serialize)]
struct RoundHead {
    id: String,
    title: String,
    programme: String,
    href: String,
}

impl RoundHead {
    fn new(open: &OpenRound, language: &str) -> Self {
        Self {
            id: open.round.id.to_string(),
            title: open.round.title.clone(),
            programme: open.programme.texts(language).title.clone(),
            href: address(open.round.id, ""),
        }
    }
}

/// An assessment as the head of its pages names it.
#[derive(Clone, Debug, Serialize)]
struct Head {
    #[serde(flatten)]
    inner: company::Head,
    href: String,
    #[serde(skip)]
    back: (String, String),
}

impl Head {
    fn new(open: &OpenAssessment, language: &str) -> Self {
        let round = address(open.round.id, "");
        let inner = company::Head::new(open, language);
        Self {
            href: format!("{round}/assessments/{}", inner.id),
            back: (round, open.round.title.clone()),
            inner,
        }
    }
}

/// The address of a round, or of something below it.
fn address(round: RoundId, rest: &str) -> String {
    format!("/rounds/{round}{rest}")
}

/// A letter as it is looked at.
#[derive(Clone, Debug, Serialize)]
struct LetterView {
    subject: String,
    body: String,
}

impl LetterView {
    /// The letter that `write` writes, without the secret that it will have.
    fn new(write: impl FnOnce(&Secret) -> Letter) -> Result<Self, Problem> {
        let secret = Secret::new()?;
        let letter = write(&secret);
        Ok(Self { subject: letter.subject, body: letter.body.replace(secret.reveal(), "…") })
    }
}

/// The assessment that an address below its round names, for who runs the round.
async fn assessment_of(visit: &Visit, path: (String, String)) -> Result<OpenAssessment, Problem> {
    let (round, assessment) = (id(&path.0)?, id(&path.1)?);
    let open = rights::assessment(visit.engine(), visit.actor()?, assessment).await?;
    match open.round.id == round && open.standing.runs {
        true => Ok(open),
        false => Err(Problem::not_found()),
    }
}

/// Who runs a round, as letters say it.
fn cluster(actor: &Actor, round: &Round) -> String {
    let own = actor.memberships.iter().find(|it| it.organisation.id == round.organisation);
    own.map_or_else(|| round.title.clone(), |it| it.organisation.name.clone())
}

/// What stands behind the question mark of an address.
fn asked(visit: &Visit) -> Vec<(String, String)> {
    let query = visit.path.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// An address with a query; empty values are left out.
fn with_query<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A mark of what a preview showed: the same for the same.
fn mark<T: AsRef<str>>(parts: impl IntoIterator<Item = T>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        let part = part.as_ref();
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(12).map(|it| format!("{it:02x}")).collect()
}

/// Text of a form, with the line ends that everybody else uses.
fn text(value: &str) -> String {
    value.replace("\r\n", "\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_written_without_what_is_empty() {
        let pairs = [("text", "å & b"), ("stage", ""), ("sort", "-score")];
        assert_eq!(with_query("/rounds/1", pairs), "/rounds/1?text=%C3%A5+%26+b&sort=-score");
        assert_eq!(with_query("/rounds/1", [("stage", "")]), "/rounds/1");
    }

    #[test]
    fn a_mark_tells_what_stands_where() {
        assert_eq!(mark(["a", "b"]), mark(["a", "b"]));
        assert_ne!(mark(["a", "b"]), mark(["ab", ""]));
    }
}
