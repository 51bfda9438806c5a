//! A service of its own for one test, and browsers that visit it.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use engine::attachments::Attachments;
use engine::engine::{Engine, Limits};
use engine::identity::{
    Membership, Organisation, OrganisationId, OrganisationKind, Person, PersonId, Role,
};
use engine::writer::Writer;
use sea_orm::{ConnectionTrait, Database};
use store::Db;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use web::{Serving, Settings, Site};

/// A running service with an empty database.
pub(crate) struct World {
    pub(crate) site: Arc<Site>,
    pub(crate) db: Db,
    pub(crate) serving: Serving,
    _folder: TempDir,
}

/// Runs `test` on a service with SQLite and, where there is a server, on one with PostgreSQL.
pub(crate) async fn on_each_database(test: impl AsyncFn(&World)) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let world = World::sqlite(|_| ()).await;
    test(&world).await;
    world.serving.stop().await;
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else { return };
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let schema = format!("web_{}_{number}", std::process::id());
    let admin = Database::connect(&server).await.unwrap();
    admin.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await.unwrap();
    let url = format!("{server}?options=-csearch_path%3D{schema}");
    let world = World::at(url, TempDir::new().unwrap(), |_| ()).await;
    test(&world).await;
    world.serving.stop().await;
    admin.execute_unprepared(&format!("DROP SCHEMA {schema} CASCADE")).await.unwrap();
}

impl World {
    /// One on SQLite, with other settings.
    pub(crate) async fn sqlite(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("assay.db").display());
        Self::at(url, folder, change).await
    }

    async fn at(url: String, folder: TempDir, change: impl FnOnce(&mut Settings)) -> Self {
        let db = store::migrate(&url).await.unwrap();
        let (writer, _) = Writer::start(db.clone(), 1000);
        let engine = Arc::new(Engine {
            db: db.clone(),
            writer,
            kept: engine::kept::Kept::default(),
            files: shipped(),
            attachments: Attachments::in_memory(),
            limits: Limits::default(),
            identity: engine::identity::Limits::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let public = format!("http://{}", listener.local_addr().unwrap());
        let mut settings = Settings::new(public.parse().unwrap());
        settings.workers = 1;
        change(&mut settings);
        let site = Arc::new(Site::new(engine, settings));
        let serving = web::serve(Arc::clone(&site), listener).unwrap();
        Self { site, db, serving, _folder: folder }
    }

    /// A browser without cookies.
    pub(crate) fn browser(&self) -> Browser {
        Browser { address: self.serving.address, cookies: BTreeMap::new(), csrf: String::new() }
    }

    /// Somebody known, called after the address.
    pub(crate) async fn person(&self, email: &str, administrator: bool) -> PersonId {
        let person = Person {
            id: PersonId::new(now()),
            email: email.to_owned(),
            name: format!("{email} æ <b>"),
            language: "en".to_owned(),
            has_password: false,
            administrator,
            disabled_at: None,
            deleted_at: None,
            created_at: now(),
        };
        assert!(store::people::insert(&self.db, &person).await.unwrap());
        person.id
    }

    /// An organisation, and `person` in it.
    pub(crate) async fn membership(&self, person: PersonId, role: Role) -> OrganisationId {
        let id = OrganisationId::new(now());
        let kind = match role {
            Role::Secretariat => OrganisationKind::Cluster,
            Role::Member => OrganisationKind::Company,
        };
        let organisation = Organisation {
            id,
            name: format!("Eksempel {id}"),
            kind,
            number: None,
            created_at: now(),
        };
        assert!(store::organisations::insert(&self.db, &organisation).await.unwrap());
        let membership = Membership { organisation: id, person, role, created_at: now() };
        store::memberships::put(&self.db, &membership).await.unwrap();
        id
    }

    /// The newest letter to an address.
    pub(crate) async fn letter_to(&self, email: &str) -> String {
        let all = store::messages::list(&self.db, 50, None).await.unwrap();
        all.rows.into_iter().find(|it| it.recipient == email).unwrap().body
    }

    /// The path of the link in the newest letter to an address.
    pub(crate) async fn link_to(&self, email: &str) -> String {
        let letter = self.letter_to(email).await;
        let link = letter.lines().find(|it| it.starts_with("http")).unwrap();
        link.parse::<url::Url>().unwrap().path().to_owned()
    }

    /// A browser in which somebody known has signed in with a link.
    pub(crate) async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        browser.get("/sign-in").await;
        let sent = browser.post("/sign-in", &[("with", "link"), ("email", email)]).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        let link = self.link_to(email).await;
        assert_eq!(browser.get(&link).await.status, 200);
        assert_eq!(browser.post(&link, &[]).await.status, 303);
        browser
    }

    /// The actions of the history, oldest first.
    pub(crate) async fn actions(&self) -> Vec<String> {
        let filter = store::EventFilter::default();
        let mut all = store::events::list(&self.db, &filter, 1000).await.unwrap();
        all.reverse();
        all.into_iter().map(|it| it.what.action).collect()
    }
}

pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Something that keeps cookies and fills in what forms repeat.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) address: SocketAddr,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) csrf: String,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").await
    }

    /// Sends a form with the secret of the last page.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &csrf).extend_pairs(fields);
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &kind, form.finish().as_bytes()).await
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            head.push_str(&format!("Host: {}\r\n", self.address));
        }
        if !self.cookies.is_empty() {
            let all: Vec<_> =
                self.cookies.iter().map(|(name, it)| format!("{name}={it}")).collect();
            head.push_str(&format!("Cookie: {}\r\n", all.join("; ")));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        let answer = raw(self.address, &[head.as_bytes(), body].concat()).await;
        self.remember(&answer);
        answer
    }

    fn remember(&mut self, answer: &Answer) {
        for (name, value) in &answer.headers {
            if name != "set-cookie" {
                continue;
            }
            let (name, rest) = value.split_once('=').unwrap();
            let (value, attributes) = rest.split_once(';').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some(rest) = answer.body.split("name=\"csrf\" value=\"").nth(1) {
            self.csrf = rest.split('"').next().unwrap().to_owned();
        }
    }
}

/// Sends bytes and reads what comes back until the end.
pub(crate) async fn raw(address: SocketAddr, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // What is too large may be refused before it was sent.
    _ = stream.write_all(bytes).await;
    let (mut all, mut some) = (Vec::new(), [0; 16 * 1024]);
    while !is_whole(&all) {
        match stream.read(&mut some).await {
            Ok(0) | Err(_) => break,
            Ok(count) => all.extend_from_slice(&some[..count]),
        }
    }
    let text = String::from_utf8_lossy(&all);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|it| it.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
    let headers = lines.filter_map(|it| it.split_once(": "));
    let headers: Vec<_> =
        headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let chunked = headers.iter().any(|(name, it)| name == "transfer-encoding" && it == "chunked");
    let body = if chunked { joined(body) } else { body.to_owned() };
    Answer { status, headers, body }
}

/// Whether an answer that says how long it is has come to its end.
fn is_whole(all: &[u8]) -> bool {
    let text = String::from_utf8_lossy(all).to_lowercase();
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|it| it.strip_prefix("content-length: "));
    let length = length.and_then(|it| it.trim().parse::<usize>().ok());
    length.is_some_and(|it| all.len() >= head.len() + 4 + it)
}

/// A body that came in chunks.
fn joined(mut rest: &str) -> String {
    let mut all = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        all.push_str(&after[..size]);
        rest = &after[size + 2..];
    }
    all
}

/// The shipped forms and programmes, read from the disk.
pub(crate) fn shipped() -> engine::Files {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms");
    let (mut files, mut open) = (engine::Files::default(), vec![root.clone()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "json") {
                let inside = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.insert(inside, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}
