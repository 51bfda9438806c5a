//! A workbook. Words are written as words whatever they begin with, so that none is a formula.

use chrono::{DateTime, Utc};
use engine::results_table::{Cell, Column, Kind, Row};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use crate::error::Problem;

/// How many days lie between the days that spreadsheets and computers count from.
const FIRST_DAY: f64 = 25_569.0;

/// A workbook that is written row by row; what is written waits in a temporary file.
pub(crate) struct Xlsx {
    workbook: Workbook,
    time: Format,
    next: u32,
}

impl Xlsx {
    /// One with the titles of the columns.
    pub(crate) fn new(columns: &[Column]) -> Result<Self, Problem> {
        Self::begin(columns).map_err(|it| Problem::failed(&it))
    }

    fn begin(columns: &[Column]) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name("Assay")?;
        sheet.set_freeze_panes(1, 1)?;
        let bold = Format::new().set_bold();
        for (at, column) in (0..).zip(columns) {
            let width = match column.kind {
                Kind::Text => 32.0,
                Kind::Number => 12.0,
                Kind::Time => 18.0,
            };
            sheet.set_column_width(at, width)?;
            sheet.write_string_with_format(0, at, column.title, &bold)?;
        }
        let time = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        Ok(Self { workbook, time, next: 1 })
    }

    /// Adds rows.
    pub(crate) fn rows(&mut self, rows: &[Row]) -> Result<(), Problem> {
        let sheet = self.workbook.worksheet_from_index(0).map_err(|it| Problem::failed(&it))?;
        for row in rows {
            write(sheet, self.next, row, &self.time).map_err(|it| Problem::failed(&it))?;
            self.next += 1;
        }
        Ok(())
    }

    /// The file.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, Problem> {
        self.workbook.save_to_buffer().map_err(|it| Problem::failed(&it))
    }
}

fn write(sheet: &mut Worksheet, at: u32, row: &Row, time: &Format) -> Result<(), XlsxError> {
    for (column, cell) in (0..).zip(row.cells()) {
        match cell {
            Cell::Empty => {}
            Cell::Text(text) => {
                sheet.write_string(at, column, &text)?;
            }
            Cell::Number(number) => {
                sheet.write_number(at, column, number)?;
            }
            Cell::Time(moment) => {
                sheet.write_number_with_format(at, column, serial(moment), time)?;
            }
        }
    }
    Ok(())
}

/// A moment as spreadsheets count it: days, in UTC.
#[expect(clippy::cast_precision_loss, reason = "a second of a day is far from what is lost")]
fn serial(at: DateTime<Utc>) -> f64 {
    FIRST_DAY + at.timestamp() as f64 / 86_400.0
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx as Workbook, open_workbook_from_rs};
    use engine::results_table::columns;

    use super::*;
    use crate::export::samples::{HOSTILE, rows as sample_rows};

    fn file() -> Vec<u8> {
        let mut xlsx = Xlsx::new(&columns("en")).unwrap();
        xlsx.rows(&sample_rows()).unwrap();
        xlsx.finish().unwrap()
    }

    #[test]
    fn hostile_words_come_back_as_words() {
        let mut book: Workbook<_> = open_workbook_from_rs(Cursor::new(file())).unwrap();
        let range = book.worksheet_range("Assay").unwrap();
        let columns = columns("en");
        let rows: Vec<_> = range.rows().collect();
        assert_eq!(rows[0][0], Data::String("Company".to_owned()));
        assert_eq!(rows.len(), HOSTILE.len() + 1);
        for (row, hostile) in rows[1..].iter().zip(HOSTILE) {
            for (cell, column) in row.iter().zip(&columns) {
                if column.kind == Kind::Text {
                    let read = match cell {
                        Data::Empty => "",
                        Data::String(text) => text,
                        other => panic!("{hostile:?} became {other:?}"),
                    };
                    assert_eq!(read, *hostile, "{}", column.id);
                }
            }
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        let mut book: Workbook<_> = open_workbook_from_rs(Cursor::new(file())).unwrap();
        let formulas = book.worksheet_formula("Assay").unwrap();
        assert!(formulas.rows().flatten().all(String::is_empty));
    }

    #[test]
    fn moments_are_days_of_a_spreadsheet() {
        let at = "1970-01-02T12:00:00Z".parse().unwrap();
        assert!((serial(at) - 25_570.5).abs() < 1e-9);
    }
}
