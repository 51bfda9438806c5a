//! The table of a round: every order of every filter, page by page, and counts that fit.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use model::response::{Subject, SubjectKind};
use store::assessments::{
    self, AssessmentCursor, AssessmentFilter, AssessmentOrder, Column, Count, Total,
};
use store::{
    Assessment, AssessmentId, Db, Organisation, OrganisationId, OrganisationKind, Progress, Round,
    RoundId, StoreError, StoredProgramme, Transaction, organisations, programmes, rounds,
};

use crate::support::{Fresh, at, hash, on_each_database};

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
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn time(&mut self) -> DateTime<Utc> {
        at(i64::try_from(self.below(40)).unwrap())
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(3) > 0).then(|| make(self))
    }
}

const STAGES: [&str; 4] = ["assessment", "closed", "review", "second_opinion"];
const BANDS: [&str; 3] = ["emerging", "ready", "ready/2"];

/// Where the assessments of a test are.
struct Scene {
    db: Db,
    round: RoundId,
    organisation: OrganisationId,
}

impl Scene {
    async fn new(fresh: &Fresh) -> Self {
        let db = fresh.db().await;
        let organisation = Organisation {
            id: OrganisationId::new(at(0)),
            name: "Eksempelklyngen".to_owned(),
            kind: OrganisationKind::Cluster,
            number: None,
            created_at: at(0),
        };
        organisations::insert(&db, &organisation).await.unwrap();
        let programme = StoredProgramme {
            hash: hash("9", 0),
            id: "export-readiness".to_owned(),
            version: "1.0.0".to_owned(),
            language: "en".to_owned(),
            title: "Export readiness".to_owned(),
            created_at: at(0),
            document: "{}".to_owned(),
        };
        programmes::put(&db, &programme).await.unwrap();
        let scene = Self { db, round: RoundId::new(at(0)), organisation: organisation.id };
        scene.add_round(scene.round).await;
        scene
    }

    async fn add_round(&self, id: RoundId) {
        let round = Round {
            id,
            organisation: self.organisation,
            programme_hash: hash("9", 0),
            title: "Round".to_owned(),
            opens_on: "2026-01-01".to_owned(),
            closes_on: "2026-12-31".to_owned(),
            language: "da".to_owned(),
            invitation: None,
            created_at: at(0),
            closed_at: None,
        };
        rounds::insert(&self.db, &round, &BTreeMap::new()).await.unwrap();
    }

    fn assessment(&self, chance: &mut Chance) -> Assessment {
        let words = ["Alfa", "alfa", "Beta-Gruppen", "ÆRØ", "Øst", "100%", "_x_", "Å", "Delta"];
        let ends = ["A/S", "ApS", "aps", "(Eksempel)", "", "Holding", "Σίγμας"];
        let name = format!(
            "{} {}{}",
            chance.one(&words),
            chance.one(&ends),
            chance.maybe(|it| format!(" {}", it.below(60))).unwrap_or_default()
        );
        // A word that begins many names, and stands elsewhere in a few.
        let name = if chance.below(15) == 0 { format!("{name} Alfa") } else { name };
        Assessment {
            id: AssessmentId::new(chance.time()),
            round: self.round,
            organisation: self.organisation,
            subject: Subject { name, kind: SubjectKind::Company },
            stage: chance.one(&STAGES).to_owned(),
            turn: 1,
            revision: 0,
            stage_since: at(0),
            created_at: at(0),
            changed_at: chance.time(),
            locked_at: None,
            submitted_at: chance.maybe(Chance::time),
            reminded_at: chance.maybe(Chance::time),
            progress: Progress {
                answered: u32::try_from(chance.below(4)).unwrap(),
                asked: 24,
                strict: chance.maybe(|it| f64::from(u8::try_from(it.below(20)).unwrap()) / 3.0),
                band: chance.maybe(|it| it.one(&BANDS).to_owned()),
            },
        }
    }

    async fn add(&self, count: usize, chance: &mut Chance) -> Vec<Assessment> {
        let tx = self.db.begin().await.unwrap();
        let mut all = Vec::new();
        for _ in 0..count {
            let it = self.assessment(chance);
            assessments::insert(&tx, &it).await.unwrap();
            all.push(it);
        }
        tx.commit().await.unwrap();
        // As the database keeps times.
        for it in &mut all {
            *it = assessments::find(&self.db, it.id).await.unwrap().unwrap();
        }
        all
    }

