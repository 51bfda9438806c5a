//! A line between the service and PostgreSQL that can be slow, silent or cut.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What becomes of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// It arrives.
    Fine,
    /// What the server says arrives so much later.
    Slow(Duration),
    /// Nothing arrives, and nobody is told.
    Silent,
    /// Nobody is connected, and nobody can connect.
    Cut,
}

/// The line.
pub(crate) struct Proxy {
    line: watch::Sender<Line>,
}

impl Proxy {
    /// A line to the server of the database at `url`, and the address of the database through it.
    pub(crate) async fn to(url: &str) -> (Self, String) {
        let mut through: url::Url = url.parse().unwrap();
        let server = (through.host_str().unwrap().to_owned(), through.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        through.set_ip_host(address.ip()).unwrap();
        through.set_port(Some(address.port())).unwrap();
        let (line, watched) = watch::channel(Line::Fine);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(join(client, server.clone(), watched.clone()));
            }
        });
        (Self { line }, through.to_string())
    }

    /// From now on.
    pub(crate) fn set(&self, line: Line) {
        self.line.send(line).unwrap();
    }
}

async fn join(client: TcpStream, server: (String, u16), mut line: watch::Receiver<Line>) {
    // Cut, it is as if the server were gone.
    if *line.borrow() == Line::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = carry(from_client, to_server, line.clone(), false) => {}
        () = carry(from_server, to_client, line.clone(), true) => {}
        _ = line.wait_for(|it| *it == Line::Cut) => {}
    }
}

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut line: watch::Receiver<Line>,
    is_answer: bool,
) {
    let mut some = vec![0; 64 * 1024];
    loop {
        let count = match from.read(&mut some).await {
            Ok(0) | Err(_) => return,
            Ok(count) => count,
        };
        let Ok(now) = line.wait_for(|it| *it != Line::Silent).await.map(|it| *it) else { return };
        match now {
            Line::Slow(time) if is_answer => tokio::time::sleep(time).await,
            _ => {}
        }
        if to.write_all(&some[..count]).await.is_err() {
            return;
        }
    }
}
