//! Letters by SMTP, to a server that is not ours.
//!
//! `tests/run.sh` installs it (`tests/checkers.txt`) and names its folder in `PDF_CHECKERS`;
//! without it there is nothing to send to.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::Utc;
use serde_json::Value;

use crate::scene;
use crate::support::{PATIENCE, Place, on_each_database, wait_for};
use crate::visitor::Visitor;

/// What Python makes of a letter.
const READ: &str = "
import email, email.policy, json, sys
letter = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
print(json.dumps({
    'from': str(letter['From']), 'to': str(letter['To']), 'subject': str(letter['Subject']),
    'id': str(letter['Message-ID']), 'date': str(letter['Date']),
    'kind': letter.get_content_type(), 'charset': letter.get_content_charset(),
    'body': letter.get_content(), 'defects': [str(it) for it in letter.defects],
    'raw': open(sys.argv[1], 'rb').read().decode('latin-1'),
}))
";

/// A server that takes letters and keeps them in a folder.
struct Post {
    child: Child,
    programs: PathBuf,
    box_: PathBuf,
}

impl Post {
    /// Starts it, at this port.
    async fn start(programs: &Path, folder: &Path, port: u16) -> Self {
        let box_ = folder.join("letters");
        let child = Command::new(programs.join("aiosmtpd"))
            .args(["-n", "-l", &format!("127.0.0.1:{port}")])
            .args(["-c", "aiosmtpd.handlers.Mailbox"])
            .arg(&box_)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let post = Self { child, programs: programs.to_owned(), box_ };
        wait_for("no server takes letters", || TcpStream::connect(("127.0.0.1", port)).is_ok())
            .await;
        post
    }

    /// The letters that came, as Python reads them.
    fn letters(&self) -> Vec<Value> {
        let found = fs::read_dir(self.box_.join("new")).into_iter().flatten();
        let read = |path: PathBuf| {
            let mut python = Command::new(self.programs.join("python"));
            let said = python.args(["-c", READ]).arg(path).output().unwrap();
            assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
            serde_json::from_slice(&said.stdout).unwrap()
        };
        found.map(|it| read(it.unwrap().path())).collect()
    }

    /// Waits until so many letters came.
    async fn until(&self, count: usize) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let letters = self.letters();
            if letters.len() >= count {
                return letters;
            }
            assert!(begun.elapsed() < PATIENCE, "{letters:#?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn programs() -> Option<PathBuf> {
    std::env::var_os("PDF_CHECKERS").map(PathBuf::from)
}

fn settings(port: &str) -> [(&str, &str); 5] {
    [
        ("ASSAY_SMTP_HOST", "127.0.0.1"),
        ("ASSAY_SMTP_PORT", port),
        ("ASSAY_SMTP_TLS", "none"),
        ("ASSAY_SMTP_FROM", "assay@example.org"),
        ("ASSAY_NAME", "Klyngens måling, æøå"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_to_sign_in_comes_by_letter_even_after_the_mail_server_was_gone() {
    let Some(programs) = programs() else { return };
    on_each_database(async |place| {
        let companies = scene::set(place, 1).await;
        let email = companies[0].email.as_str();
        // Nobody listens there yet.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let said = port.to_string();
        let service = place.start(&settings(&said)).await;
        Visitor::of(&service).ask_for_a_link(email).await;
        let log = service.said().clone();
        let failed = || log.log().iter().any(|it| it.contains("a letter was not sent"));
        wait_for("nothing was tried", failed).await;
        let first = waiting(place, email).await;
        assert!(first.failure.is_some() && first.tries == 1 && first.next_try_at > Utc::now());
        // The letter outlives the service, and is tried again when its time comes.
        service.kill();
        let post = Post::start(&programs, place.folder(), port).await;
        let service = place.start(&settings(&said)).await;
        due(place, &first).await;
        let letters = post.until(1).await;
        let letter = &letters[0];
        assert_eq!(letter["defects"], Value::Array(Vec::new()), "{letter:#?}");
        assert_eq!(letter["from"], "\"Klyngens måling, æøå\" <assay@example.org>");
        assert_eq!(letter["to"], email);
        assert_eq!(letter["subject"], "Dit link til Klyngens måling, æøå");
        assert_eq!((&letter["kind"], &letter["charset"]), (&"text/plain".into(), &"utf-8".into()));
        assert!(letter["id"].as_str().unwrap().ends_with("@example.org>"), "{letter:#?}");
        assert!(!letter["date"].as_str().unwrap().is_empty());
        // Only what every server takes: headers of ASCII.
        let raw = letter["raw"].as_str().unwrap();
        let head = raw.split("\n\n").next().unwrap();
        assert!(head.is_ascii() && head.contains("=?utf-8?"), "{head}");
        let body = letter["body"].as_str().unwrap();
        let link = body.lines().find(|it| it.starts_with("http")).unwrap();
        let mut visitor = Visitor::of(&service);
        visitor.follow(link).await;
        assert_eq!(visitor.get("/profile").await.status, 200);
        // What is sent is not sent again, and its secret is not kept.
        let after = newest(place, email).await;
        assert!(after.sent_at.is_some() && after.body.is_empty() && after.failure.is_none());
        Visitor::of(&service).ask_for_a_link(email).await;
        assert_eq!(post.until(2).await.len(), 2);
        service.terminate();
        assert_eq!(service.ended().await.0, Some(0));
    })
    .await;
}

/// The letter to `email` that was written last.
async fn newest(place: &Place, email: &str) -> store::Message {
    let db = store::open(&place.url).await.unwrap();
    let all = store::messages::list(&db, 50, None).await.unwrap().rows;
    db.close().await.unwrap();
    all.into_iter().find(|it| it.recipient == email && it.subject.contains("link")).unwrap()
}

/// The same, once it is noted that it was not sent.
async fn waiting(place: &Place, email: &str) -> store::Message {
    let begun = Instant::now();
    loop {
        let letter = newest(place, email).await;
        if letter.failure.is_some() {
            return letter;
        }
        assert!(begun.elapsed() < PATIENCE, "{letter:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Lets the minute pass that a letter waits before it is tried again.
async fn due(place: &Place, letter: &store::Message) {
    let db = store::open(&place.url).await.unwrap();
    store::messages::not_sent(&db, letter.id, "it was not there", Utc::now()).await.unwrap();
    db.close().await.unwrap();
}
