//! The service is told to end while many requests are on their way.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::scene::{self, Company, QUESTIONS, question};
use crate::support::{PATIENCE, Place, Service, counted, on_each_database, size, some, wait_for};

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// It was answered, to the end.
    Answered(u16),
    /// The connection ended before an answer began.
    Nothing,
    /// The connection ended in the middle of the answer.
    Cut,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_on_their_way_when_it_ends_is_answered_or_refused() {
    on_each_database(async |place| {
        let count = usize::try_from(size(200, 1000)).unwrap();
        let companies = scene::set(place, usize::try_from(size(50, 250)).unwrap()).await;
        let service = place.start(&[]).await;
        let mut requests = Vec::new();
        for number in 0..count {
            requests.push(begin(&service, &companies, number).await);
        }
        // Somebody who asks nothing does not keep it from ending.
        let _idle = TcpStream::connect(service.address).await.unwrap();
        let tasks: Vec<JoinHandle<Fate>> =
            requests.into_iter().map(|(stream, rest)| tokio::spawn(finish(stream, rest))).collect();
        wait_for("nobody is answered", || tasks.iter().any(JoinHandle::is_finished)).await;
        tokio::time::sleep(some(Duration::from_millis(300))).await;
        let told = Instant::now();
        service.terminate();
        let (code, said) = service.ended().await;
        let time = told.elapsed();
        assert_eq!(code, Some(0), "{:#?}", said.log());
        // It is at most ten seconds; a busy machine has more.
        assert!(time < Duration::from_secs(20), "{time:?}");
        let mut fates = Vec::new();
        for it in tasks {
            fates.push(it.await.unwrap());
        }
        let stored = stored(place, &companies).await;
        for (number, fate) in fates.iter().enumerate() {
            let is_stored = stored.contains(&number);
            let fits = match fate {
                Fate::Answered(200) => is_stored,
                Fate::Answered(503) | Fate::Nothing => !is_stored,
                Fate::Answered(_) | Fate::Cut => false,
            };
            let all = || counted(fates.iter().copied());
            assert!(fits, "{number} is stored: {is_stored}, and was {fate:?}; {:?}", all());
        }
        // Where very many come at once to a slow machine, none may get as far as to save.
        let saved = fates.contains(&Fate::Answered(200)) || count > 200;
        assert!(saved, "{:?}", counted(fates));
    })
    .await;
}

/// Sends a request but for its last byte; the connection, and that byte.
async fn begin(service: &Service, companies: &[Company], number: usize) -> (TcpStream, Vec<u8>) {
    let company = &companies[number % companies.len()];
    let place = question(number / companies.len() % QUESTIONS);
    let body = json!({ "changes": [{ "place": place, "answer": number }] }).to_string();
    let request = format!(
        "PATCH {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nIf-Match: \"1\"\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        company.answers(),
        service.address,
        company.token,
        body.len(),
    );
    let mut stream = TcpStream::connect(service.address).await.unwrap();
    let (most, rest) = request.as_bytes().split_at(request.len() - 1);
    stream.write_all(most).await.unwrap();
    (stream, rest.to_vec())
}

/// Sends the rest, and reads what comes.
async fn finish(mut stream: TcpStream, rest: Vec<u8>) -> Fate {
    if stream.write_all(&rest).await.is_err() {
        return Fate::Nothing;
    }
    let (mut all, mut some) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let read = tokio::time::timeout(PATIENCE, stream.read(&mut some)).await;
        match read.expect("the connection ends") {
            Ok(0) | Err(_) => break,
            Ok(count) => all.extend_from_slice(&some[..count]),
        }
        if let Some(status) = whole(&all) {
            return Fate::Answered(status);
        }
    }
    if all.is_empty() { Fate::Nothing } else { Fate::Cut }
}

/// The status of an answer that came to its end.
fn whole(all: &[u8]) -> Option<u16> {
    let text = String::from_utf8_lossy(all);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|it| {
        let (name, value) = it.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
    });
    let status = head.split(' ').nth(1)?.parse().ok()?;
    (body.len() >= length?).then_some(status)
}

/// The numbers that are stored.
async fn stored(place: &Place, companies: &[Company]) -> BTreeSet<usize> {
    let db = store::open(&place.url).await.unwrap();
    let mut all = BTreeSet::new();
    for company in companies {
        let sheet = store::sheets::list(&db, company.assessment).await.unwrap().pop().unwrap();
        let response: Value = serde_json::from_str(&sheet.document).unwrap();
        for value in
            response["answers"]["numbers"].as_object().into_iter().flat_map(|it| it.values())
        {
            all.insert(usize::try_from(value.as_u64().unwrap()).unwrap());
        }
    }
    db.close().await.unwrap();
    all
}
