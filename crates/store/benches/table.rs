//! The table of a round with 100,000 assessments: every order of every filter, the first page
//! and a deep one, and what saving an answer costs.
//!
//! On SQLite, which works inside this process, the times are of processor time, where the system
//! tells it; otherwise they are of the clock.
//!
//! `cargo bench -p store` works on a temporary SQLite file, and on the database that
//! `BENCH_DATABASE_URL` names instead (an empty one). `ASSESSMENTS=1000` makes it smaller.

#![expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use model::response::{Subject, SubjectKind};
use store::assessments::{self, AssessmentFilter, AssessmentOrder, Column};
use store::{
    Assessment, AssessmentId, Db, Organisation, OrganisationId, OrganisationKind, Progress, Round,
    RoundId, StoreError, StoredProgramme, organisations, programmes, rounds,
};

/// How many rows a page has.
const ROWS: u64 = 50;
/// How often each page is read.
const TIMES: usize = 21;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StoreError> {
    let count: u64 =
        std::env::var("ASSESSMENTS").ok().and_then(|it| it.parse().ok()).unwrap_or(100_000);
    let file = std::env::temp_dir().join(format!("assay-table-{}.db", std::process::id()));
    let url = std::env::var("BENCH_DATABASE_URL")
        .unwrap_or_else(|_| format!("sqlite:{}", file.display()));
    let db = store::migrate(&url).await?;
    let clock = Instant::now();
    let (round, some) = fill(&db, count).await?;
    println!("made {count} in {:.0} s", clock.elapsed().as_secs_f64());
    saving(&db, &some).await?;

    println!("median ms of a page with its counts: first page / deep page");
    print!("{:<34}", "filter");
    for by in Column::ALL {
        print!("{:>14}", by.name());
    }
    println!();
    for (name, filter) in filters() {
        print!("{name:<34}");
        for by in Column::ALL {
            let mut worst = [Duration::ZERO; 2];
            for descending in [false, true] {
                let order = AssessmentOrder { by, descending };
                let took = measure(&db, round, &filter, order).await?;
                worst = [worst[0].max(took[0]), worst[1].max(took[1])];
            }
            print!("{:>14}", format!("{:.2} / {:.2}", ms(worst[0]), ms(worst[1])));
        }
        println!();
    }
    db.close().await?;
    for end in ["", "-wal", "-shm"] {
        _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
    Ok(())
}

/// Tells how long something took.
struct Clock {
    started: Instant,
    spent: Option<u64>,
}

impl Clock {
    fn start() -> Self {
        Self { started: Instant::now(), spent: Self::spent() }
    }

    fn elapsed(&self) -> Duration {
        match (self.spent, Self::spent()) {
            (Some(before), Some(now)) => Duration::from_nanos(now.saturating_sub(before)),
            _ => self.started.elapsed(),
        }
    }

    /// The processor time that the threads of this process have had, in nanoseconds.
    fn spent() -> Option<u64> {
        if std::env::var_os("BENCH_DATABASE_URL").is_some() {
            return None;
        }
        let mut sum = 0;
        for thread in std::fs::read_dir("/proc/self/task").ok()? {
            let text = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
            sum += text.split_whitespace().next()?.parse::<u64>().ok()?;
        }
        Some(sum)
    }
}

fn ms(it: Duration) -> f64 {
    it.as_secs_f64() * 1000.0
}

fn filters() -> Vec<(&'static str, AssessmentFilter)> {
    let filter = |text: &str, stage: &str, band: &str| {
        let some = |it: &str| Some(it.to_owned()).filter(|it| !it.is_empty());
        AssessmentFilter { text: some(text), stage: some(stage), band: some(band) }
    };
    vec![
        ("all", filter("", "", "")),
        ("stage", filter("", "improvement", "")),
        ("rare stage", filter("", "second_opinion", "")),
        ("band", filter("", "", "ready")),
        ("stage, band", filter("", "closed", "leading")),
        ("number (1 %)", filter("vand 77", "", "")),
        ("rare word (0.1 %)", filter("777", "", "")),
        ("word (0.3 %)", filter("w", "", "")),
        ("word (1 %)", filter("q", "", "")),
        ("word (2 %)", filter("z", "", "")),
        ("word (6 %)", filter("vest", "", "")),
        ("word (50 %)", filter("aps", "", "")),
        ("two words", filter("vest aps", "", "")),
        ("word (1 %), stage", filter("q", "improvement", "")),
        ("word (6 %), band", filter("vest", "", "ready")),
        ("word (50 %), rare stage", filter("aps", "second_opinion", "")),
        ("word (50 %), stage, band", filter("aps", "closed", "leading")),
    ]
}

/// The median time of a page with the counts around it: the first one and a deep one.
async fn measure(
    db: &Db,
    round: RoundId,
    filter: &AssessmentFilter,
    order: AssessmentOrder,
) -> Result<[Duration; 2], StoreError> {
    let mut at = None;
    let mut took = [Duration::ZERO; 2];
    for (i, took) in took.iter_mut().enumerate() {
        if i == 1 {
            let ids = assessments::ids(db, round, filter, order).await?;
            let Some(middle) = ids.get(ids.len() / 2) else { break };
            // The page before the middle one leads to it.
            let row = assessments::find(db, *middle).await?;
            at = row.map(|it| assessments::AssessmentCursor::behind(&it, order, 1));
        }
        let mut all = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            let clock = Clock::start();
            let counts = assessments::counts(db, round).await?;
            assessments::page(db, round, &counts, filter, order, at.as_ref(), ROWS).await?;
            all.push(clock.elapsed());
        }
        all.sort();
        *took = all[TIMES / 2];
    }
    Ok(took)
}

