//! The REST API under `/api/v1`: what the pages can do, for programs.
//!
//! One module per kind of thing. Each route stands with its description in a list of
//! [`Operation`]s, from which the OpenAPI document is made.
//!
//! Suggested reading order: [`operation`], [`answers`], then any other.

mod actions;
mod answers;
mod asked;
mod assessments;
mod colleagues;
mod comments;
mod description;
mod evidence;
mod invitations;
mod me;
mod offline;
mod once;
mod operation;
mod organisations;
mod overseeing;
mod people;
mod reminders;
mod results;
mod rounds;
mod table;
mod types;

use engine::identity::{Actor, Scope};

use crate::error::Problem;
use crate::routes::Route;
use crate::visit::Visit;
pub(crate) use operation::Operation;

/// All operations, in the order in which they are described.
pub(crate) const OPERATIONS: &[&[Operation]] = &[
    me::OPERATIONS,
    assessments::OPERATIONS,
    actions::OPERATIONS,
    comments::OPERATIONS,
    colleagues::OPERATIONS,
    offline::OPERATIONS,
    answers::OPERATIONS,
    results::OPERATIONS,
    evidence::OPERATIONS,
    rounds::OPERATIONS,
    table::OPERATIONS,
    invitations::OPERATIONS,
    reminders::OPERATIONS,
    organisations::OPERATIONS,
    people::OPERATIONS,
    overseeing::OPERATIONS,
    description::OPERATIONS,
];

/// The routes of all operations.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    operations().map(|it| &it.route)
}

/// All operations.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().copied().flatten()
}

/// Who asks, where what they came with is enough for `scope`.
fn actor(visit: &Visit, scope: Scope) -> Result<&Actor, Problem> {
    let actor = visit.actor()?;
    actor.require(scope)?;
    Ok(actor)
}
