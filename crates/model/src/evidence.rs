//! Evidence grades.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How well a piece of evidence supports an answer.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Grade {
    /// Assertion only.
    E0,
    /// Own plan or note.
    E1,
    /// Own data or formal document.
    E2,
    /// Confirmed by an independent partner or user.
    E3,
    /// Published, audited, certified or regulatory.
    E4,
}

impl Grade {
    /// Every grade, weakest first.
    pub const ALL: [Self; 5] = [Self::E0, Self::E1, Self::E2, Self::E3, Self::E4];

    /// The grade as it is written in documents, for example `E2`.
    pub fn name(self) -> &'static str {
        match self {
            Self::E0 => "E0",
            Self::E1 => "E1",
            Self::E2 => "E2",
            Self::E3 => "E3",
            Self::E4 => "E4",
        }
    }
}
