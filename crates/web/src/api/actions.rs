//! Taking an assessment on: actions, returning, locking.

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Path, to};
use engine::flow::{self, Course};
use engine::identity::Scope;
use engine::{AssessmentId, EngineError};
use schemars::JsonSchema;
use serde::Deserialize;

use super::actor;
use super::asked::{MaybeRevision, id};
use super::assessments::{AssessmentView, view};
use super::once::{Done, Once};
use super::operation::{Operation, Spec, change};
use crate::error::Problem;
use crate::input::Json;
use crate::pages::secretariat::hand_back;
use crate::routes::Access::SignedIn;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    change(
        Method::POST,
        "/api/v1/assessments/{assessment}/actions/{action}",
        SignedIn,
        Spec::new("act", Scope::Write, "Takes an action, for example to submit.")
            .takes::<Signer>()
            .gives::<AssessmentView>()
            .with_revision(),
        || to(act),
    ),
    change(
        Method::POST,
        "/api/v1/assessments/{assessment}/return",
        SignedIn,
        Spec::new("returnAssessment", Scope::Write, "Returns what was submitted, with remarks.")
            .takes::<Remarks>()
            .gives::<AssessmentView>()
            .with_revision(),
        || to(give_back),
    ),
    change(
        Method::POST,
        "/api/v1/assessments/{assessment}/lock",
        SignedIn,
        Spec::new("lockAssessment", Scope::Write, "Keeps an assessment from being changed.")
            .gives::<AssessmentView>()
            .with_revision(),
        || to(lock),
    ),
    change(
        Method::POST,
        "/api/v1/assessments/{assessment}/unlock",
        SignedIn,
        Spec::new("unlockAssessment", Scope::Write, "Lets an assessment be changed again.")
            .gives::<AssessmentView>()
            .with_revision(),
        || to(unlock),
    ),
];

/// Who answers for what is signed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Signer {
    /// The name of the person who answers for it, where the action signs.
    name: Option<String>,
}

/// Why it was not done: where the request named a revision, that it is at another one is told
/// with the one it is at.
async fn why_not(
    visit: &Visit,
    own: AssessmentId,
    seen: MaybeRevision,
    why: EngineError,
) -> Problem {
    let (EngineError::Outdated, Some(_)) = (&why, seen.0) else { return why.into() };
    match read(visit, own).await {
        Ok(course) => Problem::new(StatusCode::PRECONDITION_FAILED, "outdated")
            .with("revision", course.open.assessment.revision),
        Err(problem) => problem,
    }
}

async fn read(visit: &Visit, own: AssessmentId) -> Result<Course, Problem> {
    Ok(flow::course(visit.engine(), visit.actor()?, own).await?)
}

async fn done(visit: &Visit, course: Course) -> Result<Done, Problem> {
    let view = view(visit, course).await?;
    Ok(Done::with(StatusCode::OK, &view)?.at(view.line.revision))
}

async fn act(
    visit: Visit,
    path: Path<(String, String)>,
    seen: MaybeRevision,
    once: Once,
    body: Json<Signer>,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Write)?);
    let own: AssessmentId = id(&path.0)?;
    let work = async {
        let name = body.0.name.as_deref();
        match flow::act(engine, who, own, seen.0, &path.1, name, visit.now).await {
            Ok(course) => done(&visit, course).await,
            Err(why) => Err(why_not(&visit, own, seen, why).await),
        }
    };
    once.run(work).await
}

/// What is to be changed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Remarks {
    /// About the whole.
    text: String,
    /// About questions, by place.
    #[serde(default)]
    remarks: std::collections::BTreeMap<String, String>,
}

async fn give_back(
    visit: Visit,
    path: Path<String>,
    seen: MaybeRevision,
    once: Once,
    body: Json<Remarks>,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Write)?);
    let own: AssessmentId = id(&path)?;
    let course = read(&visit, own).await?;
    course.open.require_running()?;
    let Remarks { text, remarks } = body.0;
    let work = async {
        let letters = hand_back::letters(&visit, &course, &text, &remarks).await?;
        let mut all = vec![(String::new(), text)];
        all.extend(remarks);
        match flow::hand_back(engine, who, own, seen.0, &all, letters, visit.now).await {
            Ok(()) => done(&visit, read(&visit, own).await?).await,
            Err(why) => Err(why_not(&visit, own, seen, why).await),
        }
    };
    once.run(work).await
}

async fn lock(
    visit: Visit,
    path: Path<String>,
    seen: MaybeRevision,
    once: Once,
) -> Result<HttpResponse, Problem> {
    set_locked(visit, &path, seen, once, true).await
}

async fn unlock(
    visit: Visit,
    path: Path<String>,
    seen: MaybeRevision,
    once: Once,
) -> Result<HttpResponse, Problem> {
    set_locked(visit, &path, seen, once, false).await
}

async fn set_locked(
    visit: Visit,
    path: &str,
    seen: MaybeRevision,
    once: Once,
    locked: bool,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Write)?);
    let own: AssessmentId = id(path)?;
    let work = async {
        match flow::set_locked(engine, who, own, seen.0, locked, visit.now).await {
            Ok(()) => done(&visit, read(&visit, own).await?).await,
            Err(why) => Err(why_not(&visit, own, seen, why).await),
        }
    };
    once.run(work).await
}
