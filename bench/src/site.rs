//! A database with a cluster, its round, and companies that are in the middle of their answers.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use chrono::{DateTime, TimeDelta, Utc};
use engine::answers::{Edit, What};
use engine::attachments::Attachments;
use engine::engine::{Engine, Limits};
use engine::identity::{
    Actor, Letter, Member, Membership, Organisation, OrganisationId, OrganisationKind, Person,
    PersonId, Role, Secret, Session, Via,
};
use engine::invitations::{self, Invited};
use engine::kept::Kept;
use engine::rounds::{self, RoundValues};
use engine::sheets::{self, SaveRequest};
use engine::writer::Writer;
use engine::{AssessmentId, Files, RoundId, flow};
use model::Response;
use model::response::{Subject, SubjectKind};
use store::{Assessment, Progress, SessionId};

/// The form that is answered.
const FORM: &str = "export-readiness";

/// A browser in which somebody is signed in.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    /// The header of its cookie.
    pub(crate) cookie: String,
    /// What its forms repeat.
    pub(crate) csrf: String,
}

/// A company that answers.
#[derive(Clone, Debug)]
pub(crate) struct Company {
    /// Its assessment.
    pub(crate) assessment: AssessmentId,
    /// The revision of its sheet.
    pub(crate) revision: u64,
    /// Its browser.
    pub(crate) browser: SignedIn,
}

/// What was made.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// The companies.
    pub(crate) companies: Vec<Company>,
    /// The browser of the secretariat.
    pub(crate) secretariat: SignedIn,
    /// The round.
    pub(crate) round: RoundId,
}

/// The folder with the shipped forms.
fn forms_folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../forms"))
}

/// Everything below the folder of the shipped forms.
pub(crate) fn shipped() -> Result<Files> {
    fn read(folder: &Path, files: &mut Files) -> Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                read(&path, files)?;
            } else if path.extension().is_some_and(|it| it == "json") {
                let name = path.strip_prefix(forms_folder())?.to_string_lossy().into_owned();
                files.insert(&name, std::fs::read_to_string(&path)?);
            }
        }
        Ok(())
    }
    let mut files = Files::default();
    read(forms_folder(), &mut files)?;
    Ok(files)
}

/// Fills the empty database at `url`; each company has given the answers of one case, and has
/// handed them in where `finished`.
pub(crate) async fn make(url: &str, companies: usize, finished: bool) -> Result<Site> {
    let now = Utc::now() - TimeDelta::days(1);
    let db = store::migrate(url).await?;
    let (writer, _) = Writer::start(db.clone(), 1000);
    let engine = Engine {
        db,
        writer,
        kept: Kept::default(),
        files: shipped()?,
        attachments: Attachments::in_memory(),
        limits: Limits { invitations: companies, ..Limits::default() },
        identity: engine::identity::Limits::default(),
    };
    let secretariat =
        person(&engine, "secretariat@cluster.example", Role::Secretariat, now).await?;
    let values = RoundValues {
        title: "Export readiness".to_owned(),
        opens_on: now.date_naive().to_string(),
        closes_on: (now + TimeDelta::days(60)).date_naive().to_string(),
        language: "en".to_owned(),
        invitation: None,
    };
    let cluster = secretariat.memberships[0].organisation.id;
    let round = rounds::make(&engine, &secretariat, cluster, FORM, values, now).await?;
    let mut members = Vec::new();
    for i in 0..companies {
        members.push(person(&engine, &format!("c{i}@company.example"), Role::Member, now).await?);
    }
    let line =
        |it: &Actor| format!("{}; {}\n", it.person.email, it.memberships[0].organisation.name);
    let list: String = members.iter().map(line).collect();
    let letter = Arc::new(|it: &Invited, _: &Secret| Letter {
        recipient: it.email.clone(),
        subject: "Invitation".to_owned(),
        body: "Invitation".to_owned(),
    });
    invitations::invite(&engine, &secretariat, round, &list, letter, now).await?;
    let mut made = Vec::new();
    for member in &members {
        made.push(company(&engine, member, round, finished, now).await?);
    }
    let secretariat = sign_in(&engine, &secretariat, now).await?;
    engine.db.close().await?;
    Ok(Site { companies: made, secretariat, round })
}

async fn person(engine: &Engine, email: &str, role: Role, now: DateTime<Utc>) -> Result<Actor> {
    let kind = match role {
        Role::Secretariat => OrganisationKind::Cluster,
        Role::Member => OrganisationKind::Company,
    };
    let organisation = organisation(engine, &format!("Example of {email}"), kind, now).await?;
    let person = Person {
        id: PersonId::new(now),
        email: email.to_owned(),
        name: "Example".to_owned(),
        language: "en".to_owned(),
        has_password: false,
        administrator: false,
        disabled_at: None,
        deleted_at: None,
        created_at: now,
    };
    store::people::insert(&engine.db, &person).await?;
    let membership =
        Membership { organisation: organisation.id, person: person.id, role, created_at: now };
    store::memberships::put(&engine.db, &membership).await?;
    Ok(Actor { person, memberships: vec![Member { organisation, role }], via: Via::System })
}

