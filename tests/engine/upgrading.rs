//! Databases of earlier versions, brought up to date with all that is in them, also when the
//! program is killed meanwhile; and databases of later versions, left alone.
//!
//! `tests/fixtures/README.md` tells what the fixtures are and how one is made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use engine::{audit, rescore, results};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use store::assessments::{self, AssessmentFilter};
use store::{Filter, StoreError};

use crate::backup::{Empty, filled, on_each_empty};
use crate::support::{Fresh, at, on_each_database, small};

/// A database as a version of the program left it.
struct Fixture {
    name: &'static str,
    /// How many migrations it has had.
    migrations: usize,
    /// How many results are in it, and whether there is a history.
    results: u64,
    history: bool,
}

/// One for each version of the schema, oldest first.
const FIXTURES: [Fixture; 3] = [
    Fixture { name: "results", migrations: 1, results: 2, history: false },
    Fixture { name: "assessments", migrations: 3, results: 1, history: true },
    Fixture { name: "table", migrations: 4, results: 1, history: true },
];

#[tokio::test]
async fn a_database_of_every_earlier_version_is_brought_up_to_date() {
    for fixture in &FIXTURES {
        on_each_empty(async |place| {
            let before = load(fixture, place).await;
            let status = store::status(&place.url).await.unwrap();
            assert_eq!(status.applied.len(), fixture.migrations, "{}", fixture.name);
            upgraded(fixture, place, &before).await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_program_that_is_killed_while_it_migrates_leaves_all_or_nothing() {
    let kills: u32 = env::var("MIGRATION_KILLS").ok().and_then(|it| it.parse().ok()).unwrap_or(6);
    for fixture in &FIXTURES {
        on_each_empty(async |place| {
            load(fixture, place).await;
            if store::status(&place.url).await.unwrap().pending.is_empty() {
                return;
            }
            let begun = Instant::now();
            assert!(migrating(place).spawn().unwrap().wait().unwrap().success());
            let whole = begun.elapsed();
            for kill in 1..=kills {
                clear(place).await;
                let before = load(fixture, place).await;
                let mut child = migrating(place).spawn().unwrap();
                std::thread::sleep(whole * kill / (kills + 1));
                child.kill().unwrap();
                child.wait().unwrap();
                let status = store::status(&place.url).await.unwrap();
                let all = status.applied.len() + status.pending.len();
                let has = status.applied.len();
                assert!(has == fixture.migrations || has == all, "{status:?}");
                assert_eq!(sums(place, &before).await, before, "{}", fixture.name);
                upgraded(fixture, place, &before).await;
            }
        })
        .await;
    }
}

/// Where another test runs this one as a program of its own, it migrates the database.
#[tokio::test]
async fn a_program_that_migrates() {
    if let Ok(url) = env::var(CHILD) {
        store::migrate(&url).await.unwrap().close().await.unwrap();
    }
}

#[tokio::test]
async fn a_database_of_a_later_version_is_left_as_it_is() {
    let last = FIXTURES.last().unwrap();
    on_each_empty(async |place| {
        let backup = {
            let fresh = Fresh::sqlite().await;
            let mut bytes = Vec::new();
            let snapshot = store::backup::Snapshot::take(&fresh.db).await.unwrap();
            let files = engine::attachments::Attachments::in_memory();
            let out = std::io::Cursor::new(&mut bytes);
            engine::backup::write(&snapshot, &files, out, at(0)).await.unwrap();
            bytes
        };
        let mut before = load(last, place).await;
        let raw = Database::connect(&place.url).await.unwrap();
        raw.execute_unprepared("INSERT INTO seaql_migrations VALUES ('m20990101_000001_x', 0)")
            .await
            .unwrap();
        before.insert("seaql_migrations".to_owned(), (columns(&raw, "seaql_migrations").await, 0));
        raw.close().await.unwrap();
        let (bytes, before) = (bytes(place), sums(place, &before).await);

        for refused in
            [store::open(&place.url).await.map(drop), store::migrate(&place.url).await.map(drop)]
        {
            assert!(matches!(refused, Err(StoreError::Newer { .. })), "{refused:?}");
        }
        let files = engine::attachments::Attachments::in_memory();
        let mut backup = engine::backup::Backup::open(std::io::Cursor::new(backup)).unwrap();
        assert!(backup.restore(&place.url, &files, at(0)).await.is_err());
        assert_eq!(self::bytes(place), bytes);
        assert_eq!(sums(place, &before).await, before);
    })
    .await;
}

/// Writes the fixture that `FIXTURE` names anew, for the database that the test runs on.
#[tokio::test]
async fn the_fixture_that_is_asked_for_is_written() {
    let Ok(name) = env::var("FIXTURE") else { return };
    assert!(FIXTURES.iter().any(|it| it.name == name), "there is no fixture {name}");
    on_each_database(async |fresh| {
        match name.as_str() {
            "results" => as_at_first(fresh).await,
            _ => drop(filled(fresh).await),
        }
        let path = match fresh.url.strip_prefix("sqlite:") {
            Some(_) => path(&name, DbBackend::Sqlite),
            None => path(&name, DbBackend::Postgres),
        };
        fs::write(path, dump(&fresh.url)).unwrap();
    })
    .await;
}

/// Makes the database as the first version left it.
async fn as_at_first(fresh: &Fresh) {
    let (form, mut response) = small();
    for name in ["Eksempel Medico ApS", "«Æbler & 'pærer'» 😀"] {
        response.subject.name = name.to_owned();
        results::save(&fresh.db, &form, &response, at(0)).await.unwrap();
    }
    let first = ["form", "form_translation", "response", "scorecard"];
    let later = store::backup::tables().into_iter().map(|it| it.name).rev();
    let names: Vec<String> =
        ["session", "attempt"].map(str::to_owned).into_iter().chain(later).collect();
    let raw = Database::connect(&fresh.url).await.unwrap();
    for name in names.iter().filter(|it| !first.contains(&it.as_str())) {
        raw.execute_unprepared(&format!("DROP TABLE \"{name}\"")).await.unwrap();
    }
    raw.execute_unprepared("DELETE FROM seaql_migrations WHERE version > 'm20261122_000001_z'")
        .await
        .unwrap();
    raw.close().await.unwrap();
}

/// The database as SQL.
fn dump(url: &str) -> String {
    let said = |program: &mut Command| {
        let output = program.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    if let Some(file) = url.strip_prefix("sqlite:") {
        return said(Command::new("sqlite3").args([file, ".dump"]));
    }
    let (server, schema) = url.split_once("?options=-csearch_path%3D").unwrap();
    let text = said(Command::new("pg_dump").args([
        "--inserts",
        "--no-owner",
        "--no-privileges",
        "--schema",
        schema,
        server,
    ]));
    // What says how the dump is read, and in which schema, is not part of it.
    let ours = |line: &&str| {
        let foreign = ["SET ", "SELECT pg_catalog.set_config", "\\", "CREATE SCHEMA", "--"];
        !line.is_empty() && !foreign.iter().any(|it| line.starts_with(it))
    };
    let lines: Vec<&str> = text.lines().filter(ours).collect();
    lines.join("\n").replace(&format!("{schema}."), "") + "\n"
}

fn path(name: &str, backend: DbBackend) -> PathBuf {
    let kind = if backend == DbBackend::Postgres { "postgres" } else { "sqlite" };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/schema");
    folder.join(format!("{name}.{kind}.sql"))
}

/// Where the program that migrates finds the address of its database.
const CHILD: &str = "ENGINE_TEST_MIGRATE";

fn migrating(place: &Empty) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "upgrading::a_program_that_migrates"]).env(CHILD, &place.url);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Tables with their columns, and what their rows come to.
type Sums = BTreeMap<String, (Vec<String>, u64)>;

/// Loads the fixture where nothing is; what is in it.
async fn load(fixture: &Fixture, place: &Empty) -> Sums {
    let raw = connect(place).await;
    let backend = raw.get_database_backend();
    let sql = fs::read_to_string(path(fixture.name, backend)).unwrap();
    raw.execute_unprepared(&sql).await.unwrap();
    let mut tables = Sums::new();
    for table in names(&raw).await {
        if table != "seaql_migrations" {
            let columns = columns(&raw, &table).await;
            tables.insert(table, (columns, 0));
        }
    }
    raw.close().await.unwrap();
    sums(place, &tables).await
}

/// Brings the database up to date: what was in it still is, and means the same.
async fn upgraded(fixture: &Fixture, place: &Empty, before: &Sums) {
    let db = store::migrate(&place.url).await.unwrap();
    assert!(db.status().await.unwrap().current());
    let events = audit::verify(&db).await.unwrap().unwrap();
    assert_eq!(events > 0, fixture.history, "{}", fixture.name);
    let mut changed = Vec::new();
    let filter = Filter::default();
    let repeated = rescore::rescore(&db, &filter, |it| changed.push(it)).await.unwrap();
    assert_eq!((repeated.all, changed.len()), (fixture.results, 0), "{changed:?}");
    assert_eq!(in_tables(&db, place).await > 0, fixture.history, "{}", fixture.name);
    db.close().await.unwrap();
    assert_eq!(&sums(place, before).await, before, "{}", fixture.name);
}

/// How many assessments there are; the table of its round counts each, and finds it by its name.
async fn in_tables(db: &store::Db, place: &Empty) -> usize {
    let raw = connect(place).await;
    let sql = "SELECT id, round_id FROM assessment";
    let rows = raw.query_all_raw(Statement::from_string(raw.get_database_backend(), sql)).await;
    let rows = rows.unwrap();
    let mut rounds: BTreeMap<String, usize> = BTreeMap::new();
    for row in &rows {
        let read = |column| row.try_get::<sea_orm::prelude::Uuid>("", column).unwrap().to_string();
        let (id, round) = (read("id"), read("round_id"));
        let it = assessments::find(db, id.parse().unwrap()).await.unwrap().unwrap();
        let counts = assessments::counts(db, it.round).await.unwrap();
        let filter = AssessmentFilter {
            text: Some(it.subject.name.to_uppercase()),
            stage: Some(it.stage.clone()),
            band: it.progress.band.clone(),
        };
        for order in assessments::Column::ALL {
            let order = assessments::AssessmentOrder { by: order, descending: false };
            let page = assessments::page(db, it.round, &counts, &filter, order, None, 50).await;
            assert!(page.unwrap().rows.contains(&it), "{} {order}", it.subject.name);
        }
        *rounds.entry(round).or_default() += 1;
    }
    for (round, count) in rounds {
        let counts = assessments::counts(db, round.parse().unwrap()).await.unwrap();
        assert_eq!(counts.iter().map(|it| it.assessments).sum::<u64>(), count as u64);
    }
    raw.close().await.unwrap();
    rows.len()
}

/// Takes away all that is in the place.
async fn clear(place: &Empty) {
    if place.url.starts_with("sqlite:") {
        for name in ["assay.db", "assay.db-wal", "assay.db-shm"] {
            _ = fs::remove_file(place.folder.path().join(name));
        }
        return;
    }
    let raw = connect(place).await;
    for table in names(&raw).await {
        raw.execute_unprepared(&format!("DROP TABLE \"{table}\" CASCADE")).await.unwrap();
    }
    raw.close().await.unwrap();
}

async fn connect(place: &Empty) -> DatabaseConnection {
    let url = match place.url.starts_with("sqlite:") {
        true => format!("{}?mode=rwc", place.url),
        false => place.url.clone(),
    };
    Database::connect(url).await.unwrap()
}

/// What the rows of `tables` come to, in the columns that they had.
async fn sums(place: &Empty, tables: &Sums) -> Sums {
    let raw = connect(place).await;
    let backend = raw.get_database_backend();
    let mut sums = Sums::new();
    for (table, (columns, _)) in tables {
        let cell = |column: &String| match backend {
            DbBackend::Postgres => format!("quote_nullable(\"{column}\"::text)"),
            _ => format!("quote(\"{column}\")"),
        };
        let cells: Vec<String> = columns.iter().map(cell).collect();
        let sql =
            format!("SELECT {} AS row FROM \"{table}\" ORDER BY 1", cells.join(" || ',' || "));
        let mut all = String::new();
        for row in raw.query_all_raw(Statement::from_string(backend, sql)).await.unwrap() {
            all += &row.try_get::<String>("", "row").unwrap();
            all.push('\n');
        }
        sums.insert(table.clone(), (columns.clone(), hash(all.as_bytes())));
    }
    raw.close().await.unwrap();
    sums
}

async fn names(raw: &DatabaseConnection) -> Vec<String> {
    let sql = match raw.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name::text AS name FROM information_schema.tables
             WHERE table_schema = current_schema() ORDER BY 1"
        }
        _ => "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1",
    };
    let rows = raw.query_all_raw(Statement::from_string(raw.get_database_backend(), sql)).await;
    rows.unwrap().iter().map(|it| it.try_get("", "name").unwrap()).collect()
}

async fn columns(raw: &DatabaseConnection, table: &str) -> Vec<String> {
    let sql = match raw.get_database_backend() {
        DbBackend::Postgres => format!(
            "SELECT column_name::text AS name FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = '{table}'
             ORDER BY ordinal_position"
        ),
        _ => format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"),
    };
    let rows = raw.query_all_raw(Statement::from_string(raw.get_database_backend(), sql)).await;
    rows.unwrap().iter().map(|it| it.try_get("", "name").unwrap()).collect()
}

/// All files of a SQLite database with what their bytes come to.
fn bytes(place: &Empty) -> BTreeMap<PathBuf, u64> {
    let entries = fs::read_dir(place.folder.path()).unwrap().map(|it| it.unwrap().path());
    entries.map(|it| (it.clone(), hash(&fs::read(&it).unwrap()))).collect()
}

fn hash(bytes: &[u8]) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
