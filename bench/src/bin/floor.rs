//! The least that a service does which keeps an answer: bare actix-web, one row for the answer
//! and one for the audit, made durable together with those of whoever waits at the same moment.
//!
//! `floor DATABASE_URL ADDRESS` makes its tables and serves until it is killed.
//! `PUT /answers/ID` with `{"place": …, "value": …}` stores one.

use std::net::TcpListener;
use std::path::Path;

use actix_web::web::{Data, Json};
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use tokio::sync::{mpsc, oneshot};

/// How many answers share one transaction at most, as in the product.
const BATCH: usize = 128;

/// One answer on its way.
struct Waiting {
    id: i64,
    sent: Sent,
    stored: oneshot::Sender<i64>,
}

#[derive(Deserialize)]
struct Sent {
    place: String,
    value: serde_json::Value,
}

#[derive(Serialize)]
struct Stored {
    revision: i64,
}

fn main() -> Result<()> {
    actix_web::rt::System::new().block_on(serve())
}

async fn serve() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (url, address) =
        arguments.next().zip(arguments.next()).context("usage: floor URL ADDRESS")?;
    let (sender, receiver) = mpsc::channel(1000);
    match url.strip_prefix("sqlite:") {
        Some(file) => {
            let database = sqlite(Path::new(file)).await?;
            tokio::spawn(write_sqlite(database, receiver));
        }
        None => {
            let database = postgres(&url).await?;
            tokio::spawn(write_postgres(database, receiver));
        }
    }
    let listener = TcpListener::bind(address)?;
    let app = move || {
        App::new().app_data(Data::new(sender.clone())).route("/answers/{id}", web::put().to(store))
    };
    Ok(HttpServer::new(app).workers(2).listen(listener)?.run().await?)
}

async fn store(
    queue: Data<mpsc::Sender<Waiting>>,
    id: web::Path<i64>,
    sent: Json<Sent>,
) -> HttpResponse {
    let (stored, done) = oneshot::channel();
    let waiting = Waiting { id: id.into_inner(), sent: sent.into_inner(), stored };
    if queue.try_send(waiting).is_err() {
        return HttpResponse::ServiceUnavailable().finish();
    }
    match done.await {
        Ok(revision) => HttpResponse::Ok().json(Stored { revision }),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// The tables, with `SERIAL_KEY` where the databases differ.
const TABLES: [&str; 2] = [
    "CREATE TABLE answer (id BIGINT NOT NULL, place TEXT NOT NULL, value TEXT NOT NULL,
         revision BIGINT NOT NULL, PRIMARY KEY (id, place))",
    "CREATE TABLE audit (seq SERIAL_KEY, at TEXT NOT NULL, id BIGINT NOT NULL, place TEXT NOT NULL,
         value TEXT NOT NULL)",
];

const KEEP: &str = "INSERT INTO answer (id, place, value, revision) VALUES ($1, $2, $3, 1)
    ON CONFLICT (id, place) DO UPDATE SET value = excluded.value, revision = answer.revision + 1
    RETURNING revision";

const NOTE: &str = "INSERT INTO audit (at, id, place, value) VALUES ($1, $2, $3, $4)";

async fn sqlite(file: &Path) -> Result<SqliteConnection> {
    let mut database = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    for it in TABLES {
        let sql = it.replace("SERIAL_KEY", "INTEGER PRIMARY KEY");
        database.execute(sqlx::AssertSqlSafe(sql)).await?;
    }
    Ok(database)
}

async fn postgres(url: &str) -> Result<PgConnection> {
    let mut database = PgConnection::connect(url).await?;
    database.execute("DROP TABLE IF EXISTS answer, audit").await?;
    for it in TABLES {
        let sql = it.replace("SERIAL_KEY", "BIGSERIAL PRIMARY KEY");
        database.execute(sqlx::AssertSqlSafe(sql)).await?;
    }
    Ok(database)
}

async fn batch(queue: &mut mpsc::Receiver<Waiting>) -> Option<Vec<Waiting>> {
    let mut batch = vec![queue.recv().await?];
    while batch.len() < BATCH
        && let Ok(next) = queue.try_recv()
    {
        batch.push(next);
    }
    Some(batch)
}

/// Writes what waits, a batch in each transaction; ends at the first error.
macro_rules! write {
    ($name:ident, $database:ty) => {
        async fn $name(
            mut database: $database,
            mut queue: mpsc::Receiver<Waiting>,
        ) -> Result<(), sqlx::Error> {
            while let Some(batch) = batch(&mut queue).await {
                let mut transaction = database.begin().await?;
                let mut stored = Vec::with_capacity(batch.len());
                for it in &batch {
                    let (place, value) = (&it.sent.place, it.sent.value.to_string());
                    let revision: i64 = sqlx::query_scalar(KEEP)
                        .bind(it.id)
                        .bind(place)
                        .bind(&value)
                        .fetch_one(&mut *transaction)
                        .await?;
                    let now = chrono::Utc::now().to_rfc3339();
                    let note = sqlx::query(NOTE).bind(now).bind(it.id).bind(place).bind(&value);
                    note.execute(&mut *transaction).await?;
                    stored.push(revision);
                }
                transaction.commit().await?;
                for (it, revision) in batch.into_iter().zip(stored) {
                    _ = it.stored.send(revision);
                }
            }
            Ok(())
        }
    };
}

write!(write_sqlite, SqliteConnection);
write!(write_postgres, PgConnection);
