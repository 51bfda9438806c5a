//! Disks that are full, files that cannot be written, programs that are killed.

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use store::{Db, Filter, StoreError, forms, scorecards};

use crate::support::{Child, Fresh, form, on_each_database, on_postgres, result};

/// How many results a batch of the import that is killed has.
const BATCH: u64 = 50;

#[tokio::test]
async fn an_import_that_is_killed_leaves_whole_batches_and_all_that_was_acknowledged() {
    if let Some(url) = Child::url() {
        let db = store::open(&url).await.unwrap();
        let acknowledged = Child::folder().join("acknowledged");
        let mut acknowledged =
            fs::OpenOptions::new().create(true).append(true).open(acknowledged).unwrap();
        for start in (0..).step_by(BATCH as usize) {
            let batch: Vec<_> = (start..start + BATCH as u32).map(result).collect();
            scorecards::save_many(&db, &batch).await.unwrap();
            acknowledged.write_all(b".").unwrap();
        }
    }
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        forms::put(&db, &form(0)).await.unwrap();
        let child = Child::of(
            "trouble::an_import_that_is_killed_leaves_whole_batches_and_all_that_was_acknowledged",
        );
        let mut child = child.command(&fresh.url, fresh.folder()).spawn().unwrap();
        let batches = || fs::read(fresh.folder().join("acknowledged")).map_or(0, |it| it.len());
        let begun = Instant::now();
        while batches() < 5 && begun.elapsed() < Duration::from_secs(30) {
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let stored = settled(&db).await;
        assert!(batches() >= 5);
        assert!(stored >= batches() as u64 * BATCH, "{stored} of {} batches", batches());
        assert_eq!(stored % BATCH, 0);
    })
    .await;
}

