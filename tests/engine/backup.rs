//! Backups: whole, made while others write, restored into either database; and the audit log.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use engine::answers::{Edit, What};
use engine::attachments::{self, Attachments};
use engine::backup::{self, Backup, BackupError, Manifest, Restored};
use engine::evidence::{self, EvidenceValues};
use engine::identity::{Actor, Letter, Limits, Secret, links};
use engine::sheets::{self, SaveRequest};
use engine::{audit, comments};
use model::Grade;
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use serde_json::Value;
use store::backup::{FillError, Kind, LEFT_OUT, Snapshot, tables};
use store::{Broken, EvidenceId, Session, SessionId, SheetId, StoreError};
use tempfile::TempDir;

use crate::assessing::{Stage, stage};
use crate::support::{Fresh, at, on_each_database};

#[tokio::test]
async fn the_backup_knows_every_table_and_column() {
    on_each_database(async |fresh| {
        let mut live = columns(fresh).await;
        for name in LEFT_OUT {
            assert!(live.remove(*name).is_some(), "there is no table {name} to leave out");
        }
        // SQLite makes no difference between whole numbers.
        let as_live = |kind| match kind {
            Kind::BigInteger if fresh.url.starts_with("sqlite:") => Kind::Integer,
            kind => kind,
        };
        let known: BTreeMap<_, Vec<_>> = tables()
            .into_iter()
            .map(|it| (it.name, it.columns))
            .map(|(name, it)| {
                (name, it.into_iter().map(|it| (it.name, as_live(it.kind))).collect())
            })
            .collect();
        assert_eq!(known, live, "add what is new to crates/store/src/backup/tables.rs");
    })
    .await;
}

