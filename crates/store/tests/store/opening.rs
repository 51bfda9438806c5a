//! Opening, migrating and refusing.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use store::StoreError;

use crate::support::{self, Fresh, Kind, on_each_database, on_postgres, words_of};

#[tokio::test]
async fn looking_at_a_database_that_is_not_there_makes_none() {
    on_each_database(async |fresh| {
        let status = store::status(&fresh.url).await.unwrap();
        assert_eq!(status.pending[0], "m20261122_000001_results");
        assert!(status.pending.is_sorted() && status.pending.len() > 1, "{status:?}");
        assert!(status.applied.is_empty() && !status.newer() && !status.current());
        let refused = store::open(&fresh.url).await.unwrap_err();
        assert!(matches!(refused, StoreError::NotMigrated { .. }), "{refused:?}");
        assert!(refused.to_string().contains("assay db migrate"), "{refused}");
        assert_eq!(fs::read_dir(fresh.folder()).unwrap().count(), 0);
        if fresh.kind == Kind::Postgres {
            assert_eq!(schema(fresh).await, Vec::<String>::new());
        }
    })
    .await;
}

#[tokio::test]
async fn a_migrated_database_opens_and_migrating_again_changes_nothing() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        assert!(db.status().await.unwrap().current());
        store::forms::put(&db, &support::form(0)).await.unwrap();
        db.close().await.unwrap();
        let before = schema(fresh).await;
        assert!(before.iter().any(|it| it.contains("scorecard")), "{before:?}");

        fresh.db().await.close().await.unwrap();
        assert_eq!(schema(fresh).await, before);
        let db = store::open(&fresh.url).await.unwrap();
        assert_eq!(store::forms::list(&db, None).await.unwrap().len(), 1);
        assert!(store::status(&fresh.url).await.unwrap().current());
    })
    .await;
}

