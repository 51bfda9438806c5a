//! Starts a program that serves, and waits until it answers.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::client::Client;

/// How long a program may take until it answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that serves; it ends with this value.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// How long it took from its start to its first answer.
    pub(crate) started: Duration,
}

/// The program `name`, built beside this one.
pub(crate) fn program(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let path = own.parent().unwrap_or(Path::new(".")).join(name);
    if path.exists() { Ok(path) } else { bail!("{} is not built", path.display()) }
}

/// A free port on this machine.
fn free() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

impl Service {
    /// Starts `command`, which is to listen at `address`, and waits until `path` is answered.
    pub(crate) async fn start(
        mut command: Command,
        address: SocketAddr,
        path: &str,
    ) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let clock = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
        let mut service = Self { child, address, started: Duration::ZERO };
        while !answers(address, path).await {
            if let Some(status) = service.child.try_wait()? {
                bail!("{command:?} ended with {status}");
            }
            if clock.elapsed() > PATIENCE {
                bail!("{command:?} does not answer");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        service.started = clock.elapsed();
        Ok(service)
    }

    /// Starts `assay serve` on the database at `url`.
    pub(crate) async fn assay(url: &str, folder: &Path) -> Result<Self> {
        let address = free()?;
        let mut command = Command::new(program("assay")?);
        command
            .args(["serve", "--listen", &address.to_string()])
            .current_dir(folder)
            .env("DATABASE_URL", url)
            .env("ASSAY_FILES", folder.join("files"))
            .env("ASSAY_WORKERS", "2");
        Self::start(command, address, "/readyz").await
    }

    /// Starts the floor on the database at `url`.
    pub(crate) async fn floor(url: &str) -> Result<Self> {
        let address = free()?;
        let mut command = Command::new(program("floor")?);
        command.args([url, &address.to_string()]);
        Self::start(command, address, "/").await
    }

    /// The number of its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

async fn answers(address: SocketAddr, path: &str) -> bool {
    let Ok(mut client) = Client::connect(address, &[]).await else { return false };
    let answer = client.send("GET", path, "", "").await;
    answer.is_ok_and(|it| it.status < 500)
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
