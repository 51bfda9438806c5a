//! What stands before the curtain rises: a cluster, its round, and companies that are invited.

use engine::answers::{Edit, What};
use engine::flow;
use engine::identity::{Actor, Member, Person, PersonId, Role, Via};
use engine::sheets::{self, SaveRequest};
use serde_json::Value;
use store::{AssessmentId, RoundId, SessionId};

use crate::support::{Browser, World, now, on_each_database, shipped};
use crate::window::{Look, Window};

/// The secretariat, and two people of the company it has invited.
pub(crate) const SECRETARIAT: &str = "sekretariat@example.dk";
pub(crate) const DIRECTOR: &str = "direktion@example.dk";
pub(crate) const COLLEAGUE: &str = "kollega@example.dk";

/// A round to which a company is invited.
pub(crate) struct Scene<'a> {
    pub(crate) world: &'a World,
    pub(crate) look: Look,
    /// The address of the round.
    pub(crate) round: String,
    pub(crate) assessment: AssessmentId,
}

/// How names are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    pub(crate) round: &'static str,
    pub(crate) company: &'static str,
}

/// Names as people choose them.
pub(crate) const PLAIN: Names = Names { round: "Efterår 2026", company: "Eksempel Medico ApS" };

/// Plays a journey on each database; for pictures, in both languages.
pub(crate) async fn play(look: Look, names: Names, journey: impl AsyncFn(&Scene<'_>)) {
    let pictures = std::env::var_os("SCREENSHOTS").is_some();
    let languages = if pictures { vec!["da", "en"] } else { vec![look.language] };
    for language in languages {
        let look = Look { language, ..look };
        on_each_database(async |world| journey(&set(world, look, names).await).await).await;
    }
}

async fn set<'a>(world: &'a World, look: Look, names: Names) -> Scene<'a> {
    let person = Person {
        id: PersonId::new(now()),
        email: SECRETARIAT.to_owned(),
        name: "Sekretariatet".to_owned(),
        language: look.language.to_owned(),
        has_password: false,
        administrator: true,
        disabled_at: None,
        deleted_at: None,
        created_at: now(),
    };
    assert!(store::people::insert(&world.db, &person).await.unwrap());
    let cluster = world.membership(person.id, Role::Secretariat).await.to_string();
    let mut browser = world.signed_in(SECRETARIAT).await;
    let round = make_round(&mut browser, &cluster, look.language, names.round).await;
    let list = format!("{DIRECTOR}; {0}\n{COLLEAGUE}; {0}", names.company);
    invite(&mut browser, &round, &list).await;
    let assessment = assessment(world, &round).await;
    Scene { world, look, round, assessment }
}

async fn make_round(browser: &mut Browser, cluster: &str, language: &str, title: &str) -> String {
    browser.get("/rounds/new").await;
    let fields = [
        ("programme", "export-readiness"),
        ("organisation", cluster),
        ("title", title),
        ("opens_on", "2026-01-01"),
        ("closes_on", "2099-12-01"),
        ("language", language),
    ];
    let made = browser.post("/rounds/new", &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    made.header("location").to_owned()
}

async fn invite(browser: &mut Browser, round: &str, list: &str) {
    let path = format!("{round}/invite");
    browser.get(&path).await;
    let preview = browser.post(&path, &[("act", "preview"), ("list", list)]).await;
    let token = preview.body.split("name=\"token\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap();
    let sent = browser.post(&path, &[("act", "send"), ("list", list), ("token", token)]).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
}

async fn assessment(world: &World, round: &str) -> AssessmentId {
    let id: RoundId = round.rsplit('/').next().unwrap().parse().unwrap();
    let filter = store::assessments::AssessmentFilter::default();
    let sort = store::assessments::AssessmentOrder::default();
    let counts = store::assessments::counts(&world.db, id).await.unwrap();
    let all =
        store::assessments::page(&world.db, id, &counts, &filter, sort, None, 2).await.unwrap();
    all.rows[0].id
}

/// The answers of a strong company: steps, questions, answers.
pub(crate) fn answers() -> Vec<(String, Vec<(String, Value)>)> {
    let files = shipped();
    let text = files.get("export-readiness/cases/strong/answers.json").unwrap();
    let all: Value = serde_json::from_str(text).unwrap();
    let questions = |it: &Value| {
        let all = it.as_object().unwrap().iter();
        all.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let steps = all["answers"].as_object().unwrap().iter();
    steps.map(|(step, it)| (step.clone(), questions(it))).collect()
}

impl Scene<'_> {
    /// The address of a page of the assessment.
    pub(crate) fn here(&self, page: &str) -> String {
        format!("/assessments/{}{page}", self.assessment)
    }

    /// Somebody of the company, who has come with the invitation.
    pub(crate) async fn arrived(&self, email: &str) -> Window {
        let window = Window::open(self.world, self.look).await;
        window.go(&self.world.link_to(email).await).await;
        window.fill("[id='name']", "Direktøren").await;
        window.follow("main .button.primary").await;
        assert_eq!(window.path().await, self.here(""));
        window
    }

    /// Somebody known, who has signed in with a link.
    pub(crate) async fn signed_in(&self, email: &str) -> Window {
        let window = Window::open(self.world, self.look).await;
        window.go("/sign-in").await;
        window.fill("#email", email).await;
        window.follow("button[name='with'][value='link']").await;
        window.go(&self.world.link_to(email).await).await;
        window.follow("main .button.primary").await;
        window
    }

    /// Answers everything for somebody of the company.
    pub(crate) async fn fill(&self, email: &str) {
        let actor = self.actor(email).await;
        let engine = &self.world.site.engine;
        let mut edits = Vec::new();
        for (step, questions) in answers() {
            for (name, value) in questions {
                edits.push(Edit { place: format!("{step}.{name}"), what: What::Answer(value) });
            }
        }
        let seen = sheets::open(engine, &actor, self.assessment).await.unwrap().sheet.revision;
        let request = SaveRequest { seen, edits, key: None };
        let saved = sheets::save(engine, &actor, self.assessment, &request, now()).await.unwrap();
        assert_eq!(saved.refused, []);
    }

    /// Hands in for somebody of the company.
    pub(crate) async fn hand_in(&self, email: &str) {
        let actor = self.actor(email).await;
        let engine = &self.world.site.engine;
        let name = Some("Direktøren");
        flow::act(engine, &actor, self.assessment, None, "finish", name, now()).await.unwrap();
    }

    async fn actor(&self, email: &str) -> Actor {
        let db = &self.world.db;
        let person = store::people::find_by_email(db, email).await.unwrap().unwrap();
        let own = store::memberships::of_person(db, person.id).await.unwrap();
        let member =
            |(it, organisation): (store::Membership, _)| Member { organisation, role: it.role };
        let memberships = own.into_iter().map(member).collect();
        Actor { person, memberships, via: Via::Session(SessionId::new(now())) }
    }
}
