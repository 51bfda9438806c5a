//! A fresh database for each test, and things to put into it.

use std::process::{Command, Stdio};
use std::{env, fs};

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use model::response::{Response, Subject, SubjectKind};
use model::scorecard::{Scorecard, Status};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use serde_json::json;
use store::{Db, FormRow, StoredForm, StoredResult};
use tempfile::TempDir;

/// A database of its own for one test.
pub(crate) struct Fresh {
    pub(crate) url: String,
    pub(crate) kind: Kind,
    folder: TempDir,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// Runs `test` on a fresh SQLite file and, where there is a server, on a fresh PostgreSQL schema.
pub(crate) async fn on_each_database(test: impl AsyncFn(&Fresh)) {
    test(&Fresh::sqlite()).await;
    on_postgres(test).await;
}

/// Runs `test` on a fresh PostgreSQL schema where there is a server.
pub(crate) async fn on_postgres(test: impl AsyncFn(&Fresh)) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = env::var("TEST_DATABASE_URL") else { return };
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let schema = format!("test_{}_{number}", std::process::id());
    let admin = Database::connect(&server).await.expect("the test server answers");
    let drop = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
    admin.execute_unprepared(&drop).await.expect("schema");
    admin.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await.expect("schema");
    let fresh = Fresh {
        url: format!("{server}?options=-csearch_path%3D{schema}"),
        kind: Kind::Postgres,
        folder: TempDir::new().expect("a folder"),
    };
    test(&fresh).await;
    admin.execute_unprepared(&drop).await.expect("schema");
}

impl Fresh {
    pub(crate) fn sqlite() -> Self {
        let folder = TempDir::new().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("assay.db").display());
        Self { url, kind: Kind::Sqlite, folder }
    }

    /// The database, ready for use.
    pub(crate) async fn db(&self) -> Db {
        store::migrate(&self.url).await.expect("a database")
    }

    /// The database past the store, to look at it or to tamper with it.
    pub(crate) async fn raw(&self) -> DatabaseConnection {
        Database::connect(&self.url).await.expect("a connection")
    }

    pub(crate) async fn execute(&self, sql: &str) {
        let raw = self.raw().await;
        raw.execute_unprepared(sql).await.expect("it can be executed");
        raw.close().await.expect("it closes");
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder().join("assay.db")
    }
}

/// The time `seconds` after the first one.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds, 123_456_789).expect("a time")
}

pub(crate) fn hash(kind: &str, number: u32) -> String {
    format!("sha256:{kind:0>56}{number:08x}")
}

/// A form; its document has what only an exact copy keeps.
pub(crate) fn form(number: u32) -> StoredForm {
    StoredForm {
        row: FormRow {
            hash: hash("f", number),
            form: serde_json::from_value(json!({
                "id": "export-readiness", "version": format!("1.{number}.0-rc.1")
            }))
            .expect("a form"),
            language: "en".to_owned(),
            title: "Eksportparathed – «æøå» 😀".to_owned(),
            created_at: DateTime::from_timestamp_millis(1_790_000_000_123).expect("a time"),
        },
        document: "{\"b\":1.0,  \"a\":\"\\u0000 ' \\\\ æ\\u0301 😀 \t\",\"b\":1e0}\r\n ".to_owned(),
    }
}

/// A scored result of the form [`form`]`(0)`, with a response of its own.
pub(crate) fn scorecard(number: u32) -> Scorecard {
    serde_json::from_value(json!({
        "form": { "id": "export-readiness", "version": "1.0.0-rc.1" },
        "title": "Export readiness", "language": "da",
        "subject": { "name": "Eksempel Medico ApS", "kind": "company" },
        "date": "2026-10-01", "status": "scored",
        "total": {
            "strict": 100.0 / 3.0, "answered": 66.6, "upper": 91.2, "claimed": 40.0,
            "completeness": 0.8, "preliminary": false, "evidence": {},
            "band": { "id": "emerging", "title": "Emerging", "rank": 2 },
        },
        "dimensions": [], "criteria": [], "gates": [], "indicators": [], "calculated": [],
        "narratives": [], "strengths": [], "gaps": [], "next_steps": [], "missing": [],
        "hidden": [],
        "provenance": {
            "form": hash("f", 0), "response": hash("a", number), "engine": "0.1.0",
            "rounding": "1e-9 half away from zero",
        },
    }))
    .expect("a scorecard")
}

