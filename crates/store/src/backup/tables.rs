//! The tables and columns of a backup: the only list of them.

use serde::{Deserialize, Serialize};

use Kind::{BigInteger, Boolean, Double, Integer, Text, Time, Uuid};

/// A table as a backup holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// How many columns, from the first, name a row. Rows are in their order.
    pub key: usize,
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The column that names another row of the same table; it is filled in after all rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<String>,
}

/// A column of a [`Table`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    BigInteger,
    /// A number; as JSON the shortest one that reads as the same bits.
    Double,
    /// True or false.
    Boolean,
    /// An id, as 32 hexadecimal digits with hyphens.
    Uuid,
    /// A moment, as RFC 3339 in UTC.
    Time,
}

/// Tables that are in no backup: browsers in which people are signed in, failed attempts to sign
/// in, and which migrations there were (a backup's list of contents says that).
pub const LEFT_OUT: &[&str] = &["session", "attempt", "seaql_migrations"];

/// All tables of a backup, each behind those that it refers to.
pub fn tables() -> Vec<Table> {
    let table = |&(name, key, columns): &Fixed| Table {
        name: name.to_owned(),
        key,
        columns: columns
            .iter()
            .map(|&(name, kind)| Column { name: name.to_owned(), kind })
            .collect(),
        own: OWN.iter().find(|it| it.0 == name).map(|it| it.1.to_owned()),
    };
    TABLES.iter().map(table).collect()
}

/// The table with the last number and hash of the history; a new database has a row in it.
pub(crate) const HEAD: &str = "event_head";

