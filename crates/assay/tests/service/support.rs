//! A folder and a database for one test, and the service run there.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;
use tokio::sync::oneshot;

/// The program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_assay");

/// Longer than anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What stands in the environment of whoever runs the tests, and shall not matter.
const FOREIGN: [&str; 3] = ["DATABASE_URL", "NO_COLOR", "RUST_BACKTRACE"];

/// `few`, or `many` where `FULL_SIZE` is set.
pub(crate) fn size(few: u64, many: u64) -> u64 {
    if std::env::var_os("FULL_SIZE").is_some() { many } else { few }
}

/// A folder and a database of its own for one test.
pub(crate) struct Place {
    pub(crate) url: String,
    folder: TempDir,
}

/// Runs `test` on SQLite and, where there is a server, on PostgreSQL.
pub(crate) async fn on_each_database(test: impl AsyncFn(&Place)) {
    test(&Place::sqlite()).await;
    on_postgres(test).await;
}

/// Runs `test` on PostgreSQL, where there is a server.
pub(crate) async fn on_postgres(test: impl AsyncFn(&Place)) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else { return };
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let schema = format!("service_{}_{number}", std::process::id());
    postgres(&server, &format!("CREATE SCHEMA {schema}")).await;
    test(&Place::at(format!("{server}?options=-csearch_path%3D{schema}"))).await;
    postgres(&server, &format!("DROP SCHEMA {schema} CASCADE")).await;
}

async fn postgres(server: &str, statement: &str) {
    let options: sqlx::postgres::PgConnectOptions = server.parse().unwrap();
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        Self { url: format!("sqlite:{}", folder.path().join("assay.db").display()), folder }
    }

    /// With the database at `url`.
    pub(crate) fn at(url: String) -> Self {
        Self { url, folder: TempDir::new().unwrap() }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program with these arguments, and nothing of what it may find in the environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        for (name, _) in std::env::vars_os() {
            let known = name.to_str().unwrap_or_default();
            if known.starts_with("ASSAY_") || FOREIGN.contains(&known) {
                command.env_remove(name);
            }
        }
        command.current_dir(self.folder()).args(arguments);
        command.env("DATABASE_URL", &self.url).env("ASSAY_FILES", self.folder().join("files"));
        command
    }

    /// Runs the program to its end; its exit code, and all that it says.
    pub(crate) fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let ended = self.command(arguments).output().unwrap();
        let said = [ended.stdout, ended.stderr].concat();
        (ended.status.code(), String::from_utf8(said).unwrap())
    }

    /// Starts the service and waits until it serves.
    pub(crate) async fn start(&self, settings: &[(&str, &str)]) -> Service {
        let mut command = self.command(&["serve"]);
        command.env("ASSAY_LISTEN", "127.0.0.1:0").env("ASSAY_LOG_FORMAT", "json");
        command.envs(settings.iter().copied());
        Service::of(command).await
    }

    /// What SQLite finds wrong with its file; on PostgreSQL there is nothing to ask.
    pub(crate) async fn is_whole(&self) -> bool {
        let Some(file) = self.url.strip_prefix("sqlite:") else { return true };
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
        let mut connection = options.connect().await.unwrap();
        let found: String =
            sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        found == "ok"
    }
}

/// The service as it runs. Dropped, it is killed.
pub(crate) struct Service {
    child: Child,
    pub(crate) address: SocketAddr,
    said: Said,
    readers: Vec<JoinHandle<()>>,
}

/// What a program says, line by line.
#[derive(Clone, Default)]
pub(crate) struct Said {
    pub(crate) out: Arc<Mutex<Vec<String>>>,
    pub(crate) log: Arc<Mutex<Vec<String>>>,
}

impl Said {
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn out(&self) -> Vec<String> {
        self.out.lock().unwrap().clone()
    }
}

impl Service {
    /// Runs `command` and waits until it serves.
    pub(crate) async fn of(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let said = Said::default();
        let (found, address) = oneshot::channel();
        let (out, log) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let readers = vec![
            listen(out, Arc::clone(&said.out), None),
            listen(log, Arc::clone(&said.log), Some(found)),
        ];
        let address = tokio::time::timeout(PATIENCE, address).await;
        let Ok(Ok(address)) = address else {
            _ = child.kill();
            panic!("it does not serve: {:#?}", said.log());
        };
        Self { child, address, said, readers }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn said(&self) -> &Said {
        &self.said
    }

    /// Kills it as the system does: without a warning.
    pub(crate) fn kill(mut self) -> Said {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.said.clone()
    }

    /// Tells it to end.
    pub(crate) fn terminate(&self) {
        signal("TERM", &[self.id()]);
    }

    /// Waits until it ended by itself: its exit code, and all that it said.
    pub(crate) async fn ended(mut self) -> (Option<i32>, Said) {
        let begun = Instant::now();
        let code = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status.code(),
                None if begun.elapsed() > PATIENCE => panic!("it does not end"),
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        for it in std::mem::take(&mut self.readers) {
            it.join().unwrap();
        }
        (code, self.said.clone())
    }

    /// A line of `/proc/PID/status`, in whole numbers: `Threads`, or `VmRSS` in KiB.
    pub(crate) fn figure(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|it| it.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|it| it.split_whitespace().next()).unwrap().parse().unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Sends a signal to processes that this test started.
pub(crate) fn signal(name: &str, processes: &[u32]) {
    let ids = processes.iter().map(u32::to_string);
    let sent = Command::new("kill").arg(format!("-{name}")).args(ids).output().unwrap();
    let gone = String::from_utf8_lossy(&sent.stderr).contains("No such process");
    assert!(sent.status.success() || gone, "{sent:?}");
}

/// Keeps the lines of `from`; tells the address that the line `serving` names.
fn listen(
    from: impl Read + Send + 'static,
    into: Arc<Mutex<Vec<String>>>,
    mut found: Option<oneshot::Sender<SocketAddr>>,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8(line).unwrap();
            if let Some(address) = serving(&line)
                && let Some(found) = found.take()
            {
                _ = found.send(address);
            }
            into.lock().unwrap().push(line);
        }
    })
}

/// The address in the line that says that it serves, in JSON or for people.
fn serving(line: &str) -> Option<SocketAddr> {
    let event: Value = serde_json::from_str(line).unwrap_or_default();
    let address = match event["message"] == "serving" {
        true => event["address"].as_str()?,
        false => line.split_once("serving address=")?.1.split_whitespace().next()?,
    };
    address.parse().ok()
}

/// A client of HTTP that follows nothing and keeps nothing.
pub(crate) fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE);
    client.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// Asks `url` until it answers with `status`; how long that took.
pub(crate) async fn until(url: &str, status: u16, at_most: Duration) -> Duration {
    let (client, begun) = (client(), Instant::now());
    loop {
        let answer = client.get(url).send().await;
        let answered = answer.map(|it| it.status().as_u16());
        if answered.as_ref().is_ok_and(|it| *it == status) {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < at_most, "{url}: {answered:?}, not {status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until `what` holds.
pub(crate) async fn wait_for(why: &str, what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < 10 * PATIENCE, "{why}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Somewhere within `longest`, another time each time.
pub(crate) fn some(longest: Duration) -> Duration {
    use std::hash::BuildHasher as _;
    let chance = std::hash::RandomState::new().hash_one(0) % 1000;
    longest * u32::try_from(chance).unwrap() / 1000
}

/// How often each of some things came.
pub(crate) fn counted<T: Ord>(all: impl IntoIterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    for it in all {
        *counts.entry(it).or_default() += 1;
    }
    counts
}