    async fn counts(&self) -> Vec<Count> {
        assessments::counts(&self.db, self.round).await.unwrap()
    }

    async fn page(
        &self,
        filter: &AssessmentFilter,
        order: AssessmentOrder,
        at: Option<&AssessmentCursor>,
        limit: u64,
    ) -> Result<assessments::Listed, StoreError> {
        let counts = self.counts().await;
        assessments::page(&self.db, self.round, &counts, filter, order, at, limit).await
    }
}

/// The words of a name.
fn words(name: &str) -> Vec<String> {
    let lower = name.to_lowercase();
    let words = lower.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty());
    words.map(str::to_owned).collect()
}

/// Whether a row passes, told without any database.
fn passes(it: &Assessment, filter: &AssessmentFilter) -> bool {
    let own = words(&it.subject.name);
    let typed = words(filter.text.as_deref().unwrap_or_default());
    typed.iter().all(|typed| own.iter().any(|it| it.starts_with(typed)))
        && filter.stage.as_ref().is_none_or(|stage| *stage == it.stage)
        && filter.band.as_ref().is_none_or(|band| it.progress.band.as_ref() == Some(band))
}

/// How rows are sorted, told without any database.
fn compare(a: &Assessment, b: &Assessment, order: AssessmentOrder) -> Ordering {
    fn last<T: PartialOrd>(a: Option<T>, b: Option<T>, descending: bool) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) => {
                let way = a.partial_cmp(&b).unwrap();
                if descending { way.reverse() } else { way }
            }
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }
    let way = |it: Ordering| if order.descending { it.reverse() } else { it };
    let by = match order.by {
        Column::Created => Ordering::Equal,
        Column::Subject => way(words(&a.subject.name).cmp(&words(&b.subject.name))),
        Column::Stage => way(a.stage.cmp(&b.stage)),
        Column::Answered => way(a.progress.answered.cmp(&b.progress.answered)),
        Column::Changed => way(a.changed_at.cmp(&b.changed_at)),
        Column::Score => last(a.progress.strict, b.progress.strict, order.descending),
        Column::Band => last(a.progress.band.as_ref(), b.progress.band.as_ref(), order.descending),
        Column::Submitted => last(a.submitted_at, b.submitted_at, order.descending),
        Column::Reminded => last(a.reminded_at, b.reminded_at, order.descending),
    };
    by.then_with(|| way(a.id.cmp(&b.id)))
}

fn orders() -> impl Iterator<Item = AssessmentOrder> {
    let both = |by| [false, true].map(|descending| AssessmentOrder { by, descending });
    Column::ALL.into_iter().flat_map(both)
}

fn filters() -> Vec<AssessmentFilter> {
    let filter = |text: &str, stage: &str, band: &str| {
        let some = |it: &str| Some(it.to_owned()).filter(|it| !it.is_empty());
        AssessmentFilter { text: some(text), stage: some(stage), band: some(band) }
    };
    vec![
        filter("", "", ""),
        filter("", "closed", ""),
        filter("", "", "ready"),
        filter("", "assessment", "emerging"),
        filter("", "nowhere", ""),
        filter("", "", "\0"),
        filter("a", "", ""),
        filter("alf", "", ""),
        filter("alfa holding", "", ""),
        filter("al", "", "emerging"),
        filter("ÆRØ", "", ""),
        filter("1", "", ""),
        filter("17 ap", "", ""),
        filter("alfa beta", "", ""),
        filter("lfa", "", ""),
        filter("%_' --", "", ""),
        filter("a", "closed", ""),
        filter("b gr", "", "ready/2"),
        filter("σίγμα", "review", "ready"),
        filter("delta", "", "emerging"),
        filter("5", "assessment", ""),
    ]
}

