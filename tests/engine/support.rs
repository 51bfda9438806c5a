//! A fresh database for each test, and the shipped forms with their cases.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use engine::{Files, PreparedForm, library};
use model::Response;
use sea_orm::{ConnectionTrait, Database};
use store::Db;
use tempfile::TempDir;

/// A database of its own for one test.
pub(crate) struct Fresh {
    pub(crate) url: String,
    pub(crate) db: Db,
    _folder: TempDir,
}

impl Fresh {
    async fn at(url: String, folder: TempDir) -> Self {
        let db = store::migrate(&url).await.unwrap();
        Self { url, db, _folder: folder }
    }

    pub(crate) async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        Self::at(format!("sqlite:{}", folder.path().join("assay.db").display()), folder).await
    }

    /// Changes the database past the program.
    pub(crate) async fn execute(&self, sql: &str) {
        let raw = Database::connect(&self.url).await.unwrap();
        assert!(raw.execute_unprepared(sql).await.unwrap().rows_affected() > 0, "{sql}");
        raw.close().await.unwrap();
    }
}

/// Runs `test` on a fresh SQLite file and, where there is a server, on a fresh PostgreSQL schema.
pub(crate) async fn on_each_database(test: impl AsyncFn(&Fresh)) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    test(&Fresh::sqlite().await).await;
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else { return };
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let schema = format!("engine_{}_{number}", std::process::id());
    let admin = Database::connect(&server).await.unwrap();
    admin.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await.unwrap();
    let url = format!("{server}?options=-csearch_path%3D{schema}");
    test(&Fresh::at(url, TempDir::new().unwrap()).await).await;
    admin.execute_unprepared(&format!("DROP SCHEMA {schema} CASCADE")).await.unwrap();
}

/// The shipped forms, read from the disk.
pub(crate) fn shipped() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms");
    let (mut files, mut open) = (Files::default(), vec![root.clone()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "json") {
                let inside = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.insert(inside, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

/// Each shipped form with the responses of its cases.
pub(crate) fn cases() -> Vec<(PreparedForm, Vec<Response>)> {
    let files = shipped();
    let paths: Vec<String> = library::forms(&files).into_iter().map(str::to_owned).collect();
    paths
        .iter()
        .map(|path| {
            let form = library::prepare(&files, path).unwrap();
            let responses = engine::check::cases(&files, path)
                .iter()
                .map(|it| files.get(&format!("{it}/answers.json")).unwrap())
                .map(|it| serde_json::from_str(it).unwrap())
                .collect();
            (form, responses)
        })
        .collect()
}

/// A shipped form and a response to it.
pub(crate) fn one(id: &str) -> (PreparedForm, Response) {
    let (form, responses) = cases().into_iter().find(|it| it.0.form.meta.id == id).unwrap();
    (form, responses.into_iter().next().unwrap())
}

/// The form that `assay new` makes, and a response to it.
pub(crate) fn small() -> (PreparedForm, Response) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/assay/new");
    let read =
        |name: &str| fs::read_to_string(root.join(name)).unwrap().replace("NEW-FORM", "small");
    let files = [("small/form.json", read("form.json"))].into_iter().collect();
    let form = library::prepare(&files, "small/form.json").unwrap();
    (form, serde_json::from_str(&read("cases/strong/answers.json")).unwrap())
}

/// The time `seconds` after the first one.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds, 123_456_789).unwrap()
}
