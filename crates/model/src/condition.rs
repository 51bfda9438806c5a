//! Conditions: one expression, or a tree of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When something is asked, or when a gate acts: one expression or a tree of them.
///
/// `all`, `any` and `not` follow Kleene's three-valued logic: an expression that names a
/// question not yet answered is not yet known, and a tree is known as soon as the known
/// parts decide it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Condition {
    /// A MiniJinja expression that is true or false.
    Expression(String),
    /// True when every part is true.
    All {
        /// The parts.
        all: Vec<Condition>,
    },
    /// True when at least one part is true.
    Any {
        /// The parts.
        any: Vec<Condition>,
    },
    /// True when the part is false.
    Not {
        /// The part.
        not: Box<Condition>,
    },
}

impl Condition {
    /// The expressions in the tree, in document order.
    pub fn expressions(&self) -> Vec<&str> {
        match self {
            Self::Expression(source) => vec![source],
            Self::All { all: parts } | Self::Any { any: parts } => {
                parts.iter().flat_map(Self::expressions).collect()
            }
            Self::Not { not } => not.expressions(),
        }
    }
}
