//! What must hold between settings.

use url::Host;

use crate::settings::kinds::{Tls, is_loopback};
use crate::settings::{Effective, Settings};

/// The longest name of an installation, in characters.
const LONGEST_NAME: usize = 80;

/// The shortest token, in bytes.
const SHORTEST_TOKEN: usize = 16;

/// Where `effective` breaks a rule, and what to do.
pub(crate) fn check(effective: &Effective) -> Vec<String> {
    let settings = &effective.settings;
    let mut problems = Problems { effective, found: Vec::new() };
    address(settings, &mut problems);
    files(settings, &mut problems);
    messages(settings, &mut problems);
    rest(settings, &mut problems);
    problems.found
}

struct Problems<'a> {
    effective: &'a Effective,
    found: Vec<String>,
}

impl Problems<'_> {
    /// Says that something about `key` is wrong.
    fn add(&mut self, key: &str, problem: &str) {
        self.found.push(match self.effective.origins.get(key) {
            Some(origin) => format!("{origin}: `{key}` {problem}"),
            None => format!("`{key}` {problem}"),
        });
    }

    /// The settings of `section` that somebody gave.
    fn given(&self, section: &str) -> Vec<String> {
        let keys = self.effective.origins.keys();
        keys.filter(|it| it.split_once('.').is_some_and(|(it, _)| it == section)).cloned().collect()
    }
}

fn address(settings: &Settings, problems: &mut Problems<'_>) {
    let public = &settings.public_url;
    if !public.is_secure() && !public.is_loopback() {
        problems.add(
            "public_url",
            "must begin with `https://`, since it is not on loopback: what people answer and \
             the links in messages would cross the network readable for everyone",
        );
    }
    let name = &settings.name;
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        problems.add("name", "must be at most 80 characters on one line");
    }
}

fn files(settings: &Settings, problems: &mut Problems<'_>) {
    let given = problems.effective.origins.contains_key("files");
    if settings.database.is_server() && !given {
        problems.add(
            "files",
            "must be given with PostgreSQL: a folder that all copies of the service share, or \
             `s3://BUCKET/PREFIX`",
        );
    }
    if settings.files.is_s3() {
        if settings.s3.access_key.is_none() {
            problems.add("s3.access_key", "must be given, since `files` begins with `s3://`");
        }
        if settings.s3.secret_key.is_none() {
            problems.add(
                "s3.secret_key",
                "or `s3.secret_key_file` must be given, since `files` begins with `s3://`",
            );
        }
        return;
    }
    for key in problems.given("s3") {
        problems.add(&key, "does nothing, since `files` does not begin with `s3://`");
    }
}

fn messages(settings: &Settings, problems: &mut Problems<'_>) {
    let smtp = &settings.smtp;
    let Some(host) = &smtp.host else {
        for key in problems.given("smtp") {
            problems.add(&key, "does nothing without `smtp.host`");
        }
        return;
    };
    match &smtp.from {
        None => problems.add("smtp.from", "must be given with `smtp.host`"),
        Some(from) if !is_mail_address(from) => {
            problems.add("smtp.from", "must be an e-mail address, such as `assay@example.org`");
        }
        Some(_) => {}
    }
    let Ok(parsed) = Host::parse(host) else {
        return problems.add("smtp.host", "must be the name of a server, without a port");
    };
    let near = match &parsed {
        Host::Domain(name) => is_loopback(&Host::Domain(name.as_str())),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    match (&smtp.user, &smtp.password) {
        (Some(_), None) => {
            problems.add("smtp.user", "needs `smtp.password` or `smtp.password_file`");
        }
        (None, Some(_)) => problems.add("smtp.password", "needs `smtp.user`"),
        (Some(_), Some(_)) if smtp.tls != Tls::Required && !near => problems.add(
            "smtp.tls",
            "must be `required` with a password: it could cross the network readable for everyone",
        ),
        _ => {}
    }
}

fn rest(settings: &Settings, problems: &mut Problems<'_>) {
    let token = settings.metrics.token.as_ref();
    if token.is_some_and(|it| it.reveal().len() < SHORTEST_TOKEN) {
        problems.add("metrics.token", "must have at least 16 characters");
    }
    if settings.metrics.listen == Some(settings.listen) {
        problems.add("metrics.listen", "must be another address than `listen`");
    }
    let sessions = &settings.sessions;
    if sessions.idle_hours > sessions.longest_days * 24 {
        problems.add("sessions.idle_hours", "must not be longer than `sessions.longest_days`");
    }
}

/// Whether `text` can be an address of e-mail; whether it is one, only a message can tell.
fn is_mail_address(text: &str) -> bool {
    let plain = |it: char| it.is_ascii_graphic() && !"<>()[],;:\\\"".contains(it);
    let halves = text.split_once('@');
    halves.is_some_and(|(who, host)| !who.is_empty() && !host.is_empty() && !host.contains('@'))
        && text.chars().all(plain)
}
