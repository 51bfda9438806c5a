//! Clients that save answers whatever becomes of the service, and what must be there afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};
use store::EventFilter;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::scene::{Company, question};
use crate::support::{PATIENCE, Place, client};

/// How long a client waits before it asks again.
const PAUSE: Duration = Duration::from_millis(10);

/// Clients at work.
pub(crate) struct Savers {
    tasks: Vec<JoinHandle<Saver>>,
    /// Where the service is by now.
    at: watch::Sender<SocketAddr>,
    enough: Arc<AtomicBool>,
    acknowledged: Arc<AtomicU64>,
}

impl Savers {
    /// `count` clients of the service at `at`, the companies taking turns. Each has questions of
    /// its own and never saves a number twice.
    pub(crate) fn begin(count: usize, companies: &[Company], at: SocketAddr) -> Self {
        let (at, watched) = watch::channel(at);
        let enough = Arc::new(AtomicBool::new(false));
        let acknowledged = Arc::new(AtomicU64::new(0));
        let tasks = (0..count).map(|number| {
            let saver = Saver {
                number,
                company: companies[number % companies.len()].clone(),
                at: watched.clone(),
                client: client(),
                enough: Arc::clone(&enough),
                count: Arc::clone(&acknowledged),
                sent: BTreeMap::new(),
                acknowledged: BTreeMap::new(),
                unsure: false,
            };
            tokio::spawn(saver.work())
        });
        Self { tasks: tasks.collect(), at, enough, acknowledged }
    }

    /// The service is elsewhere.
    pub(crate) fn moved(&self, to: SocketAddr) {
        self.at.send(to).unwrap();
    }

