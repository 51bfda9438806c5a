//! The database on SQLite or PostgreSQL: forms, responses and scorecards; people, rounds,
//! assessments, the sheets being answered, and the history of all of it.
//!
//! One module of functions per aggregate; each takes a [`Db`] or an open [`Transaction`].
//! What is stored is given and returned as plain structs: sea-orm stays inside. Documents
//! come back byte for byte. Times are arguments; nothing here reads a clock.
//!
//! ```no_run
//! # async fn example(form: store::StoredForm, result: store::StoredResult) -> Result<(), store::StoreError> {
//! let db = store::open("sqlite:assay.db").await?;
//! let transaction = db.begin().await?;
//! store::forms::put(&transaction, &form).await?;
//! store::scorecards::save(&transaction, &result).await?;
//! transaction.commit().await
//! # }
//! ```
//!
//! Suggested reading order: [`Db`], [`forms`], [`responses`], [`scorecards`]; then [`rounds`],
//! [`assessments`], [`sheets`], [`events`].

pub mod assessments;
pub mod attempts;
pub mod backup;
pub mod comments;
mod db;
mod entity;
mod error;
pub mod events;
pub mod evidence;
pub mod forms;
mod id;
mod joined;
pub mod links;
pub mod memberships;
pub mod messages;
pub mod organisations;
pub mod people;
mod place;
pub mod programmes;
pub mod requests;
pub mod responses;
pub mod rounds;
mod rows;
mod schema;
pub mod scorecards;
pub mod sessions;
pub mod sheets;
pub mod tokens;
mod words;

pub use assessments::{Assessment, AssessmentId, Assignment, Progress};
pub use attempts::Attempt;
pub use comments::{Comment, CommentId, CommentKind};
pub use db::{Connection, Db, Transaction, migrate, open, serve, status};
pub use error::{Cause, StoreError};
pub use events::{About, Broken, Event, EventFilter, NewEvent};
pub use evidence::{EvidenceId, StoredEvidence, StoredFile};
pub use forms::{FormRow, StoredForm, StoredTranslation};
pub use links::{Link, LinkId, LinkPurpose, Links};
pub use memberships::{Membership, Role};
pub use messages::{Message, MessageId};
pub use organisations::{Organisation, OrganisationFilter, OrganisationId, OrganisationKind};
pub use people::{PeopleFilter, Person, PersonId};
pub use programmes::StoredProgramme;
pub use requests::Request;
pub use responses::StoredResponse;
pub use rounds::{Round, RoundId};
pub use rows::Rows;
pub use schema::SchemaStatus;
pub use scorecards::{
    BadCursor, BadSort, Cursor, Filter, Page, Saved, ScorecardId, ScorecardRow, Sort, SortBy,
    StoredResult, StoredScorecard,
};
pub use sessions::{Session, SessionId};
pub use sheets::{Sheet, SheetId, Signature};
pub use tokens::{Scope, Token, TokenId};