#[tokio::test]
async fn several_programs_can_migrate_at_once() {
    on_each_database(async |fresh| {
        let all = (0..6).map(|_| {
            let url = fresh.url.clone();
            tokio::spawn(async move { store::migrate(&url).await })
        });
        for one in all.collect::<Vec<_>>() {
            one.await.unwrap().unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_database_of_a_later_version_is_refused_and_not_changed() {
    on_each_database(async |fresh| {
        fresh.db().await.close().await.unwrap();
        fresh
            .execute("INSERT INTO seaql_migrations VALUES ('m20990101_000001_telepathy', 0)")
            .await;
        let before = (files(fresh), schema(fresh).await);

        assert!(store::status(&fresh.url).await.unwrap().newer());
        for refused in [store::open(&fresh.url).await, store::migrate(&fresh.url).await] {
            let refused = refused.unwrap_err();
            let StoreError::Newer { unknown, .. } = &refused else { panic!("{refused:?}") };
            assert_eq!(unknown[..], ["m20990101_000001_telepathy"]);
            assert!(refused.to_string().contains("later version"), "{refused}");
        }
        assert_eq!((files(fresh), schema(fresh).await), before);
    })
    .await;
}

#[tokio::test]
async fn what_a_later_version_left_in_its_log_is_seen_and_kept() {
    let fresh = Fresh::sqlite();
    fresh.db().await.close().await.unwrap();
    let raw = fresh.raw().await;
    raw.execute_unprepared("INSERT INTO seaql_migrations VALUES ('m20990101_000001_x', 0)")
        .await
        .unwrap();
    // As after a crash: a log that nobody has carried over into the file.
    let crashed = Fresh::sqlite();
    for name in ["assay.db", "assay.db-wal"] {
        fs::copy(fresh.folder().join(name), crashed.folder().join(name)).unwrap();
    }
    let before = files(&crashed);
    let refused = store::open(&crashed.url).await.unwrap_err();
    assert!(matches!(refused, StoreError::Newer { .. }), "{refused:?}");
    let after = files(&crashed);
    assert!(before.iter().all(|it| after.contains(it)));
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let fresh = Fresh::sqlite();
    let db = fresh.db().await;
    store::forms::put(&db, &support::form(0)).await.unwrap();
    let mut names = Vec::new();
    for entry in fs::read_dir(fresh.folder()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["assay.db", "assay.db-shm", "assay.db-wal"]);
}

#[tokio::test]
async fn a_path_may_hold_any_character_but_a_question_mark() {
    let fresh = Fresh::sqlite();
    for name in ["a b.db", "50%41.db", "file:x", "æ#&.db"] {
        let path = fresh.folder().join(name);
        for slashes in ["", "//"] {
            let db = store::migrate(&format!("sqlite:{slashes}{}", path.display())).await.unwrap();
            assert_eq!(db.name(), path.to_str().unwrap());
            db.close().await.unwrap();
        }
        assert!(path.exists());
    }
}

#[tokio::test]
async fn a_wrong_address_is_refused_without_its_password() {
    for url in [
        "assay.db",
        "mysql://u:geheim@host/db",
        "sqlite:",
        "sqlite://assay.db?mode=rwc",
        "postgres://u:geheim@host:no/db",
        "postgres://u:1/geheim@host/db",
        "postgres://u:1?geheim@host/db",
        "postgres://u:1#geheim@host/db",
        "postgres://u:geheim@host/db?sslmode=geheimer",
    ] {
        let refused = store::open(url).await.unwrap_err();
        assert!(matches!(refused, StoreError::BadAddress { .. }), "{url}: {refused:?}");
        assert!(!words_of(&refused).contains("geheim@"), "{refused:?}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_called_unreachable_at_once() {
    let begun = Instant::now();
    let refused = store::open("postgres://u:geheim@127.0.0.1:1/db").await.unwrap_err();
    assert!(matches!(refused, StoreError::Unreachable { .. }), "{refused:?}");
    assert!(words_of(&refused).contains("db at 127.0.0.1:1"), "{refused}");
    assert!(!words_of(&refused).contains("geheim"), "{refused:?}");
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_wrong_password_is_not_repeated() {
    on_postgres(async |fresh| {
        let (user, server) = fresh.url.split_once('@').unwrap();
        let (user, _) = user.rsplit_once(':').unwrap();
        let refused = store::open(&format!("{user}:geheim@{server}")).await.unwrap_err();
        assert!(matches!(refused, StoreError::Unreachable { .. }), "{refused:?}");
        assert!(!words_of(&refused).contains("geheim"), "{refused:?}");
        let db = fresh.db().await;
        assert!(!format!("{db:?} {}", db.name()).contains("assay:"), "{db:?}");
    })
    .await;
}

#[tokio::test]
async fn a_connection_can_be_encrypted() {
    on_postgres(async |fresh| {
        fresh.db().await;
        let url = format!("{}&sslmode=require", fresh.url);
        store::open(&url).await.expect("the server and the program both speak TLS");
        // Its certificate is its own: nobody the program trusts has signed it.
        let url = format!("{}&sslmode=verify-full", fresh.url);
        let error = store::open(&url).await.expect_err("nobody has signed the certificate");
        assert!(matches!(error, StoreError::Unreachable { .. }), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let fresh = Fresh::sqlite();
    let url = format!("sqlite:{}/not/there.db", fresh.folder().display());
    let refused = store::migrate(&url).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unreachable { .. }), "{refused:?}");
    assert!(refused.to_string().contains("not/there.db"), "{refused}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_called_damaged_and_kept() {
    let fresh = Fresh::sqlite();
    let text = "Dear secretariat, this is not a database. ".repeat(100);
    fs::write(fresh.file(), &text).unwrap();
    for refused in [store::open(&fresh.url).await, store::migrate(&fresh.url).await] {
        let refused = refused.unwrap_err();
        assert!(matches!(refused, StoreError::Damaged { .. }), "{refused:?}");
    }
    assert_eq!(fs::read_to_string(fresh.file()).unwrap(), text);
}

#[tokio::test]
async fn a_database_in_memory_lives_as_long_as_its_handle() {
    let db = store::migrate("sqlite::memory:").await.unwrap();
    store::forms::put(&db, &support::form(0)).await.unwrap();
    let other = store::migrate("sqlite::memory:").await.unwrap();
    assert_eq!(store::forms::list(&db.clone(), None).await.unwrap().len(), 1);
    assert!(store::forms::list(&other, None).await.unwrap().is_empty());
}

/// All files of the database with what their bytes come to.
fn files(fresh: &Fresh) -> Vec<(String, u64)> {
    let sum = |bytes: Vec<u8>| {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        hasher.finish()
    };
    let mut files: Vec<_> = fs::read_dir(fresh.folder())
        .unwrap()
        .map(|it| it.unwrap())
        .map(|it| (it.file_name().into_string().unwrap(), sum(fs::read(it.path()).unwrap())))
        .collect();
    files.sort();
    files
}

/// The tables, indexes and migrations in the database.
async fn schema(fresh: &Fresh) -> Vec<String> {
    let raw = fresh.raw().await;
    let sql = match fresh.kind {
        Kind::Sqlite => "SELECT coalesce(sql, name) AS line FROM sqlite_schema ORDER BY 1",
        Kind::Postgres => {
            "SELECT table_name || '.' || column_name || ' ' || data_type AS line
             FROM information_schema.columns WHERE table_schema = current_schema()
             UNION SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
             ORDER BY 1"
        }
    };
    let backend: DbBackend = raw.get_database_backend();
    let rows = raw.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    let lines = rows.iter().map(|it| it.try_get("", "line").unwrap()).collect();
    raw.close().await.unwrap();
    lines
}
