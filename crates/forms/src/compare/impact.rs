//! What a change of a keyword does to scores.

use model::comparison::{Impact, Thing};

use Impact::{KeepsScores, MayMoveScores, MovesScores, OnlyWording};

/// How a question, or what belongs to it, bears on scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bearing {
    /// Its answer earns points.
    Counts,
    /// A condition, a value or points rest on its answer.
    Steers,
    /// Neither.
    Nothing,
}

impl Bearing {
    /// The impact of something that changes what is answered or when.
    pub(super) fn may(self) -> Impact {
        if self == Self::Nothing { KeepsScores } else { MayMoveScores }
    }

    /// The impact of a question that comes or goes. Where others rest on it, they change too.
    pub(super) fn of_presence(self) -> Impact {
        if self == Self::Counts { MovesScores } else { KeepsScores }
    }
}

/// Keywords of JSON Schema and of ours that say how something is worded or looks.
const WORDING: [&str; 11] = [
    "title",
    "description",
    "x-guidance",
    "x-decimals",
    "x-format",
    "x-widget",
    "x-total",
    "x-sources",
    "examples",
    "deprecated",
    "$comment",
];

/// Keywords that say which answers are accepted.
const LIMITS: [&str; 19] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "uniqueItems",
    "pattern",
    "format",
    "default",
    "required",
    "additionalProperties",
    "unevaluatedProperties",
    "x-report",
];

/// The impact of `keyword` of a step, question or column.
pub(super) fn of_question(keyword: &str, bearing: Bearing) -> Impact {
    match keyword {
        it if WORDING.contains(&it) => OnlyWording,
        it if LIMITS.contains(&it) => KeepsScores,
        "x-unit" if bearing == Bearing::Nothing => OnlyWording,
        "type" | "x-row" if bearing == Bearing::Counts => MovesScores,
        _ => bearing.may(),
    }
}

/// The impact of `keyword` of a criterion.
pub(super) fn of_criterion(keyword: &str) -> Impact {
    match keyword {
        "evidence_hint" | "sources" => OnlyWording,
        "offer" => KeepsScores,
        "dimension" | "weight" | "rubric" | "evidence" => MovesScores,
        _ => MayMoveScores,
    }
}

/// The impact of `keyword` of something in `x-form`; `limits` says whether a gate does more
/// than warn.
pub(super) fn of_meta(thing: Thing, keyword: &str, limits: bool) -> Impact {
    match (thing, keyword) {
        (
            _,
            "title" | "description" | "message" | "text" | "sources" | "author" | "year"
            | "$comment" | "$id" | "$schema",
        ) => OnlyWording,
        (Thing::Form, "total" | "points" | "missing")
        | (Thing::Dimension, "weight")
        | (Thing::Band, "from" | "requires")
        | (Thing::Gate, "effect") => MovesScores,
        (Thing::Gate, "when") if limits => MayMoveScores,
        (
            Thing::Form,
            "purpose" | "respondent" | "minutes" | "language" | "weighting" | "method" | "limits"
            | "licences",
        )
        | (Thing::Indicator, "unit" | "format" | "decimals") => OnlyWording,
        (Thing::Form, "subject" | "profile" | "certainty" | "self_assessment") => KeepsScores,
        (Thing::Form | Thing::Dimension | Thing::Band, _) => MayMoveScores,
        _ => KeepsScores,
    }
}

/// The impact of something in `x-form` that comes or goes.
pub(super) fn of_presence(thing: Thing, limits: bool) -> Impact {
    match thing {
        Thing::Dimension | Thing::Band => MovesScores,
        Thing::Gate if limits => MovesScores,
        Thing::Source => OnlyWording,
        _ => KeepsScores,
    }
}