async fn organisation(
    engine: &Engine,
    name: &str,
    kind: OrganisationKind,
    now: DateTime<Utc>,
) -> Result<Organisation> {
    let id = OrganisationId::new(now);
    let it = Organisation { id, name: name.to_owned(), kind, number: None, created_at: now };
    store::organisations::insert(&engine.db, &it).await?;
    Ok(it)
}

async fn company(
    engine: &Engine,
    member: &Actor,
    round: RoundId,
    finished: bool,
    now: DateTime<Utc>,
) -> Result<Company> {
    let own = member.memberships[0].organisation.id;
    let found = store::assessments::in_round(&engine.db, round, own).await?;
    let assessment = found.first().context("a company was not invited")?.id;
    let case = forms_folder().join(FORM).join("cases/strong/answers.json");
    let response: Response = serde_json::from_slice(&std::fs::read(case)?)?;
    let mut edits = Vec::new();
    for (step, questions) in &response.answers {
        for (name, value) in questions.as_object().into_iter().flatten() {
            let place = format!("{step}.{name}");
            edits.push(Edit { place, what: What::Answer(value.clone()) });
        }
    }
    let seen = sheets::open(engine, member, assessment).await?.sheet.revision;
    let request = SaveRequest { seen, edits, key: None };
    let saved = sheets::save(engine, member, assessment, &request, now).await?;
    let revision = saved.sheet.sheet.revision;
    if finished {
        flow::act(engine, member, assessment, None, "finish", Some("Example"), now).await?;
    }
    Ok(Company { assessment, revision, browser: sign_in(engine, member, now).await? })
}

async fn sign_in(engine: &Engine, actor: &Actor, now: DateTime<Utc>) -> Result<SignedIn> {
    let (secret, csrf) = (Secret::new()?, Secret::new()?.reveal().to_owned());
    let session = Session {
        id: SessionId::new(now),
        csrf: csrf.clone(),
        person: actor.person.id,
        device: "bench".to_owned(),
        created_at: now,
        // In use, so that no request has to note it.
        seen_at: Utc::now() + TimeDelta::minutes(30),
        expires_at: now + TimeDelta::days(30),
    };
    store::sessions::insert(&engine.db, &session, &secret.hash()).await?;
    Ok(SignedIn { cookie: format!("__Host-assay={}", secret.reveal()), csrf })
}

/// Adds `count` assessments to the round, as other companies left them.
pub(crate) async fn crowd(url: &str, round: RoundId, count: usize) -> Result<()> {
    const STAGES: [&str; 2] = ["assessment", "improvement"];
    const BANDS: [&str; 4] = ["impasse", "entry-level", "mid-level", "passe-partout"];
    let db = store::migrate(url).await?;
    let now = Utc::now() - TimeDelta::days(1);
    let mut done = 0;
    while done < count {
        let transaction = db.begin().await?;
        for i in done..count.min(done + 1000) {
            let id = OrganisationId::new(now);
            let name = format!("{} Example {}", WORDS[i * 7919 % WORDS.len()], i * 7919 % count);
            let kind = OrganisationKind::Company;
            let it = Organisation { id, name: name.clone(), kind, number: None, created_at: now };
            store::organisations::insert(&transaction, &it).await?;
            let finished = i % 3 != 0;
            let at = now - TimeDelta::seconds(i64::try_from(i * 31 % 1_000_000)?);
            let assessment = Assessment {
                id: AssessmentId::new(now),
                round,
                organisation: id,
                subject: Subject { name, kind: SubjectKind::Company },
                stage: STAGES[usize::from(finished)].to_owned(),
                turn: 1,
                revision: 1,
                stage_since: at,
                created_at: now,
                changed_at: at,
                locked_at: None,
                submitted_at: finished.then_some(at),
                reminded_at: (i % 5 == 0).then_some(at),
                progress: Progress {
                    answered: u32::try_from(i % 34)?,
                    asked: 34,
                    #[expect(clippy::cast_precision_loss, reason = "it is a small number")]
                    strict: finished.then_some((i * 7919 % 10_000) as f64 / 100.0),
                    band: finished.then(|| BANDS[i % 4].to_owned()),
                },
            };
            store::assessments::insert(&transaction, &assessment).await?;
        }
        transaction.commit().await?;
        done += 1000;
    }
    Ok(db.close().await?)
}

/// The first words of names, none of an organisation that exists.
const WORDS: [&str; 8] =
    ["Nordlig", "Sydlig", "Fysio", "Medico", "Klinisk", "Digital", "Omsorg", "Testby"];
