//! A round with a company in it, and somebody in each role, with a token and a browser.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use engine::answers::{Edit, What};
use engine::evidence::{self, EvidenceValues};
use engine::flow;
use engine::identity::tokens::NewToken;
use engine::identity::{Actor, Member, Role, Scope, Via, recorded};
use engine::invitations;
use engine::rounds::{self, RoundValues};
use engine::sheets::{self, SaveRequest};
use serde_json::Value;
use store::{AssessmentId, SessionId};

use crate::support::{Answer, World, now, shipped};

/// Somebody in each role, in the order of the columns of `rights.txt`.
pub(crate) const ROLES: [&str; 6] =
    ["nobody", "member", "other-member", "secretariat", "other-secretariat", "administrator"];

/// The scene.
pub(crate) struct Scene<'a> {
    pub(crate) world: &'a World,
    /// By role.
    pub(crate) tokens: BTreeMap<&'static str, String>,
    /// What stands for the parts of addresses.
    pub(crate) parts: BTreeMap<&'static str, String>,
}

fn address(role: &str) -> String {
    format!("{role}@example.org")
}

/// The person in a role, as signed in.
pub(crate) async fn actor(world: &World, role: &str) -> Actor {
    actor_of(world, &address(role)).await
}

/// The person with an address, as signed in.
pub(crate) async fn actor_of(world: &World, email: &str) -> Actor {
    let person = store::people::find_by_email(&world.db, email).await.unwrap().unwrap();
    let own = store::memberships::of_person(&world.db, person.id).await.unwrap();
    let member =
        |(it, organisation): (store::Membership, _)| Member { organisation, role: it.role };
    let memberships = own.into_iter().map(member).collect();
    Actor { person, memberships, via: Via::Session(SessionId::new(now())) }
}

/// Answers everything in an assessment, and `more`.
pub(crate) async fn answer_all(world: &World, actor: &Actor, id: AssessmentId, more: Vec<Edit>) {
    let engine = &world.site.engine;
    let files = shipped();
    let text = files.get("export-readiness/cases/strong/answers.json").unwrap();
    let answers: Value = serde_json::from_str(text).unwrap();
    let mut edits = more;
    for (step, questions) in answers["answers"].as_object().unwrap() {
        for (name, value) in questions.as_object().unwrap() {
            let place = format!("{step}.{name}");
            edits.push(Edit { place, what: What::Answer(value.clone()) });
        }
    }
    let seen = sheets::open(engine, actor, id).await.unwrap().sheet.revision;
    let request = SaveRequest { seen, edits, key: None };
    let saved = sheets::save(engine, actor, id, &request, now()).await.unwrap();
    assert_eq!(saved.refused, []);
}

/// The same, and hands it in.
pub(crate) async fn hand_in(world: &World, actor: &Actor, id: AssessmentId, more: Vec<Edit>) {
    answer_all(world, actor, id, more).await;
    let engine = &world.site.engine;
    flow::act(engine, actor, id, None, "finish", Some("The director"), now()).await.unwrap();
}

/// A token of the person in a role.
pub(crate) async fn token(world: &World, role: &str, scopes: &[Scope]) -> String {
    let new = NewToken {
        name: "test".to_owned(),
        scopes: scopes.iter().copied().collect::<BTreeSet<_>>(),
        expires_at: now() + TimeDelta::days(1),
    };
    let actor = actor(world, role).await;
    let (_, secret) = recorded::create_token(&world.site.engine, &actor, new, now()).await.unwrap();
    secret.reveal().to_owned()
}

impl<'a> Scene<'a> {
    /// Sets it.
    pub(crate) async fn set(world: &'a World) -> Self {
        let mut parts: BTreeMap<&'static str, String> = BTreeMap::new();
        for role in &ROLES[1..] {
            let person = world.person(&address(role), *role == "administrator").await;
            let organisation = match *role {
                "member" | "other-member" => world.membership(person, Role::Member).await,
                "secretariat" | "other-secretariat" => {
                    world.membership(person, Role::Secretariat).await
                }
                _ => continue,
            };
            if *role == "member" {
                parts.insert("organisation", organisation.to_string());
                // A colleague, whom others may change without changing who asks.
                let colleague = world.person("colleague@example.org", false).await;
                let (role, created_at) = (Role::Member, now());
                let it = store::Membership { organisation, person: colleague, role, created_at };
                store::memberships::put(&world.db, &it).await.unwrap();
                parts.insert("person", colleague.to_string());
            }
        }
        let engine = &world.site.engine;
        let secretariat = actor(world, "secretariat").await;
        let member = actor(world, "member").await;
        let values = RoundValues {
            title: "Round".to_owned(),
            opens_on: "2026-01-01".to_owned(),
            closes_on: "2099-12-01".to_owned(),
            language: "en".to_owned(),
            invitation: None,
        };
        let cluster = secretariat.clusters()[0];
        let round = rounds::make(engine, &secretariat, cluster, "export-readiness", values, now());
        let round = round.await.unwrap();
        let company = &member.memberships[0].organisation;
        let list = format!("{}; {}\n", address("member"), company.name);
        let letter =
            std::sync::Arc::new(|it: &invitations::Invited, _: &engine::identity::Secret| {
                engine::identity::Letter {
                    recipient: it.email.clone(),
                    subject: "x".to_owned(),
                    body: "x".to_owned(),
                }
            });
        invitations::invite(engine, &secretariat, round, &list, letter, now()).await.unwrap();
        let found = store::assessments::in_round(&world.db, round, company.id).await.unwrap();
        parts.insert("assessment", found[0].id.to_string());
        parts.insert("round", round.to_string());
        let values = EvidenceValues {
            title: "Plan".to_owned(),
            grade: Some(model::Grade::E2),
            link: Some("https://example.org/plan".to_owned()),
            ..EvidenceValues::default()
        };
        let kept = evidence::add(engine, &member, company.id, values, now()).await.unwrap();
        parts.insert("evidence", kept.id.to_string());
        let mut tokens = BTreeMap::new();
        for role in &ROLES[1..] {
            let mut scopes = vec![Scope::Read, Scope::Write, Scope::Export];
            if *role == "administrator" {
                scopes.push(Scope::Admin);
            }
            tokens.insert(*role, token(world, role, &scopes).await);
        }
        Self { world, tokens, parts }
    }

    /// An address with its parts filled in; what is not in the scene does not exist.
    pub(crate) fn address(&self, path: &str) -> String {
        let part = |it: &str| match it.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
            None => it.to_owned(),
            Some("step") => "context".to_owned(),
            Some("place") => "engagement.commitment".to_owned(),
            Some("action") => "finish".to_owned(),
            Some("name") => "pages.js".to_owned(),
            Some("hash") => "0".repeat(64),
            Some(name) => self
                .parts
                .get(name)
                .cloned()
                .unwrap_or_else(|| "01900000-0000-7000-8000-000000000000".to_owned()),
        };
        path.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    /// Asks the API as somebody in a role.
    pub(crate) async fn ask(
        &self,
        role: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let bearer = self.tokens.get(role).map(|it| format!("Bearer {it}"));
        let mut all: Vec<(&str, &str)> = headers.to_vec();
        if let Some(bearer) = &bearer {
            all.push(("Authorization", bearer));
        }
        if !body.is_empty() {
            all.push(("Content-Type", "application/json"));
        }
        self.world.browser().send(method, path, &all, body.as_bytes()).await
    }
}
