//! Another program that does the same work: started once, it works whenever it is told to.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::Value;

/// A driver of another program; it ends with this value.
#[derive(Debug)]
pub(crate) struct Peer {
    /// What it is called in tables.
    pub(crate) name: &'static str,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What a driver says of one turn.
#[derive(Debug, Deserialize)]
pub(crate) struct Turn {
    /// The processor time of the work, in seconds.
    pub(crate) cpu: f64,
    /// How many inputs it worked on.
    pub(crate) count: f64,
    /// What came of it.
    pub(crate) proof: Value,
}

/// The folder of the drivers.
pub(crate) fn drivers() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/peers"))
}

/// Installs a group of other programs, and gives the folder they are in.
pub(crate) fn install(group: &str) -> Result<PathBuf> {
    let status = Command::new(drivers().join("install")).arg(group).status()?;
    if !status.success() {
        bail!("bench/peers/install {group} ended with {status}");
    }
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench").join(group))
}

impl Peer {
    /// Starts a driver and waits until it is ready.
    pub(crate) fn start(name: &'static str, mut command: Command) -> Result<Self> {
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.with_context(|| format!("cannot start {command:?}"))?;
        let input = child.stdin.take().context("no input")?;
        let output = BufReader::new(child.stdout.take().context("no output")?);
        let mut peer = Self { name, child, input, output };
        let line = peer.line()?;
        if line.trim() != "ready" {
            bail!("{name} is not ready: {line}");
        }
        Ok(peer)
    }

    /// Has it work: `what` is `go` or another word of the driver, `times` how often.
    pub(crate) fn turn(&mut self, what: &str, times: usize) -> Result<Turn> {
        writeln!(self.input, "{what} {times}")?;
        self.input.flush()?;
        let line = self.line()?;
        serde_json::from_str(&line).with_context(|| format!("{} says {line}", self.name))
    }

    /// The number of its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            bail!("{} ended", self.name);
        }
        Ok(line)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
