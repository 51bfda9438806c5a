//! The one chromedriver that all journeys of a run share.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

/// Ends the driver, and with it its browsers, when whoever holds the other end of its input is gone.
const GUARD: &str = "chromedriver --port=0 & driver=$!; read -r _; kill $driver";

struct Driver {
    address: SocketAddr,
    _guard: Child,
}

static DRIVER: LazyLock<Driver> = LazyLock::new(begin);

/// Where the driver listens.
pub(crate) fn address() -> SocketAddr {
    DRIVER.address
}

fn begin() -> Driver {
    for program in ["chromedriver", "chromium"] {
        let found = Command::new(program).arg("--version").stdout(Stdio::null()).status();
        assert!(
            found.is_ok(),
            "journeys need the program {program}; on Debian: \
             apt-get install chromium chromium-driver"
        );
    }
    let mut guard = Command::new("sh")
        .args(["-c", GUARD])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(guard.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = said.find(|it| it.contains("started successfully on port")).unwrap();
    let port = line.trim_end_matches('.').rsplit(' ').next().unwrap().parse().unwrap();
    // What it says later is read, so that it never waits to say it.
    std::thread::spawn(move || said.for_each(drop));
    Driver { address: SocketAddr::from(([127, 0, 0, 1], port)), _guard: guard }
}
