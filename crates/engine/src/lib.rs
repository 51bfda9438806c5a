//! Use cases: check forms and programmes, score a response, make report data, keep and repeat
//! results; sign in, run a round, answer, hand in, return.
//!
//! The only place where the store and the pure crates meet, and the only one that decides who
//! may do what. Each use case takes the time as an argument and gives findings, not only a
//! first error.
//!
//! Suggested reading order: [`library`], [`check`], [`assess`], [`report`], [`blank`], [`results`],
//! [`rescore`], [`transfer`], [`publish`]; for what is served [`mod@engine`], [`writer`],
//! [`identity`], [`rights`], [`rounds`], [`invitations`], [`sheets`], [`flow`], [`views`].

pub mod answers;
pub mod assess;
pub mod attachments;
pub mod audit;
pub mod backup;
pub mod blank;
pub mod check;
pub mod comments;
pub mod engine;
pub mod error;
pub mod evidence;
pub mod flow;
pub mod guidance;
pub mod history;
pub mod home;
pub mod housekeeping;
pub mod identity;
pub mod invitations;
pub mod kept;
pub mod library;
pub mod media;
pub mod offline;
pub mod peers;
pub mod publish;
pub mod reminders;
pub mod report;
pub mod requests;
pub mod rescore;
pub mod results;
pub mod results_table;
pub mod rights;
pub mod rounds;
pub mod sheets;
pub mod transfer;
pub mod views;
pub mod visible;
pub mod writer;

pub use error::EngineError;
pub use forms::Files;
pub use forms::prepare::PreparedForm;
pub use store::StoreError;
pub use store::assessments::{AssessmentCursor, AssessmentOrder, Column as SortColumn, Total};
pub use store::{Assessment, Round};
pub use store::{
    AssessmentId, Comment, CommentKind, Event, EvidenceId, OrganisationId, PersonId, RoundId,
    SheetId, StoredEvidence,
};
pub use store::{Broken, EventFilter};
pub use workflow::Refusal;