#[tokio::test]
async fn every_order_of_every_filter_is_that_of_a_plain_sort() {
    on_each_database(async |fresh| {
        let scene = Scene::new(fresh).await;
        let mut chance = Chance(20_261_123);
        let all = scene.add(170, &mut chance).await;
        let other = RoundId::new(at(1));
        scene.add_round(other).await;
        Scene { db: scene.db.clone(), round: other, organisation: scene.organisation }
            .add(20, &mut chance)
            .await;
        for order in orders() {
            for filter in filters() {
                let mut wanted: Vec<&Assessment> =
                    all.iter().filter(|it| passes(it, &filter)).collect();
                wanted.sort_by(|a, b| compare(a, b, order));
                let why = format!("{order} {filter:?}");
                walks(&scene, &filter, order, &wanted, &why).await;
                let ids = assessments::ids(&scene.db, scene.round, &filter, order).await.unwrap();
                assert!(ids.iter().eq(wanted.iter().map(|it| &it.id)), "{why}");
            }
        }
    })
    .await;
}

/// Walks through all pages and back.
async fn walks(
    scene: &Scene,
    filter: &AssessmentFilter,
    order: AssessmentOrder,
    wanted: &[&Assessment],
    why: &str,
) {
    const LIMIT: usize = 29;
    let mut at = None;
    let mut pages = wanted.chunks(LIMIT).enumerate().peekable();
    if pages.peek().is_none() {
        let page = scene.page(filter, order, None, LIMIT as u64).await.unwrap();
        assert!(page.rows.is_empty() && page.next.is_none() && page.previous.is_none(), "{why}");
        assert_eq!(page.total, Total::Exactly(0), "{why}");
    }
    while let Some((number, expected)) = pages.next() {
        let page = scene.page(filter, order, at.as_ref(), LIMIT as u64).await.unwrap();
        assert!(page.rows.iter().eq(expected.iter().copied()), "{why}: page {number}");
        assert_eq!(page.rows_before, (number * LIMIT) as u64, "{why}");
        assert_eq!(page.total, Total::Exactly(wanted.len() as u64), "{why}");
        assert_eq!(page.previous.is_some(), number > 0, "{why}");
        assert_eq!(page.next.is_some(), pages.peek().is_some(), "{why}");
        at = match page.next {
            // As it would come back in an address.
            Some(next) => Some(next.to_string().parse().unwrap()),
            None => page.previous,
        };
    }
    let back = wanted.len().div_ceil(LIMIT).saturating_sub(1);
    for number in (0..back).rev() {
        let expected = &wanted[number * LIMIT..(number + 1) * LIMIT];
        let page = scene.page(filter, order, at.as_ref(), LIMIT as u64).await.unwrap();
        assert!(page.rows.iter().eq(expected.iter().copied()), "{why}: back on {number}");
        assert_eq!(page.rows_before, (number * LIMIT) as u64, "{why}");
        assert!(page.next.is_some() && page.previous.is_some() == (number > 0), "{why}");
        at = page.previous;
    }
}

