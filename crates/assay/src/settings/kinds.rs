//! The kinds of values that settings have.

use std::fmt::{self, Debug, Display, Formatter};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// What stands in the place of a secret.
pub(crate) const HIDDEN: &str = "(hidden)";

/// A secret: never printed, whichever way it is asked for.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl Secret {
    /// The secret itself.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl Debug for Secret {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(HIDDEN)
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

/// Where the database is; printed without its password.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(crate) struct DatabaseAddress(String);

impl DatabaseAddress {
    /// The address itself, with its password.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// The SQLite file, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        let path = self.0.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        (path != ":memory:").then(|| Path::new(path))
    }

    /// Whether it is a PostgreSQL server.
    pub(crate) fn is_server(&self) -> bool {
        !self.0.starts_with("sqlite:")
    }
}

impl Default for DatabaseAddress {
    fn default() -> Self {
        Self("sqlite:assay.db".to_owned())
    }
}

impl TryFrom<String> for DatabaseAddress {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let known = ["sqlite:", "postgres://", "postgresql://"];
        let rest = known.iter().find_map(|it| text.strip_prefix(it));
        let named = rest.is_some_and(|it| !it.trim_start_matches('/').is_empty());
        if named { Ok(Self(text)) } else { Err("it is no address of a database") }
    }
}

impl Display for DatabaseAddress {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        if !self.is_server() {
            return formatter.write_str(&self.0);
        }
        // What follows `?` may hold a password as well.
        let shown = self.0.split('?').next().unwrap_or_default();
        let (scheme, rest) = shown.split_once("://").unwrap_or_default();
        match rest.rsplit_once('@') {
            Some((user, place)) => {
                let user = user.split(':').next().unwrap_or_default();
                write!(formatter, "{scheme}://{user}:{HIDDEN}@{place}")
            }
            None => write!(formatter, "{scheme}://{rest}"),
        }
    }
}

impl Debug for DatabaseAddress {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

impl Serialize for DatabaseAddress {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An address without a path: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub(crate) struct PublicAddress(Url);

impl PublicAddress {
    /// What is reached where the service listens.
    pub(crate) fn at(listen: SocketAddr) -> Self {
        let url = Url::parse(&format!("http://{listen}"));
        Self(url.expect("an address and a port make an address"))
    }

    /// The address as a prefix of paths: without a slash at its end.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether what is sent there is encrypted.
    pub(crate) fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether only this machine reaches it.
    pub(crate) fn is_loopback(&self) -> bool {
        self.0.host().is_some_and(|it| is_loopback(&it))
    }
}

impl TryFrom<String> for PublicAddress {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        web_address(&text).filter(|it| it.path() == "/").map(Self).ok_or("it is no such address")
    }
}

impl From<PublicAddress> for String {
    fn from(it: PublicAddress) -> Self {
        it.as_str().to_owned()
    }
}

/// The address of storage; it may have a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub(crate) struct Endpoint(Url);

impl Endpoint {
    /// The address, without a slash at its end.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

impl TryFrom<String> for Endpoint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        web_address(&text).map(Self).ok_or("it is no such address")
    }
}

impl From<Endpoint> for String {
    fn from(it: Endpoint) -> Self {
        it.as_str().to_owned()
    }
}

/// `text` as an address of the web that holds no password and no query.
fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = url.query().is_none() && url.fragment().is_none();
    let nobody = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && url.has_host() && plain && nobody).then_some(url)
}

/// Whether only this machine reaches `host`.
pub(crate) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Where uploaded files are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub(crate) enum Files {
    /// In a folder.
    Folder(PathBuf),
    /// In S3-compatible storage.
    S3 {
        /// The bucket.
        bucket: String,
        /// What every name begins with, without slashes around it.
        prefix: String,
    },
}

impl Files {
    /// The folder beside the SQLite file that `database` names, if it names one.
    pub(crate) fn beside(database: &DatabaseAddress) -> Option<Self> {
        Some(Self::Folder(database.file()?.with_file_name("assay-files")))
    }

    /// Whether it is S3-compatible storage.
    pub(crate) fn is_s3(&self) -> bool {
        matches!(self, Self::S3 { .. })
    }
}

impl Default for Files {
    fn default() -> Self {
        Self::Folder(PathBuf::from("assay-files"))
    }
}

impl TryFrom<String> for Files {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Ok(Self::Folder(PathBuf::from(text)));
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let fits = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || ".-".contains(it);
        if scheme != "s3" || bucket.is_empty() || !bucket.chars().all(fits) {
            return Err("it is neither a folder nor a bucket");
        }
        Ok(Self::S3 { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
    }
}

impl From<Files> for String {
    fn from(it: Files) -> Self {
        match it {
            Files::Folder(path) => path.display().to_string(),
            Files::S3 { bucket, prefix } if prefix.is_empty() => format!("s3://{bucket}"),
            Files::S3 { bucket, prefix } => format!("s3://{bucket}/{prefix}"),
        }
    }
}

/// Addresses of machines that are near to each other, or one alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub(crate) struct Network(IpNet);

impl Network {
    /// The addresses.
    pub(crate) fn network(self) -> IpNet {
        self.0
    }
}

impl TryFrom<String> for Network {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let one = || IpAddr::from_str(&text).map(|it| IpNet::from(it.to_canonical()));
        let network = IpNet::from_str(&text).or_else(|_| one()).map_err(|_| "it is no network")?;
        // Who believes everybody believes whatever address a caller claims to have.
        if network.prefix_len() == 0 { Err("that is everybody") } else { Ok(Self(network.trunc())) }
    }
}

impl From<Network> for String {
    fn from(it: Network) -> Self {
        if it.0.prefix_len() == it.0.max_prefix_len() {
            it.0.addr().to_string()
        } else {
            it.0.to_string()
        }
    }
}

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    /// Danish.
    Da,
    /// English.
    En,
}

/// Whether messages are sent without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Tls {
    /// Never.
    Required,
    /// Where the server offers none.
    Opportunistic,
    /// Always.
    None,
}

/// How grave an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// Something failed.
    Error,
    /// Something needs to be looked at.
    Warn,
    /// What an operator wants to know.
    Info,
    /// What somebody who looks for a mistake wants to know.
    Debug,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}