    /// Waits until so many saves were acknowledged altogether.
    pub(crate) async fn until(&self, count: u64) {
        let begun = Instant::now();
        while self.count() < count {
            assert!(!self.tasks.iter().any(JoinHandle::is_finished), "a client gave up");
            assert!(begun.elapsed() < 10 * PATIENCE, "{} of {count} saves", self.count());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// How many saves were acknowledged.
    pub(crate) fn count(&self) -> u64 {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Has them finish what they are at.
    pub(crate) async fn end(self) -> Vec<Saver> {
        self.enough.store(true, Ordering::SeqCst);
        let mut savers = Vec::new();
        for it in self.tasks {
            savers.push(it.await.unwrap());
        }
        savers
    }
}

/// One who saves number after number.
pub(crate) struct Saver {
    number: usize,
    company: Company,
    at: watch::Receiver<SocketAddr>,
    client: reqwest::Client,
    enough: Arc<AtomicBool>,
    count: Arc<AtomicU64>,
    /// By question.
    sent: BTreeMap<String, Vec<u64>>,
    acknowledged: BTreeMap<String, Vec<u64>>,
    /// Whether something was sent of which it is not known what became of it.
    unsure: bool,
}

/// What a save is answered with.
enum Answered {
    /// It is saved, at this revision.
    Saved(u64),
    /// A question was changed meanwhile.
    Conflict,
    /// The service is busy, or gone.
    Nothing,
}

impl Saver {
    async fn work(mut self) -> Self {
        let mut revision = self.look().await;
        for value in 1.. {
            if self.enough.load(Ordering::SeqCst) {
                break;
            }
            let place = question(2 * self.number + value as usize % 2);
            let key = format!("{}-{value}", self.number);
            self.sent.entry(place.clone()).or_default().push(value);
            loop {
                match self.save(&place, value, revision, &key).await {
                    Answered::Saved(at) => {
                        self.acknowledged.entry(place.clone()).or_default().push(value);
                        self.count.fetch_add(1, Ordering::SeqCst);
                        revision = at;
                        break;
                    }
                    Answered::Conflict => {
                        assert!(self.unsure, "nobody else changes {place}");
                        revision = self.look().await;
                    }
                    Answered::Nothing => {
                        self.unsure = true;
                        tokio::time::sleep(PAUSE).await;
                        revision = self.look().await;
                        // Half of them send it again until it is acknowledged, the others forget.
                        if self.number.is_multiple_of(2) {
                            break;
                        }
                    }
                }
            }
        }
        self
    }

    fn url(&self) -> String {
        format!("http://{}{}", *self.at.borrow(), self.company.answers())
    }

    async fn save(&self, place: &str, value: u64, seen: u64, key: &str) -> Answered {
        let body = json!({ "changes": [{ "place": place, "answer": value }] });
        let request = self
            .client
            .patch(self.url())
            .bearer_auth(&self.company.token)
            .header("If-Match", format!("\"{seen}\""))
            .header("Idempotency-Key", key)
            .header("Content-Type", "application/json")
            .body(body.to_string());
        match request.send().await {
            Ok(answer) if answer.status() == StatusCode::OK => Answered::Saved(revision(&answer)),
            Ok(answer) if answer.status() == StatusCode::CONFLICT => Answered::Conflict,
            Ok(answer) => {
                unavailable(answer).await;
                Answered::Nothing
            }
            Err(_) => Answered::Nothing,
        }
    }

    /// Reads the sheet until that succeeds: its revision. What is acknowledged must be there.
    async fn look(&self) -> u64 {
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < 10 * PATIENCE, "the service stays away");
            let asked = self.client.get(self.url()).bearer_auth(&self.company.token).send().await;
            match asked {
                Ok(answer) if answer.status() == StatusCode::OK => {
                    let revision = revision(&answer);
                    if let Ok(text) = answer.text().await {
                        self.check(&serde_json::from_str(&text).unwrap());
                        return revision;
                    }
                }
                Ok(answer) => unavailable(answer).await,
                Err(_) => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Each question has the number that was acknowledged last, or one that was sent later.
    fn check(&self, response: &Value) {
        for (place, sent) in &self.sent {
            let found = answer(response, place);
            let last = self.acknowledged.get(place).and_then(|it| it.last());
            assert!(found >= last.copied(), "{place}: {found:?}, acknowledged {last:?}");
            assert!(found.is_none_or(|it| sent.contains(&it)), "{place}: {found:?} was not sent");
        }
    }
}

fn answer(response: &Value, place: &str) -> Option<u64> {
    let (step, question) = place.split_once('.').unwrap();
    response["answers"][step][question].as_u64()
}

fn revision(answer: &reqwest::Response) -> u64 {
    answer.headers()["etag"].to_str().unwrap().trim_matches('"').parse().unwrap()
}

/// Whether the answer says that one may try again, which is the only thing that may be wrong.
async fn unavailable(answer: reqwest::Response) {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.text().await.unwrap_or_default();
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    assert!(headers.contains_key("retry-after"), "{body}");
}

/// Compares what the clients know with what is stored.
pub(crate) async fn judge(place: &Place, companies: &[Company], savers: &[Saver]) {
    let db = store::open(&place.url).await.unwrap();
    let (mut saved, mut known) = (0, 0);
    for company in companies {
        let filter = EventFilter {
            assessment: Some(company.assessment),
            action: Some("answer".to_owned()),
            ..EventFilter::default()
        };
        let mut events = store::events::list(&db, &filter, 1_000_000).await.unwrap();
        events.reverse();
        let mut made: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        let mut revisions = BTreeSet::new();
        for event in &events {
            let value = event.what.after.as_deref().unwrap().parse().unwrap();
            made.entry(event.what.about.place.clone()).or_default().push(value);
            assert!(revisions.insert(event.what.about.revision), "two entries of one save");
        }
        let sheet = store::sheets::list(&db, company.assessment).await.unwrap().pop().unwrap();
        assert_eq!(sheet.revision, 1 + events.len() as u64, "each save is one entry");
        let response: Value = serde_json::from_str(&sheet.document).unwrap();
        for saver in savers.iter().filter(|it| it.company.assessment == company.assessment) {
            saver.check(&response);
            for (place, sent) in &saver.sent {
                let made = made.remove(place).unwrap_or_default();
                let acknowledged = saver.acknowledged.get(place).cloned().unwrap_or_default();
                let once: BTreeSet<u64> = made.iter().copied().collect();
                assert_eq!(once.len(), made.len(), "{place}: something was made twice");
                let lost: Vec<_> = acknowledged.iter().filter(|it| !once.contains(it)).collect();
                assert!(lost.is_empty(), "{place}: {lost:?} were acknowledged and are lost");
                let strange: Vec<_> = once.iter().filter(|it| !sent.contains(it)).collect();
                assert!(strange.is_empty(), "{place}: {strange:?} were never sent");
                assert_eq!(made.last().copied(), answer(&response, place), "{place}");
                saved += made.len();
                known += acknowledged.len();
            }
        }
        assert!(made.is_empty(), "nobody sent {made:?}");
    }
    db.close().await.unwrap();
    assert!(known > 0 && known <= saved, "{known} acknowledged, {saved} saved");
    let (code, said) = place.run(&["audit", "verify"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(place.is_whole().await);
}