#[tokio::test]
async fn a_place_in_another_order_is_refused() {
    on_each_database(async |fresh| {
        let scene = Scene::new(fresh).await;
        scene.add(10, &mut Chance(7)).await;
        let filter = AssessmentFilter::default();
        let (one, other) = ("score".parse().unwrap(), "-score".parse().unwrap());
        let next = scene.page(&filter, one, None, 3).await.unwrap().next.unwrap();
        assert!(scene.page(&filter, one, Some(&next), 3).await.is_ok());
        let refused = scene.page(&filter, other, Some(&next), 3).await;
        assert!(matches!(refused, Err(StoreError::BadCursor(_))));
        // What nobody made is a place like any other.
        let id = AssessmentId::new(at(0));
        for key in ["score:9:ID:1e308", "-score:9:ID:-5", "changed:0:ID:0", "stage:4:ID:zzz"] {
            for way in ["after", "before"] {
                let text = format!("{way}:{key}").replace("ID", &id.to_string());
                let cursor: AssessmentCursor = text.parse().unwrap();
                let order = key.split(':').next().unwrap().parse().unwrap();
                assert!(scene.page(&filter, order, Some(&cursor), 3).await.is_ok(), "{text}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_total_that_takes_long_to_count_is_told_as_far_as_it_is_known() {
    on_each_database(async |fresh| {
        let scene = Scene::new(fresh).await;
        let mut chance = Chance(11);
        let tx = scene.db.begin().await.unwrap();
        for i in 0..3_200 {
            let mut it = scene.assessment(&mut chance);
            it.subject.name = format!("Eksempel {i}");
            assessments::insert(&tx, &it).await.unwrap();
        }
        tx.commit().await.unwrap();
        let order = AssessmentOrder::default();
        let find = |text: &str| AssessmentFilter {
            text: Some(text.to_owned()),
            ..AssessmentFilter::default()
        };
        let first = scene.page(&find("eks"), order, None, 50).await.unwrap();
        assert_eq!(first.total, Total::MoreThan(50));
        let second = scene.page(&find("eks"), order, first.next.as_ref(), 50).await.unwrap();
        assert_eq!((second.total, second.rows_before), (Total::MoreThan(100), 50));
        let few = scene.page(&find("eks 319"), order, None, 50).await.unwrap();
        assert_eq!(few.total, Total::Exactly(11));
        let all = scene.page(&AssessmentFilter::default(), order, None, 50).await.unwrap();
        assert_eq!(all.total, Total::Exactly(3_200));
    })
    .await;
}

#[tokio::test]
async fn counts_and_words_are_those_of_a_recount_after_any_changes() {
    on_each_database(async |fresh| {
        let scene = Scene::new(fresh).await;
        let mut chance = Chance(3);
        let mut all = scene.add(40, &mut chance).await;
        for _ in 0..60 {
            let tx = scene.db.begin().await.unwrap();
            let mut changed = all.clone();
            for _ in 0..=chance.below(5) {
                change(&scene, &tx, &mut changed, &mut chance).await;
            }
            if chance.below(4) == 0 {
                tx.rollback().await.unwrap();
            } else {
                tx.commit().await.unwrap();
                all = changed;
            }
        }
        assert_eq!(scene.counts().await, recount(&all));
        let order = AssessmentOrder::default();
        let texts: BTreeSet<String> = all.iter().map(|it| it.subject.name.clone()).collect();
        for text in texts {
            let filter = AssessmentFilter { text: Some(text), ..AssessmentFilter::default() };
            let mut wanted: Vec<AssessmentId> =
                all.iter().filter(|it| passes(it, &filter)).map(|it| it.id).collect();
            wanted.sort();
            let page = scene.page(&filter, order, None, 200).await.unwrap();
            let mut found: Vec<AssessmentId> = page.rows.iter().map(|it| it.id).collect();
            found.sort();
            assert_eq!(found, wanted, "{filter:?}");
        }
    })
    .await;
}

/// One change, also to what is kept in memory.
async fn change(scene: &Scene, tx: &Transaction, all: &mut Vec<Assessment>, chance: &mut Chance) {
    let which = usize::try_from(chance.below(all.len() as u64)).unwrap();
    let new = scene.assessment(chance);
    match chance.below(5) {
        0 => {
            assessments::insert(tx, &new).await.unwrap();
            all.push(new);
        }
        1 => {
            let it = &mut all[which];
            let answered = new.progress.answered;
            let at = it.changed_at + TimeDelta::seconds(1);
            assessments::set_progress(tx, it.id, answered, 24, at).await.unwrap();
            it.progress.answered = answered;
        }
        2 => {
            let it = &mut all[which];
            assessments::set_reminded(tx, &[it.id], at(9)).await.unwrap();
        }
        3 => {
            let it = &all[which];
            let other = it.revision + 7;
            assert!(!assessments::update(tx, &new, other).await.unwrap());
        }
        _ => {
            let it = &mut all[which];
            let seen = it.revision;
            *it = Assessment { id: it.id, revision: seen + 1, ..new };
            assert!(assessments::update(tx, it, seen).await.unwrap());
        }
    }
}

/// Counts made anew.
fn recount(all: &[Assessment]) -> Vec<Count> {
    let mut counts: BTreeMap<(String, String), Count> = BTreeMap::new();
    for it in all {
        let band = it.progress.band.clone();
        let key = (it.stage.clone(), band.clone().unwrap_or_default());
        let count = counts.entry(key).or_insert(Count {
            stage: it.stage.clone(),
            band,
            assessments: 0,
            begun: 0,
            submitted: 0,
        });
        count.assessments += 1;
        count.begun += u64::from(it.progress.answered > 0);
        count.submitted += u64::from(it.submitted_at.is_some());
    }
    counts.into_values().collect()
}
