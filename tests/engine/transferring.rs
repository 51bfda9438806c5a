//! Results go from one database into another, in little memory.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};

use chrono::{DateTime, Utc};
use engine::transfer::{Imported, export_csv, export_ndjson, import_ndjson};
use engine::{EngineError, PreparedForm, results};
use model::Response;
use serde_json::json;
use store::{Filter, scorecards};
use tempfile::TempDir;

use crate::support::{Fresh, at, cases, on_each_database, one, small};

async fn exported(fresh: &Fresh) -> Vec<u8> {
    let mut bytes = Vec::new();
    export_ndjson(&fresh.db, &Filter::default(), &mut bytes).await.unwrap();
    bytes
}

#[tokio::test]
async fn both_databases_export_the_same_bytes_and_take_each_others() {
    let cases = cases();
    let all = std::sync::Mutex::new(Vec::new());
    on_each_database(async |fresh| {
        let mut count = 0;
        for (form, responses) in &cases {
            for response in responses {
                results::save(&fresh.db, form, response, at(count)).await.unwrap();
                count += 1;
            }
        }
        let bytes = exported(fresh).await;
        all.lock().unwrap().push(bytes);
    })
    .await;
    let all = all.into_inner().unwrap();
    let lines = all[0].iter().filter(|it| **it == b'\n').count();
    let results = cases.iter().map(|it| it.1.len()).sum::<usize>();
    assert_eq!(lines, results + cases.len());
    assert!(all.iter().all(|it| *it == all[0]));
    on_each_database(async |fresh| {
        let done = import_ndjson(&fresh.db, &all[0][..], at(0)).await.unwrap();
        let (new, forms) = (results as u64, cases.len() as u64);
        assert_eq!(done, Imported { new, known: 0, forms });
        assert!(exported(fresh).await == all[0]);
        let done = import_ndjson(&fresh.db, &all[0][..], at(0)).await.unwrap();
        assert_eq!(done, Imported { new: 0, known: new, forms: 0 });
        assert!(exported(fresh).await == all[0]);
    })
    .await;
}

/// Lines of an export: the small form that `assay new` makes, and results that differ.
struct Lines {
    form: String,
    response: Response,
    scorecard: model::Scorecard,
    created_at: DateTime<Utc>,
}

impl Lines {
    fn new() -> Self {
        let (form, response) = small();
        let scorecard = scoring::score(&form, &response, None);
        Self { form: form_line(&form), response, scorecard, created_at: at(0) }
    }

    fn result(&self, number: i64) -> String {
        let (mut response, mut scorecard) = (self.response.clone(), self.scorecard.clone());
        response.subject.name = format!("Eksempel {number}");
        scorecard.subject = response.subject.clone();
        scorecard.provenance.response = forms::canonical::hash(&response);
        let created_at = self.created_at + chrono::Duration::milliseconds(number);
        let line = json!({ "result": {
            "created_at": created_at, "response": response, "scorecard": scorecard
        }});
        line.to_string()
    }
}

fn form_line(form: &PreparedForm) -> String {
    json!({ "form": { "document": form.form.document, "translations": {} } }).to_string()
}

#[tokio::test]
async fn two_thousand_results_go_through_in_little_memory() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("all.ndjson");
    let lines = Lines::new();
    let mut file = BufWriter::new(File::create(&path).unwrap());
    writeln!(file, "{}", lines.form).unwrap();
    for number in 0..2_000 {
        writeln!(file, "{}", lines.result(number)).unwrap();
    }
    file.flush().unwrap();
    let size = fs::metadata(&path).unwrap().len();
    assert!(size > 5_000_000, "{size}");
    on_each_database(async |fresh| {
        let before = peak_memory();
        let input = BufReader::new(File::open(&path).unwrap());
        let done = import_ndjson(&fresh.db, input, at(0)).await.unwrap();
        assert_eq!(done, Imported { new: 2_000, known: 0, forms: 1 });
        let import = peak_memory() - before;
        let before = peak_memory();
        let copy = folder.path().join("copy.ndjson");
        let mut file = BufWriter::new(File::create(&copy).unwrap());
        let count = export_ndjson(&fresh.db, &Filter::default(), &mut file).await.unwrap();
        drop(file);
        assert_eq!(count, 2_000);
        let export = peak_memory() - before;
        assert_eq!(fs::read(&copy).unwrap().iter().filter(|it| **it == b'\n').count(), 2_001);
        assert!(import < 20_000 && export < 10_000, "{import} kB and {export} kB more");
    })
    .await;
}

#[tokio::test]
async fn a_line_that_cannot_be_used_ends_the_import_and_whole_batches_stay() {
    let lines = Lines::new();
    let mut text = lines.form.clone() + "\n";
    for number in 0..700 {
        text += &(lines.result(number) + "\n");
    }
    let mended = text.clone();
    // The 601st result.
    let text = text.replacen("\"Eksempel 600\"", "\"\"", 1);
    on_each_database(async |fresh| {
        let error = import_ndjson(&fresh.db, text.as_bytes(), at(0)).await.unwrap_err();
        let EngineError::Line { line, reason } = error else { panic!("{error:?}") };
        assert_eq!(line, 602, "{reason}");
        assert_eq!(scorecards::count(&fresh.db, &Filter::default()).await.unwrap(), 500);
        let done = import_ndjson(&fresh.db, mended.as_bytes(), at(0)).await.unwrap();
        assert_eq!(done, Imported { new: 200, known: 500, forms: 0 });
    })
    .await;
}

#[tokio::test]
async fn an_output_that_is_full_ends_the_export() {
    let (form, response) = one("export-readiness");
    on_each_database(async |fresh| {
        results::save(&fresh.db, &form, &response, at(0)).await.unwrap();
        let mut small = [0; 1_000];
        let error = export_ndjson(&fresh.db, &Filter::default(), &mut &mut small[..]).await;
        assert!(matches!(error.unwrap_err(), EngineError::Io { .. }));
        let mut none = [0; 0];
        let error = export_csv(&fresh.db, &Filter::default(), &mut &mut none[..]).await;
        assert!(matches!(error.unwrap_err(), EngineError::Io { .. }));
    })
    .await;
}

/// The most memory this process has had, in kB; 0 where the system does not tell.
fn peak_memory() -> i64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    line.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