#[tokio::test]
async fn a_backup_goes_to_the_other_database_and_back() {
    on_each_database(async |fresh| {
        let stage = filled(fresh).await;
        let (first, bytes) = back_up(fresh, &stage.engine.attachments).await;
        assert!(first.tables.iter().all(|it| it.rows > 0), "{first:#?}");
        on_each_empty(async |other| {
            let files = Attachments::in_folder(&other.files()).unwrap();
            let restored = restore(&bytes, other, &files).await.unwrap();
            assert_eq!(restored.history, Ok(first.history.sequence));
            assert_eq!((restored.files, restored.revoked), (2, 1));
            let db = store::open(&other.url).await.unwrap();
            let (second, bytes) = back_up_db(&db, &files).await;
            db.close().await.unwrap();
            same(&first, &second);

            let back = Empty::sqlite();
            let files = Attachments::in_memory();
            let restored = restore(&bytes, &back, &files).await.unwrap();
            assert_eq!((restored.files, restored.revoked), (2, 0));
            let db = store::open(&back.url).await.unwrap();
            let (third, _) = back_up_db(&db, &files).await;
            assert_eq!((second.tables, second.history), (third.tables, third.history));
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_restored_installation_goes_on() {
    let fresh = Fresh::sqlite().await;
    let original = filled(&fresh).await;
    let (_, bytes) = back_up(&fresh, &original.engine.attachments).await;
    on_each_empty(async |other| {
        let files = Attachments::in_memory();
        restore(&bytes, other, &files).await.unwrap();
        let db = store::open(&other.url).await.unwrap();
        let (writer, _) = engine::writer::Writer::start(db.clone(), 10);
        let engine = engine::engine::Engine {
            db,
            writer,
            kept: engine::kept::Kept::default(),
            files: engine::Files::default(),
            attachments: files,
            limits: engine::engine::Limits::default(),
            identity: Limits::default(),
        };
        let sheet = sheets::open(&engine, &original.company, original.assessment).await.unwrap();
        let request = save("means.rights", 2, sheet.sheet.revision);
        let company = &original.company;
        sheets::save(&engine, company, original.assessment, &request, at(900)).await.unwrap();
        let count = audit::verify(&engine.db).await.unwrap().unwrap();
        assert!(count > 1);
        // As good as everybody was signed in, and nobody is.
        let raw = Database::connect(&other.url).await.unwrap();
        assert_eq!(number(&raw, "SELECT count(*) AS n FROM session").await, 0);
        let open = "SELECT count(*) AS n FROM link WHERE used_at IS NULL AND revoked_at IS NULL";
        assert_eq!(number(&raw, open).await, 0);
        raw.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_backup_is_in_it() {
    let writes: usize =
        std::env::var("BACKUP_WRITES").ok().and_then(|it| it.parse().ok()).unwrap_or(120);
    on_each_database(async |fresh| {
        let mut stage = stage(fresh).await;
        let limits = &mut Arc::get_mut(&mut stage.engine).unwrap().limits;
        (limits.comments, limits.evidence) = (usize::MAX, u64::MAX);
        let stage = Arc::new(stage);
        let done = Arc::new(Mutex::new(Vec::new()));
        let end = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..6)
            .map(|number| {
                let (stage, done, end) = (Arc::clone(&stage), Arc::clone(&done), Arc::clone(&end));
                tokio::spawn(async move {
                    for round in 0.. {
                        if end.load(Ordering::Relaxed) {
                            break;
                        }
                        let acknowledged = write(&stage, number, round).await;
                        done.lock().unwrap().push(acknowledged);
                    }
                })
            })
            .collect();
        while done.lock().unwrap().len() < writes {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let before = done.lock().unwrap().clone();
        let snapshot = Snapshot::take(&fresh.db).await.unwrap();
        // Some more, so that there is something that must not be in it.
        while done.lock().unwrap().len() < writes + 12 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let mut bytes = Vec::new();
        let files = &stage.engine.attachments;
        let out = Cursor::new(&mut bytes);
        let manifest = backup::write(&snapshot, files, out, at(0)).await.unwrap();
        drop(snapshot);
        end.store(true, Ordering::Relaxed);
        for it in writers {
            it.await.unwrap();
        }
        assert_eq!(manifest.lost, [""; 0]);
        let last = store::events::list(&fresh.db, &Default::default(), 1).await.unwrap().remove(0);
        assert!(last.sequence > manifest.history.sequence, "nobody wrote meanwhile");

        on_each_empty(async |other| {
            let files = Attachments::in_folder(&other.files()).unwrap();
            let restored = restore(&bytes, other, &files).await.unwrap();
            assert_eq!(restored.history, Ok(manifest.history.sequence));
            let db = store::open(&other.url).await.unwrap();
            let texts: BTreeSet<String> = store::comments::list(&db, stage.assessment)
                .await
                .unwrap()
                .into_iter()
                .map(|it| it.text)
                .collect();
            for it in &before {
                match it {
                    Acknowledged::Saved(sheet, revision) => {
                        let sheet = store::sheets::find(&db, *sheet).await.unwrap().unwrap();
                        assert!(sheet.revision >= *revision);
                    }
                    Acknowledged::Said(text) => assert!(texts.contains(text), "{text}"),
                    Acknowledged::Added(id, hash) => {
                        assert!(store::evidence::find(&db, *id).await.unwrap().is_some());
                        let bytes = files.read(hash).await.unwrap();
                        assert_eq!(attachments::hash(&bytes), *hash);
                    }
                }
            }
            let (again, _) = back_up_db(&db, &files).await;
            same(&manifest, &again);
            db.close().await.unwrap();
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_damaged_backup_is_refused_before_anything_changes() {
    let fresh = Fresh::sqlite().await;
    let stage = filled(&fresh).await;
    let (_, bytes) = back_up(&fresh, &stage.engine.attachments).await;
    let empty = Empty::sqlite();
    let refuse = async |bytes: Vec<u8>, what: &str| {
        let files = Attachments::in_folder(&empty.files()).unwrap();
        let refused = restore(&bytes, &empty, &files).await.expect_err(what);
        assert!(
            matches!(refused, BackupError::Damaged(_) | BackupError::NoBackup(_)),
            "{what}: {refused:?}"
        );
        assert!(refused.to_string().contains("nothing was changed"), "{refused}");
        assert!(!empty.folder.path().join("assay.db").exists());
        assert_eq!(fs::read_dir(empty.files()).unwrap().count(), 0);
    };
    refuse(Vec::new(), "empty").await;
    refuse(b"Dear secretariat".to_vec(), "a letter").await;
    refuse(bytes[..bytes.len() - 1].to_vec(), "without its last byte").await;
    refuse(bytes[..bytes.len() / 2].to_vec(), "half").await;
    refuse(edited(&bytes, |name, _| name != "tables/form.ndjson"), "without a table").await;
    let is_file = |name: &str| name.starts_with("files/");
    refuse(edited(&bytes, |name, _| !is_file(name)), "without files").await;
    let rotten = edited(&bytes, |name, text| {
        if is_file(name) {
            text.push(b' ');
        }
        true
    });
    refuse(rotten, "a changed file").await;
    let shorter = edited(&bytes, |name, text| {
        if name == "tables/event.ndjson" {
            let end = text[..text.len() - 1].iter().rposition(|it| *it == b'\n').unwrap();
            text.truncate(end + 1);
        }
        true
    });
    refuse(shorter, "without the last event").await;
    // Wherever one byte is turned round, that is seen, or it is one that says nothing.
    for place in (0..bytes.len()).step_by(bytes.len() / 61) {
        let mut rotten = bytes.clone();
        rotten[place] ^= 0x55;
        let empty = Empty::sqlite();
        if restore(&rotten, &empty, &Attachments::in_memory()).await.is_ok() {
            let db = store::open(&empty.url).await.unwrap();
            let (again, _) = back_up_db(&db, &Attachments::in_memory()).await;
            let (first, _) = back_up(&fresh, &Attachments::in_memory()).await;
            same(&first, &again);
        }
    }
}

#[tokio::test]
async fn a_later_version_is_refused() {
    let fresh = Fresh::sqlite().await;
    let stage = filled(&fresh).await;
    let (_, bytes) = back_up(&fresh, &stage.engine.attachments).await;
    let with = |change: &dyn Fn(&mut Value)| {
        edited(&bytes, |name, text| {
            if name == "manifest.json" {
                let mut manifest: Value = serde_json::from_slice(text).unwrap();
                change(&mut manifest);
                *text = serde_json::to_vec(&manifest).unwrap();
            }
            true
        })
    };
    let empty = Empty::sqlite();
    let refused = async |bytes: Vec<u8>| {
        restore(&bytes, &empty, &Attachments::in_memory()).await.unwrap_err()
    };
    let newer = refused(with(&|it| {
        it["format"] = 2.into();
        it["of-the-future"] = true.into();
    }))
    .await;
    assert!(matches!(newer, BackupError::NewerFormat(2)), "{newer:?}");
    let newer = refused(with(&|it| {
        it["migrations"].as_array_mut().unwrap().push("m20990101_000001_telepathy".into());
    }))
    .await;
    assert!(newer.to_string().contains("telepathy"), "{newer}");
    let other = refused(with(&|it| {
        it["tables"][0]["table"]["columns"][1]["name"] = "version".into();
    }))
    .await;
    assert!(matches!(other, BackupError::Fill(FillError::OtherTables)), "{other:?}");
    assert!(!empty.folder.path().join("assay.db").exists());
}

#[tokio::test]
async fn only_an_empty_database_is_filled() {
    let fresh = Fresh::sqlite().await;
    let stage = filled(&fresh).await;
    let (_, bytes) = back_up(&fresh, &stage.engine.attachments).await;
    on_each_empty(async |other| {
        let files = Attachments::in_folder(&other.files()).unwrap();
        let db = store::migrate(&other.url).await.unwrap();
        let organisation = store::Organisation {
            id: store::OrganisationId::new(at(0)),
            name: "Eksempel ApS".to_owned(),
            kind: store::OrganisationKind::Company,
            number: None,
            created_at: at(0),
        };
        store::organisations::insert(&db, &organisation).await.unwrap();
        let refused = restore(&bytes, other, &files).await.unwrap_err();
        assert!(refused.to_string().contains("`organisation`"), "{refused}");
        assert!(matches!(refused, BackupError::Fill(FillError::NotEmpty { .. })), "{refused:?}");
        assert_eq!(fs::read_dir(other.files()).unwrap().count(), 0);
        // Without the row it is empty, though it was used before.
        let raw = Database::connect(&other.url).await.unwrap();
        raw.execute_unprepared("DELETE FROM organisation").await.unwrap();
        raw.close().await.unwrap();
        db.close().await.unwrap();
        restore(&bytes, other, &files).await.unwrap();
        let refused = restore(&bytes, other, &files).await.unwrap_err();
        assert!(matches!(refused, BackupError::Fill(FillError::NotEmpty { .. })), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn a_database_of_a_later_version_is_not_filled() {
    let fresh = Fresh::sqlite().await;
    let (_, bytes) = back_up(&fresh, &Attachments::in_memory()).await;
    on_each_empty(async |other| {
        store::migrate(&other.url).await.unwrap().close().await.unwrap();
        let raw = Database::connect(&other.url).await.unwrap();
        raw.execute_unprepared("INSERT INTO seaql_migrations VALUES ('m20990101_000001_x', 0)")
            .await
            .unwrap();
        raw.close().await.unwrap();
        let refused = restore(&bytes, other, &Attachments::in_memory()).await.unwrap_err();
        let BackupError::Fill(FillError::Store(StoreError::Newer { .. })) = refused else {
            panic!("{refused:?}");
        };
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_lost_is_named_and_the_rest_is_kept() {
    let fresh = Fresh::sqlite().await;
    let mut stage = stage(&fresh).await;
    let folder = TempDir::new().unwrap();
    let engine = Arc::get_mut(&mut stage.engine).unwrap();
    engine.attachments = Attachments::in_folder(folder.path()).unwrap();
    let mut hashes = Vec::new();
    for number in 0..3 {
        let Acknowledged::Added(_, hash) = add(&stage, &format!("file {number}")).await else {
            panic!("it is evidence");
        };
        hashes.push(hash);
    }
    let path = |hash: &str| folder.path().join(&hash[..2]).join(hash);
    fs::remove_file(path(&hashes[0])).unwrap();
    fs::write(path(&hashes[1]), "rotten").unwrap();
    let (manifest, bytes) = back_up(&fresh, &stage.engine.attachments).await;
    assert_eq!(BTreeSet::from_iter(&manifest.lost), BTreeSet::from_iter(&hashes[..2]));
    assert_eq!(manifest.files, 1);
    let files = Attachments::in_memory();
    restore(&bytes, &Empty::sqlite(), &files).await.unwrap();
    assert!(files.read(&hashes[2]).await.is_ok());
    assert!(files.read(&hashes[1]).await.is_err());
}

#[tokio::test]
async fn a_sheet_may_be_carried_from_one_that_sorts_behind_it() {
    on_each_database(async |fresh| {
        let stage = filled(fresh).await;
        let first = store::sheets::list(&fresh.db, stage.assessment).await.unwrap().remove(0);
        for turn in 2..5 {
            let id = SheetId::new(at(0) - TimeDelta::days(turn.into()));
            let carried_from = Some(first.id);
            let sheet = store::Sheet { id, turn, carried_from, ..first.clone() };
            store::sheets::insert(&fresh.db, &sheet).await.unwrap();
        }
        let (first, bytes) = back_up(fresh, &Attachments::in_memory()).await;
        on_each_empty(async |other| {
            let files = Attachments::in_memory();
            restore(&bytes, other, &files).await.unwrap();
            let db = store::open(&other.url).await.unwrap();
            same(&first, &back_up_db(&db, &files).await.0);
            db.close().await.unwrap();
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_history_that_was_broken_before_is_restored_and_told() {
    let fresh = Fresh::sqlite().await;
    let stage = filled(&fresh).await;
    fresh.execute("UPDATE event SET action = 'nothing' WHERE sequence = 3").await;
    let (_, bytes) = back_up(&fresh, &stage.engine.attachments).await;
    let restored = restore(&bytes, &Empty::sqlite(), &Attachments::in_memory()).await.unwrap();
    assert_eq!(restored.history, Err(Broken::Changed(3)));
}

#[tokio::test]
async fn a_change_by_hand_in_the_history_is_named() {
    const CHANGES: [(&str, Broken); 10] = [
        ("UPDATE event SET after = 'x' WHERE sequence = 4", Broken::Changed(4)),
        ("UPDATE event SET before = 'x' WHERE sequence = 4", Broken::Changed(4)),
        ("UPDATE event SET at = '2026-01-01T00:00:00.000Z' WHERE sequence = 2", Broken::Changed(2)),
        ("UPDATE event SET person_id = NULL WHERE sequence = 1", Broken::Changed(1)),
        ("UPDATE event SET place = place || 'x' WHERE sequence = 5", Broken::Changed(5)),
        ("UPDATE event SET hash = previous WHERE sequence = 3", Broken::Changed(3)),
        ("DELETE FROM event WHERE sequence = 1", Broken::Missing(1)),
        ("DELETE FROM event WHERE sequence = 3", Broken::Missing(3)),
        ("UPDATE event SET sequence = 1000 WHERE sequence = 3", Broken::Missing(3)),
        ("DELETE FROM event WHERE sequence > 4", Broken::Missing(5)),
    ];
    on_each_database(async |fresh| {
        filled(fresh).await;
        let count = audit::verify(&fresh.db).await.unwrap().unwrap();
        let (_, bytes) = back_up(fresh, &Attachments::in_memory()).await;
        on_each_empty(async |copy| {
            restore(&bytes, copy, &Attachments::in_memory()).await.unwrap();
            let db = store::open(&copy.url).await.unwrap();
            let raw = Database::connect(&copy.url).await.unwrap();
            // One after another, the later ones in front, each undone again.
            for (sql, broken) in CHANGES {
                let undo = raw.execute_unprepared("CREATE TABLE kept AS SELECT * FROM event");
                undo.await.unwrap();
                assert!(raw.execute_unprepared(sql).await.unwrap().rows_affected() > 0, "{sql}");
                assert_eq!(audit::verify(&db).await.unwrap(), Err(broken), "{sql}");
                raw.execute_unprepared("DELETE FROM event").await.unwrap();
                raw.execute_unprepared("INSERT INTO event SELECT * FROM kept").await.unwrap();
                raw.execute_unprepared("DROP TABLE kept").await.unwrap();
            }
            let last = format!("DELETE FROM event WHERE sequence = {count}");
            raw.execute_unprepared(&last).await.unwrap();
            assert_eq!(audit::verify(&db).await.unwrap(), Err(Broken::Missing(count)));
            raw.close().await.unwrap();
            db.close().await.unwrap();
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_that_grows_meanwhile_is_whole() {
    on_each_database(async |fresh| {
        let stage = Arc::new(stage(fresh).await);
        let writer = {
            let stage = Arc::clone(&stage);
            tokio::spawn(async move {
                for round in 0..60 {
                    write(&stage, 0, round).await;
                }
            })
        };
        while !writer.is_finished() {
            assert!(audit::verify(&fresh.db).await.unwrap().is_ok());
        }
        writer.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_says_who_when_what_before_and_after() {
    on_each_database(async |fresh| {
        let stage = filled(fresh).await;
        for (place, value) in [("means.capacity", 1), ("means.capacity", 3)] {
            let open = sheets::open(&stage.engine, &stage.company, stage.assessment).await.unwrap();
            let request = save(place, value, open.sheet.revision);
            let (engine, actor) = (&stage.engine, &stage.company);
            sheets::save(engine, actor, stage.assessment, &request, at(77)).await.unwrap();
        }
        fresh.execute("UPDATE person SET name = '=1+1'").await;
        let count = audit::verify(&fresh.db).await.unwrap().unwrap();

        let mut out = Vec::new();
        let written = audit::export(&fresh.db, audit::Format::Ndjson, &mut out).await.unwrap();
        assert_eq!(written, count);
        let lines: Vec<Value> = out
            .split(|it| *it == b'\n')
            .filter(|it| !it.is_empty())
            .map(|it| serde_json::from_slice(it).unwrap())
            .collect();
        assert_eq!(lines.len() as u64, count);
        let last = lines.last().unwrap();
        assert_eq!(last["sequence"], count);
        assert_eq!(last["person_id"], stage.company.person.id.to_string());
        assert_eq!(last["person_name"], "=1+1");
        assert_eq!(last["at"].as_str().unwrap()[..19], at(77).to_rfc3339()[..19]);
        assert_eq!(last["place"], "means.capacity");
        assert!(last["before"].as_str().unwrap().contains('1'), "{last}");
        assert!(last["after"].as_str().unwrap().contains('3'), "{last}");

        let mut out = Vec::new();
        let written = audit::export(&fresh.db, audit::Format::Csv, &mut out).await.unwrap();
        assert_eq!(written, count);
        let text = String::from_utf8(out).unwrap();
        let first = "sequence,at,action,person_id,person_name,organisation_id,round_id,\
            assessment_id,sheet_id,revision,place,before,after,previous,hash";
        assert_eq!(text.lines().next().unwrap(), first);
        assert!(text.contains(",'=1+1,") && !text.contains(",=1+1"), "{text}");
    })
    .await;
}

/// A write that was acknowledged.
#[derive(Clone, Debug)]
enum Acknowledged {
    Saved(SheetId, u64),
    Said(String),
    Added(EvidenceId, String),
}

/// One of three kinds of writes, each through the engine's writer.
async fn write(stage: &Stage, number: usize, round: usize) -> Acknowledged {
    const PLACES: [&str; 2] = ["means.funding", "means.capacity"];
    let (engine, actor, id) = (&stage.engine, &stage.company, stage.assessment);
    match number % 3 {
        0 => {
            let open = sheets::open(engine, actor, id).await.unwrap();
            let request = save(PLACES[number / 3 % 2], round as u64 % 4, open.sheet.revision);
            let saved = sheets::save(engine, actor, id, &request, at(100)).await.unwrap();
            Acknowledged::Saved(saved.sheet.sheet.id, saved.sheet.sheet.revision)
        }
        1 => {
            let text = format!("comment {round} of {number}");
            comments::add(engine, actor, id, "", &text, at(100)).await.unwrap();
            Acknowledged::Said(text)
        }
        _ => add(stage, &format!("evidence {round} of {number}")).await,
    }
}

async fn add(stage: &Stage, text: &str) -> Acknowledged {
    let bytes = text.as_bytes().to_vec();
    let hash = attachments::hash(&bytes);
    let values = EvidenceValues {
        grade: Some(Grade::E2),
        file: Some(("note.txt".to_owned(), bytes)),
        ..EvidenceValues::default()
    };
    let (engine, actor) = (&stage.engine, &stage.company);
    let organisation = actor.memberships[0].organisation.id;
    let added = evidence::add(engine, actor, organisation, values, at(100)).await.unwrap();
    Acknowledged::Added(added.id, hash)
}

fn save(place: &str, value: u64, seen: u64) -> SaveRequest {
    let edit = Edit { place: place.to_owned(), what: What::Answer(value.into()) };
    SaveRequest { seen, edits: vec![edit], key: Some(format!("{place} {value} {seen}")) }
}

/// An installation with something in every table.
pub(crate) async fn filled(fresh: &Fresh) -> Stage {
    let stage = stage(fresh).await;
    let db = &fresh.db;
    for number in 0..6 {
        write(&stage, number, 0).await;
    }
    let (form, response) = crate::support::small();
    engine::results::save(db, &form, &response, at(5)).await.unwrap();
    let session = Session {
        id: SessionId::new(at(0)),
        csrf: "csrf".to_owned(),
        person: stage.company.person.id,
        device: "Firefox".to_owned(),
        created_at: at(0),
        seen_at: at(0),
        expires_at: at(0) + TimeDelta::days(1),
    };
    store::sessions::insert(db, &session, "hash").await.unwrap();
    fresh.execute("UPDATE link SET used_at = created_at").await;
    let letter = |person: &store::Person, _: &Secret| Letter {
        recipient: person.email.clone(),
        subject: "Log ind".to_owned(),
        body: "«æøå» 😀".to_owned(),
    };
    let tx = db.begin().await.unwrap();
    let email = &stage.company.person.email;
    let from = std::net::IpAddr::from([192, 0, 2, 1]);
    links::request(&tx, email, from, letter, &Limits::default(), at(6)).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    token(db, &stage.company).await;
    assign(&stage).await;
    stage
}

async fn token(db: &store::Db, actor: &Actor) {
    let new = engine::identity::tokens::NewToken {
        name: "Program".to_owned(),
        scopes: [store::Scope::Read].into_iter().collect(),
        expires_at: at(0) + TimeDelta::days(30),
    };
    engine::identity::tokens::create(db, actor, &new, at(0)).await.unwrap();
}

async fn assign(stage: &Stage) {
    let assignment = store::Assignment {
        assessment: stage.assessment,
        person: stage.company.person.id,
        role: "reviewer".to_owned(),
        created_at: at(0),
    };
    store::assessments::assign(&stage.engine.db, &assignment).await.unwrap();
}

/// Whether two backups hold the same, but for links, which a restore revokes.
fn same(one: &Manifest, other: &Manifest) {
    assert_eq!(one.history, other.history);
    for (one, other) in one.tables.iter().zip(&other.tables) {
        if one.table.name == "link" {
            assert_eq!(one.rows, other.rows);
        } else {
            assert_eq!(one, other);
        }
    }
}

async fn back_up(fresh: &Fresh, files: &Attachments) -> (Manifest, Vec<u8>) {
    back_up_db(&fresh.db, files).await
}

async fn back_up_db(db: &store::Db, files: &Attachments) -> (Manifest, Vec<u8>) {
    let mut bytes = Vec::new();
    let snapshot = Snapshot::take(db).await.unwrap();
    let out = Cursor::new(&mut bytes);
    let manifest = backup::write(&snapshot, files, out, at(0)).await.unwrap();
    (manifest, bytes)
}

async fn restore(bytes: &[u8], into: &Empty, files: &Attachments) -> Result<Restored, BackupError> {
    Backup::open(Cursor::new(bytes))?.restore(&into.url, files, at(1000)).await
}

/// The backup with other entries: those for which `change` says so, as it leaves them.
fn edited(bytes: &[u8], mut change: impl FnMut(&str, &mut Vec<u8>) -> bool) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..old.len() {
        let mut entry = old.by_index(index).unwrap();
        let name = entry.name().to_owned();
        let mut text = Vec::new();
        entry.read_to_end(&mut text).unwrap();
        if change(&name, &mut text) {
            new.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            new.write_all(&text).unwrap();
        }
    }
    new.finish().unwrap().into_inner()
}

/// A place for a database that is not there yet.
pub(crate) struct Empty {
    pub(crate) url: String,
    pub(crate) folder: TempDir,
}

impl Empty {
    pub(crate) fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        Self { url: format!("sqlite:{}", folder.path().join("assay.db").display()), folder }
    }

    fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }
}

/// Runs `test` where a SQLite file can be and, where there is a server, on an empty PostgreSQL
/// schema.
pub(crate) async fn on_each_empty(test: impl AsyncFn(&Empty)) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    test(&Empty::sqlite()).await;
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else { return };
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let schema = format!("empty_{}_{number}", std::process::id());
    let admin = Database::connect(&server).await.unwrap();
    admin.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await.unwrap();
    let url = format!("{server}?options=-csearch_path%3D{schema}");
    test(&Empty { url, folder: TempDir::new().unwrap() }).await;
    admin.execute_unprepared(&format!("DROP SCHEMA {schema} CASCADE")).await.unwrap();
    admin.close().await.unwrap();
}

async fn number(raw: &sea_orm::DatabaseConnection, sql: &str) -> i64 {
    let statement = Statement::from_string(raw.get_database_backend(), sql);
    raw.query_one_raw(statement).await.unwrap().unwrap().try_get("", "n").unwrap()
}

/// Every column that the database has, by table.
async fn columns(fresh: &Fresh) -> BTreeMap<String, Vec<(String, Kind)>> {
    let raw = Database::connect(&fresh.url).await.unwrap();
    let sql = match raw.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name::text AS t, column_name::text AS c, data_type::text AS k
             FROM information_schema.columns WHERE table_schema = current_schema()
             ORDER BY table_name, ordinal_position"
        }
        _ => {
            "SELECT s.name AS t, c.name AS c, lower(c.type) AS k
             FROM sqlite_schema AS s, pragma_table_info(s.name) AS c
             WHERE s.type = 'table' ORDER BY s.name, c.cid"
        }
    };
    let rows = raw.query_all_raw(Statement::from_string(raw.get_database_backend(), sql)).await;
    let mut columns: BTreeMap<String, Vec<(String, Kind)>> = BTreeMap::new();
    for row in rows.unwrap() {
        let text = |name| row.try_get::<String>("", name).unwrap();
        let kind = match text("k").as_str() {
            "text" | "varchar" => Kind::Text,
            "integer" => Kind::Integer,
            "bigint" => Kind::BigInteger,
            "double" | "double precision" => Kind::Double,
            "boolean" => Kind::Boolean,
            "uuid" | "uuid_text" => Kind::Uuid,
            "timestamp with time zone" | "timestamp_with_timezone_text" => Kind::Time,
            _ if LEFT_OUT.contains(&text("t").as_str()) => Kind::Text,
            other => panic!("the column {}.{} is {other}", text("t"), text("c")),
        };
        columns.entry(text("t")).or_default().push((text("c"), kind));
    }
    raw.close().await.unwrap();
    columns
}
