//! A cluster with a round, and companies that answer in it by token.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use engine::Files;
use engine::attachments::Attachments;
use engine::engine::{Engine, Limits};
use engine::identity::tokens::NewToken;
use engine::identity::{
    Actor, Letter, Member, Organisation, OrganisationId, OrganisationKind, Person, PersonId, Role,
    Scope, Secret, Via, recorded,
};
use engine::invitations::{self, Invited};
use engine::rounds::{self, RoundValues};
use engine::writer::Writer;
use serde_json::json;
use store::{AssessmentId, Db, Membership, SessionId};

use crate::support::Place;

/// How many numbers the form asks for.
pub(crate) const QUESTIONS: usize = 50;

/// A company that answers.
#[derive(Clone, Debug)]
pub(crate) struct Company {
    pub(crate) email: String,
    pub(crate) assessment: AssessmentId,
    pub(crate) token: String,
}

impl Company {
    /// Where its answers are.
    pub(crate) fn answers(&self) -> String {
        format!("/api/v1/assessments/{}/answers", self.assessment)
    }
}

/// The question with this number.
pub(crate) fn question(number: usize) -> String {
    assert!(number < QUESTIONS);
    format!("numbers.n{number}")
}

/// Fills an empty database with a round in which `count` companies answer.
pub(crate) async fn set(place: &Place, count: usize) -> Vec<Company> {
    let db = store::migrate(&place.url).await.unwrap();
    let engine = engine(&db);
    let cluster = organisation(&db, "Klynge Eksempel", OrganisationKind::Cluster).await;
    let secretariat = person(&db, "secretariat@example.org", &cluster, Role::Secretariat).await;
    let values = RoundValues {
        title: "Round".to_owned(),
        opens_on: "2026-01-01".to_owned(),
        closes_on: "2099-12-01".to_owned(),
        language: "en".to_owned(),
        invitation: None,
    };
    let round = rounds::make(&engine, &secretariat, cluster.id, "numbers", values, now());
    let round = round.await.unwrap();
    let mut members = Vec::new();
    for number in 0..count {
        let company =
            organisation(&db, &format!("Eksempel {number}"), OrganisationKind::Company).await;
        let email = format!("member{number}@example.org");
        members.push((person(&db, &email, &company, Role::Member).await, company));
    }
    let line = |(actor, company): &(Actor, Organisation)| {
        format!("{}; {}", actor.person.email, company.name)
    };
    let list = members.iter().map(line).collect::<Vec<_>>().join("\n");
    let letter = Arc::new(|it: &Invited, _: &Secret| Letter {
        recipient: it.email.clone(),
        subject: "Invitation".to_owned(),
        body: "Invitation".to_owned(),
    });
    invitations::invite(&engine, &secretariat, round, &list, letter, now()).await.unwrap();
    let mut companies = Vec::new();
    for (actor, company) in &members {
        let found = store::assessments::in_round(&db, round, company.id).await.unwrap();
        companies.push(Company {
            email: actor.person.email.clone(),
            assessment: found[0].id,
            token: token(&engine, actor).await,
        });
    }
    drop(engine);
    db.close().await.unwrap();
    companies
}

fn engine(db: &Db) -> Engine {
    let (writer, _) = Writer::start(db.clone(), 1000);
    Engine {
        db: db.clone(),
        writer,
        kept: engine::kept::Kept::default(),
        files: files(),
        attachments: Attachments::in_memory(),
        limits: Limits::default(),
        identity: engine::identity::Limits::default(),
    }
}

fn now() -> DateTime<Utc> {
    Utc::now()
}

async fn organisation(db: &Db, name: &str, kind: OrganisationKind) -> Organisation {
    let id = OrganisationId::new(now());
    let name = name.to_owned();
    let organisation = Organisation { id, name, kind, number: None, created_at: now() };
    assert!(store::organisations::insert(db, &organisation).await.unwrap());
    organisation
}

async fn person(db: &Db, email: &str, at: &Organisation, role: Role) -> Actor {
    let person = Person {
        id: PersonId::new(now()),
        email: email.to_owned(),
        name: email.to_owned(),
        language: "da".to_owned(),
        has_password: false,
        administrator: role == Role::Secretariat,
        disabled_at: None,
        deleted_at: None,
        created_at: now(),
    };
    assert!(store::people::insert(db, &person).await.unwrap());
    let membership = Membership { organisation: at.id, person: person.id, role, created_at: now() };
    store::memberships::put(db, &membership).await.unwrap();
    let memberships = vec![Member { organisation: at.clone(), role }];
    Actor { person, memberships, via: Via::Session(SessionId::new(now())) }
}

async fn token(engine: &Engine, actor: &Actor) -> String {
    let new = NewToken {
        name: "test".to_owned(),
        scopes: [Scope::Read, Scope::Write].into(),
        expires_at: now() + TimeDelta::days(1),
    };
    let (_, secret) = recorded::create_token(engine, actor, new, now()).await.unwrap();
    secret.reveal().to_owned()
}

/// A form of numbers and a text, and a programme in which a company answers it.
fn files() -> Files {
    let number = |it: usize| {
        let question = json!({ "title": format!("Number {it}"), "type": "integer", "minimum": 0 });
        (format!("n{it}"), question)
    };
    let numbers: serde_json::Map<_, _> = (0..QUESTIONS).map(number).collect();
    let form = json!({
        "title": "Numbers",
        "x-form": { "id": "numbers", "version": "1.0.0", "language": "en" },
        "type": "object",
        "properties": {
            "numbers": { "title": "Numbers", "type": "object", "properties": numbers },
            "words": { "title": "Words", "type": "object", "properties": {
                "text": { "title": "Text", "type": "string", "maxLength": 300 },
            } },
        },
    });
    let programme = json!({
        "id": "numbers", "version": "1.0.0", "language": "en", "title": "Numbers",
        "purpose": "To be written to.", "subject": "company",
        "roles": [{ "id": "company", "title": "Company" }],
        "stages": [
            { "id": "answers", "title": "Answers", "form": "numbers", "by": "company" },
            { "id": "closed", "title": "Closed", "final": true },
        ],
        "transitions": [{
            "from": "answers", "action": "finish", "title": "Finish", "by": "company",
            "to": "closed",
        }],
    });
    [
        ("numbers/form.json".to_owned(), form.to_string()),
        ("programmes/numbers.json".to_owned(), programme.to_string()),
    ]
    .into_iter()
    .collect()
}
