//! Use cases: check forms and programmes, score a response, make report data, keep and repeat
//! results.
//!
//! The only place where the store and the pure crates meet. Each use case takes the time as
//! an argument and gives findings, not only a first error.
//!
//! Suggested reading order: [`library`], [`check`], [`assess`], [`report`], [`blank`], [`results`],
//! [`rescore`], [`transfer`], [`publish`].

pub mod assess;
pub mod blank;
pub mod check;
pub mod error;
pub mod offline;
pub mod peers;
pub mod home;
pub mod history;
pub mod housekeeping;
pub mod comments;
pub mod invitations;
pub mod media;
pub mod evidence;
pub mod rounds;
pub mod flow;
pub mod writer;
pub mod sheets;
pub mod rights;
pub mod kept;
pub mod engine;
pub mod attachments;
pub mod audit;
pub mod backup;
pub mod answers;
pub mod guidance;
pub mod identity;
pub mod library;
pub mod publish;
pub mod report;
pub mod requests;
pub mod rescore;
pub mod reminders;
pub mod results;
pub mod results_table;
pub mod transfer;
pub mod visible;
pub mod views;

pub use error::EngineError;
pub use forms::Files;
pub use forms::prepare::PreparedForm;
pub use store::StoreError;
pub use workflow::Refusal;
pub use store::{
    AssessmentId, Comment, CommentKind, Event, EvidenceId, OrganisationId, PersonId, RoundId,
    SheetId, StoredEvidence,
};
pub use store::assessments::{AssessmentOrder, Column as SortColumn};
pub use store::{Assessment, Round};
pub use store::{Broken, EventFilter};
