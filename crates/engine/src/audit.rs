//! The whole history for the operator: checked, and written out as a stream.

use std::collections::BTreeMap;
use std::io::Write;
use std::pin::pin;

use futures::TryStreamExt;
use serde_json::{Map, Value};
use store::backup::{Snapshot, Table, tables};
use store::{Broken, Db, StoreError};

use crate::error::EngineError;
use crate::transfer::cell;

/// Works every hash of the history out again, as it is at one moment: how many events there are,
/// or the first that is wrong.
pub async fn verify(db: &Db) -> Result<Result<u64, Broken>, StoreError> {
    store::events::verify(&Snapshot::take(db).await?).await
}

/// How the history is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One line an event, for a spreadsheet; no cell can become a formula.
    Csv,
    /// One JSON object a line.
    Ndjson,
}

/// Writes every event of the history to `out`, oldest first, with the person's name as it is
/// now; how many.
pub async fn export(
    db: &Db,
    format: Format,
    out: &mut (impl Write + ?Sized),
) -> Result<u64, EngineError> {
    let snapshot = Snapshot::take(db).await?;
    let people = people(&snapshot).await?;
    let Some(table) = table("event") else { return Ok(0) };
    let mut writer = Writer::begin(format, &table, out)?;
    let mut count = 0;
    let mut stream = pin!(snapshot.rows(&table).await?);
    while let Some(row) = stream.try_next().await? {
        let cells = table.columns.iter().map(|it| it.name.as_str()).zip(row);
        let mut event: Map<String, Value> = Map::new();
        for (name, value) in cells {
            let person = value.as_str().filter(|_| name == PERSON).and_then(|it| people.get(it));
            let person = person.map_or(Value::Null, |it| it.as_str().into());
            event.insert(name.to_owned(), value);
            if name == PERSON {
                event.insert(NAME.to_owned(), person);
            }
        }
        writer.write(event)?;
        count += 1;
    }
    writer.end()?;
    Ok(count)
}

/// The column that says who did it.
const PERSON: &str = "person_id";

/// The column that gives their name.
const NAME: &str = "person_name";

/// The names of all people, by id.
async fn people(snapshot: &Snapshot) -> Result<BTreeMap<String, String>, EngineError> {
    let mut names = BTreeMap::new();
    let Some(mut table) = table("person") else { return Ok(names) };
    table.columns.retain(|it| it.name == "id" || it.name == "name");
    let mut stream = pin!(snapshot.rows(&table).await?);
    while let Some(row) = stream.try_next().await? {
        if let [Value::String(id), Value::String(name)] = &row[..] {
            names.insert(id.clone(), name.clone());
        }
    }
    Ok(names)
}

fn table(name: &str) -> Option<Table> {
    tables().into_iter().find(|it| it.name == name)
}

enum Writer<'a, W: Write + ?Sized> {
    Csv(Box<csv::Writer<&'a mut W>>),
    Ndjson(&'a mut W),
}

impl<'a, W: Write + ?Sized> Writer<'a, W> {
    fn begin(format: Format, table: &Table, out: &'a mut W) -> Result<Self, EngineError> {
        if format == Format::Ndjson {
            return Ok(Self::Ndjson(out));
        }
        let mut csv = csv::Writer::from_writer(out);
        for column in &table.columns {
            csv.write_field(&column.name).map_err(|it| failed(it.into()))?;
            if column.name == PERSON {
                csv.write_field(NAME).map_err(|it| failed(it.into()))?;
            }
        }
        csv.write_record(None::<&[u8]>).map_err(|it| failed(it.into()))?;
        Ok(Self::Csv(Box::new(csv)))
    }

    fn write(&mut self, event: Map<String, Value>) -> Result<(), EngineError> {
        match self {
            Self::Csv(csv) => {
                let cells = event.into_iter().map(|(_, value)| match value {
                    Value::Null => String::new(),
                    Value::String(text) => cell(&text),
                    other => other.to_string(),
                });
                csv.write_record(cells).map_err(|it| failed(it.into()))
            }
            Self::Ndjson(out) => {
                serde_json::to_writer(&mut **out, &event).map_err(|it| failed(it.into()))?;
                out.write_all(b"\n").map_err(failed)
            }
        }
    }

    fn end(self) -> Result<(), EngineError> {
        match self {
            Self::Csv(mut csv) => csv.flush().map_err(failed),
            Self::Ndjson(out) => out.flush().map_err(failed),
        }
    }
}

fn failed(source: std::io::Error) -> EngineError {
    EngineError::Io { doing: "write the history", source }
}
