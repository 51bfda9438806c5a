//! A PostgreSQL server of a test's own, which may be killed.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{PATIENCE, signal};

/// A PostgreSQL server.
pub(crate) struct Cluster {
    bin: PathBuf,
    port: u16,
    as_root: bool,
    folder: TempDir,
}

impl Cluster {
    /// Sets one up and starts it, where tests have a server at all.
    pub(crate) fn start() -> Option<Self> {
        std::env::var_os("TEST_DATABASE_URL")?;
        // Not in the folder for temporary files: the path of a socket is at most 107 bytes long.
        let folder = tempfile::Builder::new().prefix("assay-cluster.").tempdir_in("/tmp").unwrap();
        let said = Command::new("id").arg("-u").output().unwrap().stdout;
        let as_root = said == b"0\n";
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Self { bin: programs(), port, as_root, folder };
        if as_root {
            let given = Command::new("chown").arg("postgres:").arg(cluster.folder.path()).output();
            assert!(given.unwrap().status.success());
        }
        cluster.run(
            "initdb",
            &[
                "--username=assay",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
        );
        cluster.begin();
        Some(cluster)
    }

    /// The address of its database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://assay@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it, again or for the first time.
    pub(crate) fn begin(&self) {
        let folder = self.folder.path().display();
        let options = format!("-p {} -k {folder} -c listen_addresses=127.0.0.1", self.port);
        let log = self.folder.path().join("data/log");
        self.run("pg_ctl", &["-w", "-s", "-l", log.to_str().unwrap(), "-o", &options, "start"]);
    }

    /// Ends it at once, as after a cut of the power.
    pub(crate) fn stop(&self) {
        self.run("pg_ctl", &["-w", "-s", "-m", "immediate", "stop"]);
    }

    /// Kills every process of it.
    pub(crate) fn kill(&self) {
        let first = fs::read_to_string(self.folder.path().join("data/postmaster.pid")).unwrap();
        let first: u32 = first.lines().next().unwrap().parse().unwrap();
        let mut all = children(first);
        all.push(first);
        signal("KILL", &all);
        let begun = Instant::now();
        while all.iter().any(|it| is_there(*it)) {
            assert!(begun.elapsed() < PATIENCE, "it does not die");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Runs one of its programs on its folder, as somebody whom it accepts.
    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.bin.join(program);
        let mut command = match self.as_root {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]).arg(&program);
                command
            }
            false => Command::new(&program),
        };
        command.current_dir(self.folder.path()).arg("-D").arg(self.folder.path().join("data"));
        // A server that stays would keep a pipe open.
        let said = self.folder.path().join("said");
        let file = fs::File::create(&said).unwrap();
        command.args(arguments).stdout(file.try_clone().unwrap()).stderr(file);
        let status = command.status().unwrap();
        let said = fs::read_to_string(said).unwrap_or_default();
        assert!(status.success(), "{}: {said}", program.display());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.folder.path().join("data/postmaster.pid").exists() && !std::thread::panicking() {
            self.stop();
        } else if std::thread::panicking() {
            let left = fs::read_to_string(self.folder.path().join("data/postmaster.pid"));
            if let Some(id) = left.ok().and_then(|it| it.lines().next()?.parse().ok()) {
                let mut all = children(id);
                all.push(id);
                signal("KILL", &all);
            }
        }
    }
}

/// The folder with the newest version's programs.
fn programs() -> PathBuf {
    let version = |it: &Path| -> u32 {
        it.file_name().and_then(|it| it.to_str()?.parse().ok()).unwrap_or_default()
    };
    let mut all: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|it| it.ok().map(|it| it.path()))
        .filter(|it| it.join("bin/initdb").exists())
        .collect();
    all.sort_by_key(|it| version(it));
    if let Some(newest) = all.pop() {
        return newest.join("bin");
    }
    let said = Command::new("pg_config").arg("--bindir").output().unwrap().stdout;
    PathBuf::from(String::from_utf8(said).unwrap().trim())
}

/// What `/proc` says of a process: its state and its parent.
fn process(id: u32) -> Option<(char, u32)> {
    let line = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let mut words = line.rsplit(')').next()?.split_whitespace();
    Some((words.next()?.chars().next()?, words.next()?.parse().ok()?))
}

fn is_there(id: u32) -> bool {
    process(id).is_some_and(|(state, _)| state != 'Z')
}

fn children(of: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let ids = all.filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|it| process(*it).is_some_and(|(_, parent)| parent == of)).collect()
}