/// How many results there are once a server has noticed that its client is gone.
async fn settled(db: &Db) -> u64 {
    let mut last = 0;
    loop {
        let now = scorecards::count(db, &Filter::default()).await.unwrap();
        if now == last {
            return now;
        }
        last = now;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_loses_nothing_acknowledged_and_heals() {
    if let Some(url) = Child::url() {
        let ballast = Child::folder().join("ballast");
        fs::write(&ballast, vec![1; 6_000_000]).unwrap();
        let db = store::migrate(&url).await.unwrap();
        forms::put(&db, &form(0)).await.unwrap();
        let mut acknowledged = 0;
        let full = loop {
            match scorecards::save(&db, &result(acknowledged)).await {
                Ok(saved) => acknowledged += u32::from(saved.new),
                Err(error) => break error,
            }
        };
        assert!(matches!(full, StoreError::DiskFull { .. }), "{full:?}");
        assert!(full.to_string().contains("disk"), "{full}");
        assert!(acknowledged > 10);
        let batch: Vec<_> = (10_000..10_400).map(result).collect();
        for _ in 0..10 {
            let full = scorecards::save_many(&db, &batch).await.unwrap_err();
            assert!(matches!(full, StoreError::DiskFull { .. }), "{full:?}");
        }
        // More than SQLite keeps in memory, so that it fails, and rolls back, before the commit.
        let transaction = db.begin().await.unwrap();
        let mut batches = (30_000u32..).step_by(400).map(|it| (it..it + 400).map(result));
        let full = loop {
            let batch: Vec<_> = batches.next().unwrap().collect();
            if let Err(error) = scorecards::save_many(&transaction, &batch).await {
                break error;
            }
        };
        assert!(matches!(full, StoreError::DiskFull { .. }), "{full:?}");
        assert!(transaction.commit().await.is_err());
        let count = async |db: &Db| scorecards::count(db, &Filter::default()).await.unwrap();
        assert_eq!(count(&db).await, u64::from(acknowledged));

        fs::remove_file(&ballast).unwrap();
        for number in 20_000..20_040 {
            assert!(scorecards::save(&db, &result(number)).await.unwrap().new);
            acknowledged += 1;
        }
        // What another program sees is what lasts.
        let other = store::open(&url).await.unwrap();
        assert_eq!(count(&other).await, u64::from(acknowledged));
        return;
    }
    let fresh = Fresh::sqlite();
    Child::of("trouble::a_full_disk_loses_nothing_acknowledged_and_heals")
        .on_a_disk_of("12m")
        .run(&fresh.url, fresh.folder());
}

#[tokio::test]
async fn a_full_disk_of_a_server_is_called_so() {
    on_postgres(async |fresh| {
        let db = fresh.db().await;
        forms::put(&db, &form(0)).await.unwrap();
        raise(fresh, "53100").await;
        let full = scorecards::save(&db, &result(0)).await.unwrap_err();
        assert!(matches!(full, StoreError::DiskFull { .. }), "{full:?}");
        raise(fresh, "40P01").await;
        let busy = scorecards::save(&db, &result(0)).await.unwrap_err();
        assert!(matches!(busy, StoreError::Busy { .. }), "{busy:?}");
        raise(fresh, "57P01").await;
        let gone = scorecards::save(&db, &result(0)).await.unwrap_err();
        assert!(matches!(gone, StoreError::Unreachable { .. }), "{gone:?}");
    })
    .await;
}

/// Makes the server answer every new scorecard with the error `state`.
async fn raise(fresh: &Fresh, state: &str) {
    fresh
        .execute(&format!(
            "CREATE OR REPLACE FUNCTION raise() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'as the test wishes' USING ERRCODE = '{state}'; END $$;
             CREATE OR REPLACE TRIGGER raise BEFORE INSERT ON scorecard EXECUTE FUNCTION raise();"
        ))
        .await;
}

#[tokio::test]
async fn a_server_that_may_only_be_read_is_read() {
    on_postgres(async |fresh| {
        let db = fresh.db().await;
        forms::put(&db, &form(0)).await.unwrap();
        let url = format!("{}&options=-cdefault_transaction_read_only%3Don", fresh.url);
        can_only_be_read(&store::open(&url).await.unwrap()).await;
    })
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_may_only_be_read_is_read() {
    if let Some(url) = Child::url() {
        return can_only_be_read(&store::open(&url).await.unwrap()).await;
    }
    let fresh = Fresh::sqlite();
    protected(&fresh, 0o777).await;
    Child::of("trouble::a_file_that_may_only_be_read_is_read")
        .by_nobody()
        .run(&fresh.url, fresh.folder());
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    if let Some(url) = Child::url() {
        assert!(store::status(&url).await.unwrap().current());
        // SQLite keeps a log beside the file even to read it.
        let new = format!("{url}.new");
        for refused in [store::open(&url).await, store::migrate(&new).await] {
            let refused = refused.unwrap_err();
            assert!(matches!(refused, StoreError::ReadOnly { .. }), "{refused:?}");
            assert!(refused.to_string().contains("assay.db"), "{refused}");
            assert!(refused.to_string().contains("folder"), "{refused}");
        }
        return;
    }
    let fresh = Fresh::sqlite();
    protected(&fresh, 0o555).await;
    Child::of("trouble::a_folder_that_cannot_be_written_is_named")
        .by_nobody()
        .run(&fresh.url, fresh.folder());
    set_mode(fresh.folder(), 0o755);
}

/// A database with one form, whose file nobody may write.
#[cfg(unix)]
async fn protected(fresh: &Fresh, folder: u32) {
    let db = fresh.db().await;
    forms::put(&db, &form(0)).await.unwrap();
    db.close().await.unwrap();
    set_mode(&fresh.file(), 0o444);
    set_mode(fresh.folder(), folder);
}

#[cfg(unix)]
fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

async fn can_only_be_read(db: &Db) {
    assert_eq!(forms::get(db, &form(0).row.hash).await.unwrap(), form(0));
    for error in [
        forms::put(db, &form(1)).await.map(|_| ()).unwrap_err(),
        scorecards::save(db, &result(0)).await.map(|_| ()).unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");
        assert!(error.to_string().contains("permissions"), "{error}");
    }
}

#[tokio::test]
async fn a_writer_that_takes_too_long_makes_others_give_up() {
    let fresh = Fresh::sqlite();
    let db = fresh.db().await;
    let other = store::open(&fresh.url).await.unwrap();
    let slow = db.begin().await.unwrap();
    let busy = forms::put(&other, &form(0)).await.unwrap_err();
    assert!(matches!(busy, StoreError::Busy { .. }), "{busy:?}");
    assert!(forms::list(&other, None).await.unwrap().is_empty());
    drop(slow);
    assert!(forms::put(&other, &form(0)).await.unwrap());
}

#[tokio::test]
async fn connections_that_the_server_cut_while_they_rested_are_made_again() {
    on_postgres(async |fresh| {
        fresh.db().await.close().await.unwrap();
        let name = format!("cut_{}", std::process::id());
        let url = format!("{}&application_name={name}", fresh.url);
        let db = store::open(&url).await.unwrap();
        forms::put(&db, &form(0)).await.unwrap();
        let cut = format!(
            "SELECT count(pg_terminate_backend(pid)) AS cut FROM pg_stat_activity
             WHERE application_name = '{name}'"
        );
        let raw = fresh.raw().await;
        let cut = Statement::from_string(DbBackend::Postgres, cut);
        let cut = raw.query_one_raw(cut).await.unwrap().unwrap();
        assert!(cut.try_get::<i64>("", "cut").unwrap() > 0);
        // One that was used a moment ago is not asked first whether it still answers.
        tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
        assert_eq!(forms::list(&db, None).await.unwrap().len(), 1);
    })
    .await;
}