/// Name, how many columns are the key, and all columns.
type Fixed = (&'static str, usize, &'static [(&'static str, Kind)]);

/// The columns that name another row of the same table.
const OWN: &[(&str, &str)] = &[("sheet", "carried_from")];

const TABLES: &[Fixed] = &[
    (
        "form",
        1,
        &[
            ("hash", Text),
            ("id", Text),
            ("version", Text),
            ("language", Text),
            ("title", Text),
            ("created_at", Time),
            ("document", Text),
        ],
    ),
    (
        "form_translation",
        2,
        &[("form_hash", Text), ("language", Text), ("hash", Text), ("texts", Text)],
    ),
    (
        "response",
        1,
        &[
            ("hash", Text),
            ("form_hash", Text),
            ("subject_name", Text),
            ("subject_kind", Text),
            ("date", Text),
            ("document", Text),
        ],
    ),
    (
        "scorecard",
        1,
        &[
            ("id", Uuid),
            ("form_hash", Text),
            ("response_hash", Text),
            ("form_id", Text),
            ("form_version", Text),
            ("subject_name", Text),
            ("subject_kind", Text),
            ("date", Text),
            ("status", Text),
            ("band", Text),
            ("strict", Double),
            ("answered", Double),
            ("upper", Double),
            ("completeness", Double),
            ("engine", Text),
            ("created_at", Time),
            ("document", Text),
        ],
    ),
    (
        "organisation",
        1,
        &[("id", Uuid), ("name", Text), ("kind", Text), ("number", Text), ("created_at", Time)],
    ),
    (
        "person",
        1,
        &[
            ("id", Uuid),
            ("email", Text),
            ("name", Text),
            ("language", Text),
            ("password", Text),
            ("administrator", Boolean),
            ("disabled_at", Time),
            ("deleted_at", Time),
            ("created_at", Time),
        ],
    ),
    (
        "membership",
        2,
        &[("organisation_id", Uuid), ("person_id", Uuid), ("role", Text), ("created_at", Time)],
    ),
    (
        "link",
        1,
        &[
            ("id", Uuid),
            ("token_hash", Text),
            ("purpose", Text),
            ("email", Text),
            ("person_id", Uuid),
            ("organisation_id", Uuid),
            ("role", Text),
            ("round_id", Uuid),
            ("assessment_id", Uuid),
            ("created_by", Uuid),
            ("created_at", Time),
            ("expires_at", Time),
            ("used_at", Time),
            ("revoked_at", Time),
        ],
    ),
    (
        "token",
        1,
        &[
            ("id", Uuid),
            ("token_hash", Text),
            ("person_id", Uuid),
            ("name", Text),
            ("scopes", Text),
            ("created_at", Time),
            ("expires_at", Time),
            ("seen_at", Time),
            ("revoked_at", Time),
        ],
    ),
    (
        "message",
        1,
        &[
            ("id", Uuid),
            ("recipient", Text),
            ("subject", Text),
            ("body", Text),
            ("created_at", Time),
            ("sent_at", Time),
            ("tries", Integer),
            ("next_try_at", Time),
            ("failure", Text),
        ],
    ),
    (
        "programme",
        1,
        &[
            ("hash", Text),
            ("id", Text),
            ("version", Text),
            ("language", Text),
            ("title", Text),
            ("created_at", Time),
            ("document", Text),
        ],
    ),
    ("programme_translation", 2, &[("programme_hash", Text), ("language", Text), ("texts", Text)]),
    (
        "round",
        1,
        &[
            ("id", Uuid),
            ("organisation_id", Uuid),
            ("programme_hash", Text),
            ("title", Text),
            ("opens_on", Text),
            ("closes_on", Text),
            ("language", Text),
            ("invitation", Text),
            ("created_at", Time),
            ("closed_at", Time),
        ],
    ),
    ("round_form", 2, &[("round_id", Uuid), ("form_id", Text), ("form_hash", Text)]),
    (
        "assessment",
        1,
        &[
            ("id", Uuid),
            ("round_id", Uuid),
            ("organisation_id", Uuid),
            ("subject_name", Text),
            ("subject_kind", Text),
            ("stage", Text),
            ("turn", Integer),
            ("revision", BigInteger),
            ("stage_since", Time),
            ("created_at", Time),
            ("changed_at", Time),
            ("locked_at", Time),
            ("submitted_at", Time),
            ("reminded_at", Time),
            ("answered", Integer),
            ("asked", Integer),
            ("strict", Double),
            ("band", Text),
            ("shelf", Text),
            ("subject_words", Text),
        ],
    ),
    ("assessment_word", 3, &[("round_id", Uuid), ("word", Text), ("assessment_id", Uuid)]),
    (
        "assessment_count",
        3,
        &[
            ("round_id", Uuid),
            ("stage", Text),
            ("band", Text),
            ("assessments", BigInteger),
            ("begun", BigInteger),
            ("submitted", BigInteger),
        ],
    ),
    (
        "assignment",
        3,
        &[("assessment_id", Uuid), ("person_id", Uuid), ("role", Text), ("created_at", Time)],
    ),
    (
        "sheet",
        1,
        &[
            ("id", Uuid),
            ("assessment_id", Uuid),
            ("stage", Text),
            ("turn", Integer),
            ("copy", Integer),
            ("form_hash", Text),
            ("revision", BigInteger),
            ("document", Text),
            ("carried", Text),
            ("carried_from", Uuid),
            ("answered", Integer),
            ("asked", Integer),
            ("created_at", Time),
            ("changed_at", Time),
            ("signed_at", Time),
            ("signed_by", Uuid),
            ("signer", Text),
            ("scorecard_id", Uuid),
        ],
    ),
    (
        "comment",
        1,
        &[
            ("id", Uuid),
            ("assessment_id", Uuid),
            ("sheet_id", Uuid),
            ("kind", Text),
            ("place", Text),
            ("person_id", Uuid),
            ("text", Text),
            ("created_at", Time),
        ],
    ),
    (
        "file",
        1,
        &[("hash", Text), ("size", BigInteger), ("media_type", Text), ("created_at", Time)],
    ),
    (
        "evidence",
        1,
        &[
            ("id", Uuid),
            ("organisation_id", Uuid),
            ("title", Text),
            ("grade", Text),
            ("date", Text),
            ("expires_on", Text),
            ("link", Text),
            ("file_hash", Text),
            ("file_name", Text),
            ("person_id", Uuid),
            ("created_at", Time),
            ("removed_at", Time),
        ],
    ),
    (
        "event",
        1,
        &[
            ("sequence", BigInteger),
            ("at", Text),
            ("action", Text),
            ("person_id", Uuid),
            ("organisation_id", Uuid),
            ("round_id", Uuid),
            ("assessment_id", Uuid),
            ("sheet_id", Uuid),
            ("revision", BigInteger),
            ("place", Text),
            ("before", Text),
            ("after", Text),
            ("previous", Text),
            ("hash", Text),
        ],
    ),
    (HEAD, 1, &[("id", Integer), ("sequence", BigInteger), ("hash", Text)]),
    (
        "request",
        2,
        &[
            ("person_id", Uuid),
            ("key", Text),
            ("operation", Text),
            ("body_hash", Text),
            ("answer", Text),
            ("created_at", Time),
        ],
    ),
];
