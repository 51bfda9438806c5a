//! What an operator decides: one struct, read from a file and the environment.
//!
//! The doc comments of the fields are what `docs/settings.md` says, and the attributes beside
//! them what is expected; a setting is added here and nowhere else.
//!
//! Suggested reading order: this file, [`kinds`], [`table`], [`mod@read`], [`rules`], [`page`].

pub(crate) mod kinds;
pub(crate) mod page;
mod read;
mod rules;
mod table;

use std::fmt::{self, Display, Formatter};
use std::net::{Ipv4Addr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use kinds::{
    DatabaseAddress, Endpoint, Files, Language, Level, LogFormat, Network, PublicAddress, Secret,
    Tls,
};
pub(crate) use read::{Effective, read};

/// What the service is set to.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Where the service listens. Leave it on loopback when nginx stands before it on the same
    /// machine.
    #[schemars(extend("expected" = "an address and a port, such as `127.0.0.1:8080`"))]
    pub(crate) listen: SocketAddr,
    /// The address under which people reach the service. It stands in messages and links, and
    /// must begin with `https://` unless it is on loopback.
    #[schemars(extend(
        "expected" = "an address without a path, such as `https://assay.example.org`",
        "default-words" = "`http://` and what `listen` says",
    ))]
    pub(crate) public_url: PublicAddress,
    /// The name of this installation, shown on every page and in messages.
    #[schemars(extend("expected" = "a name of at most 80 characters, on one line"))]
    pub(crate) name: String,
    /// The language of pages for those who have not signed in and whose browser asks for none
    /// that there is.
    pub(crate) language: Language,
    /// Where the database is.
    #[schemars(extend("expected" = "`sqlite:FILE` or `postgres://USER:PASSWORD@HOST/NAME`"))]
    pub(crate) database: DatabaseAddress,
    /// Where uploaded files are kept. Several copies of the service need a folder that all of
    /// them share, or S3-compatible storage; with PostgreSQL there is no default.
    #[schemars(extend(
        "expected" = "a folder, or `s3://BUCKET/PREFIX`",
        "default-words" = "`assay-files` beside the SQLite file",
    ))]
    pub(crate) files: Files,
    /// From whom `X-Forwarded-For` and `X-Forwarded-Proto` are believed: the addresses of your
    /// proxies.
    #[schemars(extend(
        "expected" = "a list of addresses or networks, such as `127.0.0.1` or `10.1.0.0/16`"
    ))]
    pub(crate) trusted_proxies: Vec<Network>,
    /// How many threads answer requests.
    #[schemars(range(min = 1, max = 1024), extend("default-words" = "one for each core"))]
    pub(crate) workers: u16,
    /// E-mail. Without `smtp.host`, messages wait in an outbox that administrators can read.
    pub(crate) smtp: Smtp,
    /// S3-compatible storage, where `files` begins with `s3://`.
    pub(crate) s3: S3,
    /// Logs, on standard error.
    pub(crate) log: Log,
    /// Figures for Prometheus at `/metrics`. With neither setting they are shown only while
    /// `public_url` is on loopback.
    pub(crate) metrics: Metrics,
    /// How much one may ask for.
    pub(crate) limits: Limits,
    /// How long a sign-in and the secret links in messages last.
    pub(crate) sessions: Sessions,
}

/// How messages are sent.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Smtp {
    /// The server that takes messages.
    #[schemars(extend("expected" = "the name of a server, such as `smtp.example.org`"))]
    pub(crate) host: Option<String>,
    /// Its port. On 465 the connection begins with TLS, on others `tls` decides.
    #[schemars(range(min = 1, max = 65_535))]
    pub(crate) port: u16,
    /// Who signs in there. Leave it out where the server asks for nobody.
    #[schemars(extend("expected" = "a name"))]
    pub(crate) user: Option<String>,
    /// The password of `smtp.user`.
    #[schemars(extend("expected" = "a password", "secret" = true))]
    pub(crate) password: Option<Secret>,
    /// A file that holds the password, instead of `smtp.password`.
    #[schemars(extend("expected" = "the path of a file"))]
    pub(crate) password_file: Option<String>,
    /// The address from which messages come. `name` stands beside it.
    #[schemars(extend("expected" = "an e-mail address, such as `assay@example.org`"))]
    pub(crate) from: Option<String>,
    /// Whether messages are sent without TLS: never, where the server offers none, or always.
    pub(crate) tls: Tls,
}

/// How S3-compatible storage is reached.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct S3 {
    /// The storage's address.
    #[schemars(extend(
        "expected" = "an address, such as `https://s3.example.org`",
        "default-words" = "Amazon's, in that region",
    ))]
    pub(crate) endpoint: Option<Endpoint>,
    /// The region. Most storage that is not Amazon's takes the default.
    #[schemars(extend("expected" = "the name of a region, such as `eu-north-1`"))]
    pub(crate) region: String,
    /// The id of the key.
    #[schemars(extend("expected" = "the id of a key"))]
    pub(crate) access_key: Option<String>,
    /// The secret of the key.
    #[schemars(extend("expected" = "the secret of a key", "secret" = true))]
    pub(crate) secret_key: Option<Secret>,
    /// A file that holds the secret, instead of `s3.secret_key`.
    #[schemars(extend("expected" = "the path of a file"))]
    pub(crate) secret_key_file: Option<String>,
}

