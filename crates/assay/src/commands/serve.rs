//! `serve` and `health`: the service, and asking it how it is.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::cli::Config;
use crate::commands::{Exit, say};
use crate::service::{self, Service};
use crate::settings::{self, Settings};
use crate::{logging, show};

/// Serves pages and API until the program is told to end.
pub(crate) fn serve(config: &Config, listen: Option<SocketAddr>) -> Result<Exit> {
    let settings = read(config, listen)?;
    logging::init(&settings)?;
    service::block_on(async {
        let db = store::serve(settings.database.reveal()).await?;
        let engine = service::engine(&settings, &db)?;
        let first = service::first_link(&engine, &settings).await?;
        let service = Service::begin(&settings, engine, false)?;
        tracing::info!(address = %service.serving.address, "serving");
        say(format_args!("{} is ready at {}", settings.name, settings.public_url.as_str()))?;
        if let Some(link) = first {
            say("There is no administrator yet. This link makes the first one; it works once:")?;
            say(show::heading(link))?;
        }
        service.run().await
    })?;
    Ok(Exit::Fine)
}

fn read(config: &Config, listen: Option<SocketAddr>) -> Result<Settings> {
    let options: Vec<(&'static str, String)> =
        listen.map(|it| ("listen", it.to_string())).into_iter().collect();
    Ok(settings::read(config.config.as_deref(), &options)?.settings)
}

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the service whether it is ready, for at most `wait` seconds.
pub(crate) fn health(config: &Config, wait: u64) -> Result<Exit> {
    let address = reachable(read(config, None)?.listen);
    let until = Instant::now() + Duration::from_secs(wait);
    loop {
        match ask(address) {
            Ok(()) => {
                say(show::done("ready"))?;
                return Ok(Exit::Fine);
            }
            Err(error) if Instant::now() >= until => bail!("the service at {address}: {error}"),
            Err(_) => std::thread::sleep(Duration::from_millis(200)),
        }
    }
}

/// Where this machine reaches what listens at `address`.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip().is_unspecified() {
        true => SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port()),
        false => address,
    }
}

fn ask(address: SocketAddr) -> Result<()> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split_whitespace().nth(1).unwrap_or("nothing");
    if status == "200" { Ok(()) } else { bail!("it answers {status}") }
}