/// The result that `scorecard` is, stored at second `seconds`.
pub(crate) fn result_of(scorecard: &Scorecard, seconds: i64) -> StoredResult {
    let response = Response {
        form: scorecard.form.clone(),
        subject: scorecard.subject.clone(),
        date: scorecard.date.clone(),
        language: Some("da".to_owned()),
        answers: serde_json::Map::new(),
        notes: Default::default(),
        validated: None,
        facts: Default::default(),
    };
    let response_document = serde_json::to_string(&response).expect("JSON") + " \n";
    let document = serde_json::to_string_pretty(scorecard).expect("JSON") + "\r\n";
    StoredResult::new(&response, response_document, scorecard, document, at(seconds))
}

/// A result that differs from others by `number`.
pub(crate) fn result(number: u32) -> StoredResult {
    result_of(&scorecard(number), number.into())
}

pub(crate) fn subject(name: &str) -> Subject {
    Subject { name: name.to_owned(), kind: SubjectKind::Project }
}

pub(crate) fn without_total(mut scorecard: Scorecard) -> Scorecard {
    scorecard.total = None;
    scorecard.status = Status::NotAssessable;
    scorecard
}

/// What an error says, with all that lies behind it.
pub(crate) fn words_of(error: &dyn std::error::Error) -> String {
    let mut words = format!("{error} / {error:?}");
    let mut next = error.source();
    while let Some(error) = next {
        words += &format!(" / {error}");
        next = error.source();
    }
    words
}

/// A test that runs again in a process of its own, where it can be limited or killed.
pub(crate) struct Child {
    test: &'static str,
    nobody: bool,
    disk: Option<&'static str>,
}

impl Child {
    const URL: &str = "STORE_TEST_CHILD_URL";
    const FOLDER: &str = "STORE_TEST_CHILD_FOLDER";

    /// The database to use, in such a process.
    pub(crate) fn url() -> Option<String> {
        env::var(Self::URL).ok()
    }

    pub(crate) fn folder() -> PathBuf {
        env::var_os(Self::FOLDER).expect("a child").into()
    }

    pub(crate) fn of(test: &'static str) -> Self {
        Self { test, nobody: false, disk: None }
    }

    /// As a user to whom permissions apply, which they do not to root.
    pub(crate) fn by_nobody(mut self) -> Self {
        self.nobody = true;
        self
    }

    /// With a disk of its own in place of the folder.
    pub(crate) fn on_a_disk_of(mut self, size: &'static str) -> Self {
        self.disk = Some(size);
        self
    }

    pub(crate) fn command(&self, url: &str, folder: &Path) -> Command {
        let program = env::current_exe().expect("a program");
        let mut command = match self.disk {
            None => Command::new(program),
            Some(size) => {
                let mut command = Command::new("unshare");
                let mount = r#"mount -t tmpfs -o "size=$1" none "$2" && shift 2 && exec "$@""#;
                command.args(["--map-root-user", "--mount", "sh", "-c", mount, "sh", size]);
                command.arg(folder).arg(program);
                command
            }
        };
        command.args(["--exact", self.test, "--nocapture"]);
        command.env(Self::URL, url).env(Self::FOLDER, folder).stdout(Stdio::null());
        command
    }

    /// Runs it and wants it to pass.
    pub(crate) fn run(&self, url: &str, folder: &Path) {
        let mut command = self.command(url, folder);
        let copy = TempDir::new().expect("a folder");
        #[cfg(unix)]
        if self.nobody {
            use std::os::unix::fs::{MetadataExt, PermissionsExt};
            use std::os::unix::process::CommandExt;
            let own = fs::metadata(copy.path()).expect("a folder").uid();
            if own == 0 {
                // The program may lie where only root can go.
                let program = copy.path().join("program");
                fs::copy(env::current_exe().expect("a program"), &program).expect("a copy");
                let open = fs::Permissions::from_mode(0o755);
                fs::set_permissions(copy.path(), open).expect("an open folder");
                let mut other = Command::new(program);
                other.args(command.get_args()).stdout(Stdio::null()).current_dir("/");
                other.env(Self::URL, url).env(Self::FOLDER, folder).uid(65_534).gid(65_534);
                command = other;
            }
        }
        let status = command.status().expect("it can be started");
        assert!(status.success(), "{status}");
    }
}
