//! A client that keeps one connection: it sends a request and reads the whole answer.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One connection to a service.
#[derive(Debug)]
pub(crate) struct Client {
    stream: TcpStream,
    address: SocketAddr,
    /// Lines that every request carries, each with its end of line.
    headers: String,
    buffer: Vec<u8>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// Connects to `address`; every request carries `headers`.
    pub(crate) async fn connect(address: SocketAddr, headers: &[(&str, &str)]) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        Ok(Self { stream, address, headers, buffer: Vec::new() })
    }

    /// Sends a request and reads the answer.
    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Result<Answer> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{}{headers}Content-Length: {}\r\n\r\n{body}",
            self.address,
            self.headers,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.answer().await
    }

    /// Gets what is at `path`; anything but 200 is an error.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Answer> {
        let answer = self.send("GET", path, "", "").await?;
        if answer.status != 200 {
            bail!("{path} answers {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        }
        Ok(answer)
    }

    async fn answer(&mut self) -> Result<Answer> {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|it| it == b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
        let status = head.split_whitespace().nth(1).and_then(|it| it.parse().ok());
        let status = status.with_context(|| format!("no status in {head}"))?;
        let value = |name: &str| {
            let mut lines = head.lines();
            lines.find_map(|it| it.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned))
        };
        self.buffer.drain(..end);
        let body = match value("content-length") {
            Some(length) => {
                let length: usize = length.parse()?;
                while self.buffer.len() < length {
                    self.more().await?;
                }
                self.buffer.drain(..length).collect()
            }
            None if value("transfer-encoding").is_some() => self.chunks().await?,
            None => Vec::new(),
        };
        Ok(Answer { status, body })
    }

    async fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                if let Some(at) = self.buffer.windows(2).position(|it| it == b"\r\n") {
                    break at;
                }
                self.more().await?;
            };
            let size = std::str::from_utf8(&self.buffer[..line])?;
            let size = usize::from_str_radix(size.split(';').next().unwrap_or(size).trim(), 16)?;
            while self.buffer.len() < line + 2 + size + 2 {
                self.more().await?;
            }
            let chunk: Vec<u8> = self.buffer.drain(..line + 2 + size + 2).collect();
            if size == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&chunk[line + 2..line + 2 + size]);
        }
    }

    async fn more(&mut self) -> Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        if read == 0 {
            bail!("the connection was closed in the middle of an answer");
        }
        Ok(())
    }
}