/// What is logged, and how.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// The least grave events that are logged. Of libraries, warnings and errors only.
    pub(crate) level: Level,
    /// `text` for people, `json` for programs: one object a line.
    pub(crate) format: LogFormat,
}

/// Who may read figures.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Metrics {
    /// An address of their own, which nginx does not lead to.
    #[schemars(extend("expected" = "an address and a port, such as `127.0.0.1:9090`"))]
    pub(crate) listen: Option<SocketAddr>,
    /// What Prometheus sends as bearer token.
    #[schemars(extend("expected" = "at least 16 characters", "secret" = true))]
    pub(crate) token: Option<Secret>,
    /// A file that holds the token, instead of `metrics.token`.
    #[schemars(extend("expected" = "the path of a file"))]
    pub(crate) token_file: Option<String>,
}

/// How much one may ask for.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    /// The largest file that can be uploaded, in MiB. nginx must let as much through.
    #[schemars(range(min = 1, max = 1024))]
    pub(crate) upload_mib: u32,
    /// How many files one assessment can have.
    #[schemars(range(min = 1, max = 10_000))]
    pub(crate) files_per_assessment: u32,
    /// The largest request that is no upload, in KiB.
    #[schemars(range(min = 64, max = 65_536))]
    pub(crate) body_kib: u32,
    /// How many reports are drawn at the same time. Each takes a core and some 100 MiB.
    #[schemars(range(min = 1, max = 64))]
    pub(crate) reports_at_once: u32,
    /// How many reports one person can wait for.
    #[schemars(range(min = 1, max = 100))]
    pub(crate) reports_waiting_per_person: u32,
    /// How long one report may take, in seconds.
    #[schemars(range(min = 1, max = 600))]
    pub(crate) report_seconds: u32,
    /// How many saves can wait to be written. What comes on top is asked to try again.
    #[schemars(range(min = 1, max = 100_000))]
    pub(crate) save_queue: u32,
}

/// How long a sign-in and the secret links in messages last.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sessions {
    /// After how many hours without a request a session ends.
    #[schemars(range(min = 1, max = 720))]
    pub(crate) idle_hours: u32,
    /// After how many days a session ends at the latest.
    #[schemars(range(min = 1, max = 365))]
    pub(crate) longest_days: u32,
    /// For how many minutes a link to sign in is good.
    #[schemars(range(min = 5, max = 1440))]
    pub(crate) link_minutes: u32,
    /// For how many days an invitation is good.
    #[schemars(range(min = 1, max = 365))]
    pub(crate) invitation_days: u32,
}

/// Where figures for Prometheus are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ShowMetrics {
    /// Nowhere.
    Nowhere,
    /// With the pages, to everyone, since only this machine reaches them.
    Here,
    /// With the pages, to those who send this token.
    WithToken(Secret),
    /// At an address of their own, to those who send the token, if there is one.
    At(SocketAddr, Option<Secret>),
}

impl Settings {
    /// Those of a demonstration at `listen`, with its files in `folder`.
    pub(crate) fn for_demo(listen: SocketAddr, folder: std::path::PathBuf) -> Self {
        Self {
            listen,
            public_url: PublicAddress::at(listen),
            name: "Assay".to_owned(),
            files: Files::Folder(folder),
            ..Self::default()
        }
    }

    /// Where figures for Prometheus are shown.
    pub(crate) fn show_metrics(&self) -> ShowMetrics {
        match (self.metrics.listen, self.metrics.token.clone()) {
            (Some(address), token) => ShowMetrics::At(address, token),
            (None, Some(token)) => ShowMetrics::WithToken(token),
            (None, None) if self.public_url.is_loopback() => ShowMetrics::Here,
            (None, None) => ShowMetrics::Nowhere,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        let database = DatabaseAddress::default();
        Self {
            listen,
            public_url: PublicAddress::at(listen),
            name: "Assay".to_owned(),
            language: Language::En,
            files: Files::beside(&database).unwrap_or_default(),
            database,
            trusted_proxies: Vec::new(),
            workers: cores(),
            smtp: Smtp::default(),
            s3: S3::default(),
            log: Log::default(),
            metrics: Metrics::default(),
            limits: Limits::default(),
            sessions: Sessions::default(),
        }
    }
}

/// How many cores this process may use.
fn cores() -> u16 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    u16::try_from(cores).unwrap_or(u16::MAX).min(1024)
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            host: None,
            port: 587,
            user: None,
            password: None,
            password_file: None,
            from: None,
            tls: Tls::Required,
        }
    }
}

impl Default for S3 {
    fn default() -> Self {
        Self {
            endpoint: None,
            region: "us-east-1".to_owned(),
            access_key: None,
            secret_key: None,
            secret_key_file: None,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: Level::Info, format: LogFormat::Text }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            upload_mib: 20,
            files_per_assessment: 200,
            body_kib: 1024,
            reports_at_once: 2,
            reports_waiting_per_person: 3,
            report_seconds: 30,
            save_queue: 1000,
        }
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Self { idle_hours: 12, longest_days: 30, link_minutes: 30, invitation_days: 30 }
    }
}

/// Why settings cannot be used: one sentence for each problem.
#[derive(Debug)]
pub(crate) struct Problems(pub(crate) Vec<String>);

impl Display for Problems {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests;
