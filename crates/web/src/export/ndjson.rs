//! One JSON object to a line (NDJSON): an assessment with the result that was signed last.

use engine::results_table::Row;

use crate::error::Problem;

/// Some rows.
pub(crate) fn rows(rows: &[Row]) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut bytes, row).map_err(|it| Problem::failed(&it))?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::export::samples::{HOSTILE, rows as sample_rows};

    #[test]
    fn every_line_is_an_object_with_the_words_as_they_were() {
        let text = String::from_utf8(rows(&sample_rows()).unwrap()).unwrap();
        let lines: Vec<&str> = text.split_terminator('\n').collect();
        assert_eq!(lines.len(), HOSTILE.len());
        for (line, hostile) in lines.iter().zip(HOSTILE) {
            let it: Value = serde_json::from_str(line).unwrap();
            for value in [&it["subject"], &it["organisation"], &it["stage"]["title"]] {
                assert_eq!(value, hostile);
            }
            assert_eq!(it["score"], 59.25);
        }
    }
}