/// What it costs to note how far assessments are, as saving an answer does.
async fn saving(db: &Db, some: &[AssessmentId]) -> Result<(), StoreError> {
    let clock = Clock::start();
    let tx = db.begin().await?;
    for (i, id) in (0_u32..).zip(some) {
        assessments::set_progress(&tx, *id, 1 + i % 20, 24, time(i.into())).await?;
    }
    tx.commit().await?;
    let each = clock.elapsed() / u32::try_from(some.len()).unwrap_or(1).max(1);
    println!("saving: {:.3} ms each, {} in one transaction", ms(each), some.len());
    Ok(())
}

/// The moment so many seconds after the first one.
fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap_or_default()
}

/// Numbers that are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        usize::try_from(self.below(of.len() as u64)).map_or("", |it| of[it])
    }

    fn time(&mut self) -> DateTime<Utc> {
        time(i64::try_from(self.below(5_000_000)).unwrap_or_default())
    }

    /// The beginning of a word of its own.
    fn syllables(&mut self, letters: &[&str]) -> String {
        let first = self.one(letters);
        let vowel = self.one(&["a", "e", "i", "o", "u", "y", "æ", "ø", "å"]);
        let end = self.one(&["dan", "mark", "lund", "tek", "bio", "form", "sol", "nord"]);
        format!("{first}{vowel}{end}")
    }

    fn name(&mut self, number: u64) -> String {
        const LETTERS: [&str; 17] =
            ["b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "a"];
        let first = match self.below(1000) {
            0..3 => self.syllables(&["w"]),
            3..13 => self.syllables(&["q"]),
            13..33 => self.syllables(&["z"]),
            33..93 => "Vest".to_owned(),
            _ => self.syllables(&LETTERS),
        };
        let second = match self.below(10) {
            0 => "Vand".to_owned(),
            _ => self.syllables(&LETTERS),
        };
        format!("{first} {second} {number} {}", self.one(&["ApS", "A/S"]))
    }
}

/// Fills a round; a thousand of its assessments.
async fn fill(db: &Db, count: u64) -> Result<(RoundId, Vec<AssessmentId>), StoreError> {
    let organisation = Organisation {
        id: OrganisationId::new(time(0)),
        name: "Eksempelklyngen".to_owned(),
        kind: OrganisationKind::Cluster,
        number: None,
        created_at: time(0),
    };
    organisations::insert(db, &organisation).await?;
    let programme = StoredProgramme {
        hash: "sha256:0".to_owned(),
        id: "export-readiness".to_owned(),
        version: "1.0.0".to_owned(),
        language: "en".to_owned(),
        title: "Export readiness".to_owned(),
        created_at: time(0),
        document: "{}".to_owned(),
    };
    programmes::put(db, &programme).await?;
    let round = Round {
        id: RoundId::new(time(0)),
        organisation: organisation.id,
        programme_hash: programme.hash,
        title: "Round".to_owned(),
        opens_on: "2026-01-01".to_owned(),
        closes_on: "2026-12-31".to_owned(),
        language: "da".to_owned(),
        invitation: None,
        created_at: time(0),
        closed_at: None,
    };
    rounds::insert(db, &round, &BTreeMap::new()).await?;
    let (mut chance, mut some) = (Chance(20_261_123), Vec::new());
    for start in (0..count).step_by(5_000) {
        let tx = db.begin().await?;
        for number in start..count.min(start + 5_000) {
            let it = assessment(&mut chance, round.id, organisation.id, number);
            if number % (count / 1000).max(1) == 0 {
                some.push(it.id);
            }
            assessments::insert(&tx, &it).await?;
        }
        tx.commit().await?;
    }
    Ok((round.id, some))
}

fn assessment(
    chance: &mut Chance,
    round: RoundId,
    organisation: OrganisationId,
    number: u64,
) -> Assessment {
    let signed = chance.below(10) < 6;
    let stage = match (signed, chance.below(100)) {
        (false, _) | (true, 0..10) => "assessment",
        (true, 10..12) => "second_opinion",
        (true, 12..70) => "improvement",
        _ => "closed",
    };
    let answered = if signed { 24 } else { chance.below(24) };
    let bands = ["starting", "emerging", "ready", "leading"];
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let strict = chance.below(100_000) as f64 / 1000.0;
    Assessment {
        id: AssessmentId::new(time(i64::try_from(number).unwrap_or_default())),
        round,
        organisation,
        subject: Subject { name: chance.name(number), kind: SubjectKind::Company },
        stage: stage.to_owned(),
        turn: 1,
        revision: 0,
        stage_since: time(0),
        created_at: time(0),
        changed_at: chance.time(),
        locked_at: None,
        submitted_at: signed.then(|| chance.time()),
        reminded_at: (chance.below(3) == 0).then(|| chance.time()),
        progress: Progress {
            answered: u32::try_from(answered).unwrap_or_default(),
            asked: 24,
            strict: signed.then_some(strict),
            band: signed.then(|| chance.one(&bands).to_owned()),
        },
    }
}
