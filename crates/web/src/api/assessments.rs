//! Assessments: listed, looked at, taken on.

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Path, to};
use engine::answers::RefusedEdit;
use engine::flow::{self, Action, Course, ReadSheet};
use engine::identity::{Scope, links, organisations};
use engine::offline::{self, Comparison};
use engine::sheets::{self, SaveRequest};
use engine::views::check::{AnswersOfStep, HiddenLine};
use engine::views::live::{ProgressView, progress_view};
use engine::views::step::StepLine;
use engine::views::{QuestionView, check, step};
use engine::visible::{self, Seen, Wanted};
use engine::{
    AssessmentId, CommentKind, EngineError, Refusal, comments, evidence, invitations, rights,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::actor;
use super::answers::{self, EvidenceItem, SavedView, evidence_items};
use super::asked::{Key, MaybeRevision, Revision, id, tagged};
use super::once::{Done, Once};
use super::operation::{Operation, Spec, change, get};
use super::types::{Day, Id, Moment, Page, Paging, Query, Titled, cursor, most};
use crate::error::Problem;
use crate::input::Json;
use crate::letters::{self, Concern};
use crate::pages::company::people;
use crate::routes::Access::SignedIn;
use crate::visit::Visit;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    get(
        "/api/v1/assessments",
        SignedIn,
        Spec::new(
            "listAssessments",
            Scope::Read,
            "The assessments that who asks may see, newest first.",
        )
        .query::<Which>()
        .gives::<Page<AssessmentLine>>(),
        || to(list),
    ),
    get(
        "/api/v1/assessments/{assessment}",
        SignedIn,
        Spec::new(
            "readAssessment",
            Scope::Read,
            "Where an assessment stands, and what can be done.",
        )
        .gives::<AssessmentView>()
        .with_revision(),
        || to(read),
    ),
    get(
        "/api/v1/assessments/{assessment}/steps/{step}",
        SignedIn,
        Spec::new("readStep", Scope::Read, "A step with its questions, as its page shows them.")
            .gives::<StepWithQuestions>()
            .with_revision(),
        || to(read_step),
    ),
    get(
        "/api/v1/assessments/{assessment}/check",
        SignedIn,
        Spec::new("checkAnswers", Scope::Read, "All answers in words, and what is not asked.")
            .gives::<CheckView>()
            .with_revision(),
        || to(check_answers),
    ),
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
        || to(hand_back),
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
    get(
        "/api/v1/assessments/{assessment}/comments",
        SignedIn,
        Spec::new("listComments", Scope::Read, "Comments and remarks, oldest first.")
            .query::<Paging>()
            .gives::<Page<CommentView>>(),
        || to(list_comments),
    ),
    change(
        Method::POST,
        "/api/v1/assessments/{assessment}/comments",
        SignedIn,
        Spec::new(
            "addComment",
            Scope::Write,
            "Says something about a question, or about the whole.",
        )
        .takes::<CommentValues>(),
        || to(add_comment),
    ),
    get(
        "/api/v1/assessments/{assessment}/people",
        SignedIn,
        Spec::new("listColleagues", Scope::Read, "Who answers, and who is invited to.")
            .gives::<Page<Colleague>>(),
        || to(list_people),
    ),
    change(
        Method::POST,
        "/api/v1/assessments/{assessment}/people",
        SignedIn,
        Spec::new("inviteColleague", Scope::Write, "Invites a colleague.").takes::<Address>(),
        || to(invite_colleague),
    ),
    get(
        "/api/v1/assessments/{assessment}/file",
        SignedIn,
        Spec::new("readFile", Scope::Read, "The answers as a file to continue offline.")
            .gives::<model::Response>()
            .with_revision(),
        || to(file),
    ),
    change(
        Method::POST,
        "/api/v1/assessments/{assessment}/file/compare",
        SignedIn,
        Spec::new("compareFile", Scope::Read, "What laying a file over the answers would change.")
            .takes::<FileOf>()
            .gives::<ComparisonView>()
            .with_revision(),
        || to(compare),
    ),
    change(
        Method::POST,
        "/api/v1/assessments/{assessment}/file/merge",
        SignedIn,
        Spec::new("mergeFile", Scope::Write, "Takes over from a file what is chosen.")
            .takes::<MergeOf>()
            .gives::<SavedView>()
            .with_revision()
            .needs_revision(),
        || to(merge),
    ),
    get(
        "/api/v1/assessments/{assessment}/files/{hash}",
        SignedIn,
        Spec::new("readFileOfAnswer", Scope::Read, "A file that backs an answer.")
            .gives_file("application/octet-stream"),
        || to(file_of_answer),
    ),
];

/// Which assessments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Only in this round.
    round: Option<Id>,
    /// Only at this stage.
    stage: Option<String>,
    /// How many rows at most: 1 to 200, usually 50.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// An assessment in a list.
#[derive(Debug, Serialize, JsonSchema)]
struct AssessmentLine {
    /// Its id.
    id: Id,
    /// What is assessed.
    subject: String,
    /// The programme.
    programme: Titled,
    /// The round it is in.
    round: Titled,
    /// Whose it is.
    organisation: Titled,
    /// Where it stands.
    stage: Titled,
    /// The how-manieth time it goes through its stages.
    turn: u32,
    /// How often its stage or its lock was changed.
    revision: u64,
    /// The day by which something is due.
    due: Option<Day>,
    /// Whether nobody may change it.
    locked: bool,
    /// How many of the questions that count are answered.
    answered: u32,
    /// How many are asked.
    asked: u32,
    /// The strict total when it was last signed, 0 to 100.
    score: Option<f64>,
    /// The id of the band when it was last signed.
    band: Option<String>,
    /// When it was made.
    created_at: Moment,
    /// When it was last changed.
    changed_at: Moment,
    /// When it was last submitted.
    submitted_at: Option<Moment>,
}

/// An assessment.
#[derive(Debug, Serialize, JsonSchema)]
struct AssessmentView {
    /// Its head.
    #[serde(flatten)]
    line: AssessmentLine,
    /// Whether who asks may answer it now.
    editable: bool,
    /// How far its steps are.
    progress: Option<ProgressView>,
    /// Its sheets, in the order in which they were begun.
    sheets: Vec<SheetLine>,
    /// What can be done with it, and why not.
    actions: Vec<ActionView>,
}

/// A sheet of an assessment.
#[derive(Debug, Serialize, JsonSchema)]
struct SheetLine {
    /// Its id.
    id: Id,
    /// The stage at which it is answered.
    stage: String,
    /// In which turn.
    turn: u32,
    /// The form that is answered.
    form: String,
    /// Its version.
    version: String,
    /// How often it was changed.
    revision: u64,
    /// When it was signed.
    signed_at: Option<Moment>,
    /// Who answers for it.
    signed_by: Option<String>,
}

/// Something that can be done.
#[derive(Debug, Serialize, JsonSchema)]
struct ActionView {
    /// Its id.
    id: String,
    /// What stands on its button.
    title: String,
    /// Whether a name is needed, because a sheet is signed with it.
    signs: bool,
    /// Why it is refused now; null where it can be done.
    refusal: Option<RefusalView>,
}

/// Why an action is refused.
#[derive(Debug, Serialize, JsonSchema)]
struct RefusalView {
    /// A stable word.
    code: String,
    /// The same in words.
    message: String,
}

fn line(it: &Seen, language: &str) -> AssessmentLine {
    let texts = it.programme.texts(language);
    let stage = texts.stage(&it.assessment.stage);
    let own = &it.assessment;
    AssessmentLine {
        id: Id::of(own.id),
        subject: own.subject.name.clone(),
        programme: Titled::new(&texts.id, &texts.title),
        round: Titled::new(it.round.id, &it.round.title),
        organisation: Titled::new(it.organisation.id, &it.organisation.name),
        stage: Titled::new(&own.stage, stage.map_or(&own.stage, |it| &it.title)),
        turn: own.turn,
        revision: own.revision,
        due: it.due.map(|it| Day(it.to_string())),
        locked: own.locked_at.is_some(),
        answered: own.progress.answered,
        asked: own.progress.asked,
        score: own.progress.strict,
        band: own.progress.band.clone(),
        created_at: own.created_at.into(),
        changed_at: own.changed_at.into(),
        submitted_at: own.submitted_at.map(Into::into),
    }
}

async fn list(visit: Visit, asked: Query<Which>) -> Result<HttpResponse, Problem> {
    let (who, asked) = (actor(&visit, Scope::Read)?, asked.0);
    let round = asked.round.map(|it| id(&it.0)).transpose()?;
    let wanted = Wanted { round, stage: asked.stage };
    let after = cursor(asked.cursor.as_deref())?;
    let found =
        visible::assessments(visit.engine(), who, wanted, after, most(asked.limit)?).await?;
    let items = found.rows.iter().map(|it| line(it, visit.language.code())).collect();
    let next = found.next.map(|it| it.to_string());
    Ok(HttpResponse::Ok().json(Page { items, next }))
}

async fn read(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let course = flow::course(visit.engine(), who, id(&path)?).await?;
    let view = view(&visit, course).await?;
    Ok(tagged(HttpResponse::Ok(), view.line.revision).json(view))
}

async fn view(visit: &Visit, course: Course) -> Result<AssessmentView, Problem> {
    let language = visit.language.code();
    let actions = course.actions(language).iter().map(|it| action(visit, it)).collect();
    let due = course.due();
    let sheets = course.sheets.iter().map(sheet).collect();
    let open = course.open;
    let seen = Seen {
        assessment: open.assessment.clone(),
        round: open.round.clone(),
        programme: open.programme.clone(),
        organisation: open.organisation.clone(),
        due,
    };
    let in_hand = match sheets::in_hand(visit.engine(), open).await {
        Ok(sheet) => Some(sheet),
        Err(EngineError::NotFound { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(AssessmentView {
        line: line(&seen, language),
        editable: in_hand.as_ref().is_some_and(|it| it.is_editable()),
        progress: in_hand.as_ref().map(|it| progress_view(it, &it.reading(), language)),
        sheets,
        actions,
    })
}

fn sheet(it: &ReadSheet) -> SheetLine {
    let signed = it.sheet.signed.as_ref();
    SheetLine {
        id: Id::of(it.sheet.id),
        stage: it.sheet.stage.clone(),
        turn: it.sheet.turn,
        form: it.response.form.id.clone(),
        version: it.response.form.version.to_string(),
        revision: it.sheet.revision,
        signed_at: signed.map(|it| it.at.into()),
        signed_by: signed.map(|it| it.name.clone()),
    }
}

fn action(visit: &Visit, it: &Action) -> ActionView {
    let why = |it: &Refusal| RefusalView {
        code: it.code().to_owned(),
        message: crate::error::refused(it, visit.words()),
    };
    ActionView {
        id: it.id.clone(),
        title: it.title.clone(),
        signs: it.signs,
        refusal: it.refusal.as_ref().map(why),
    }
}

/// A step with its questions.
#[derive(Debug, Serialize, JsonSchema)]
struct StepWithQuestions {
    /// The revision of the sheet.
    revision: u64,
    /// Whether who asks may answer it now.
    editable: bool,
    /// The step.
    step: step::StepView,
    /// Its questions, those not asked too.
    questions: Vec<QuestionWithEvidence>,
    /// All steps.
    steps: Vec<StepLine>,
}

/// A question with what backs its answer.
#[derive(Debug, Serialize, JsonSchema)]
struct QuestionWithEvidence {
    /// The question.
    #[serde(flatten)]
    question: QuestionView,
    /// What backs the answer.
    evidence: Vec<EvidenceItem>,
    /// Whether the answer was carried forward and is not yet confirmed.
    carried: bool,
}

async fn read_step(visit: Visit, path: Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let open = sheets::open(visit.engine(), who, id(&path.0)?).await?;
    let (reading, language) = (open.reading(), visit.language.code());
    let mut view = step::view(&open, &reading, &path.1, language).ok_or_else(Problem::not_found)?;
    let questions = std::mem::take(&mut view.questions);
    let with_evidence = |question: QuestionView| QuestionWithEvidence {
        evidence: evidence_items(&question.evidence),
        carried: question.is_carried,
        question,
    };
    Ok(tagged(HttpResponse::Ok(), open.sheet.revision).json(StepWithQuestions {
        revision: open.sheet.revision,
        editable: open.is_editable(),
        step: view,
        questions: questions.into_iter().map(with_evidence).collect(),
        steps: step::lines(&open, &reading, language),
    }))
}

/// All answers in words.
#[derive(Debug, Serialize, JsonSchema)]
struct CheckView {
    /// The revision of the sheet.
    revision: u64,
    /// The steps with their answers.
    steps: Vec<AnswersOfStep>,
    /// What is not asked, and why.
    hidden: Vec<HiddenLine>,
    /// How many answers are needed and missing.
    missing: usize,
}

async fn check_answers(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let open = sheets::open(visit.engine(), who, id(&path)?).await?;
    let (reading, language) = (open.reading(), visit.language.code());
    let steps = check::answers(&open, &reading, language);
    let missing = steps.iter().flat_map(|it| &it.questions).filter(|it| it.missing).count();
    let hidden = check::hidden(&open, &reading, language);
    let revision = open.sheet.revision;
    let view = CheckView { revision, steps, hidden, missing };
    Ok(tagged(HttpResponse::Ok(), revision).json(view))
}

/// Who answers for what is signed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Signer {
    /// The name of the person who answers for it, where the action signs.
    name: Option<String>,
}

/// Refuses a request about another revision.
fn require(seen: MaybeRevision, course: &Course) -> Result<(), Problem> {
    let revision = course.open.assessment.revision;
    match seen.0 {
        Some(seen) if seen != revision => {
            Err(Problem::new(StatusCode::PRECONDITION_FAILED, "outdated")
                .with("revision", revision))
        }
        _ => Ok(()),
    }
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
        require(seen, &flow::course(engine, who, own).await?)?;
        let name = body.0.name.as_deref();
        done(&visit, flow::act(engine, who, own, &path.1, name, visit.now).await?).await
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

/// How long a remark may be, in characters.
const LONGEST_REMARK: usize = 5000;

async fn hand_back(
    visit: Visit,
    path: Path<String>,
    seen: MaybeRevision,
    once: Once,
    body: Json<Remarks>,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Write)?);
    let own: AssessmentId = id(&path)?;
    let course = flow::course(engine, who, own).await?;
    course.open.require_running()?;
    let form = course.signed().map(|it| it.form.clone());
    let mut remarks = vec![(String::new(), body.0.text)];
    for (place, text) in body.0.remarks {
        if form.as_ref().is_none_or(|it| it.form.index_of(&place).is_none()) {
            let message = format!("there is no question `{place}`");
            return Err(EngineError::invalid(place, "unknown-question", message).into());
        }
        remarks.push((place, text));
    }
    if let Some((place, _)) = remarks.iter().find(|(_, it)| it.chars().count() > LONGEST_REMARK) {
        let field = if place.is_empty() { "text" } else { place };
        let message = format!("a remark has at most {LONGEST_REMARK} characters");
        return Err(EngineError::invalid(field, "too-long", message).into());
    }
    let work = async {
        require(seen, &course)?;
        let letters = returned(&visit, &course, &remarks[0].1).await?;
        flow::hand_back_with(engine, who, own, &remarks, letters, visit.now).await?;
        done(&visit, flow::course(engine, who, own).await?).await
    };
    once.run(work).await
}

/// The letters that say that answers came back.
async fn returned(
    visit: &Visit,
    course: &Course,
    words: &str,
) -> Result<Vec<engine::identity::Letter>, Problem> {
    let open = &course.open;
    let path = format!("/assessments/{}", open.assessment.id);
    let from = visit.actor()?.memberships.iter();
    let mut from = from.filter(|it| it.organisation.id == open.round.organisation);
    let from = from.next().map(|it| it.organisation.name.clone()).unwrap_or_default();
    let people = engine::reminders::participants(visit.engine(), open).await?;
    let letter = |it: &engine::reminders::Participant| match it {
        engine::reminders::Participant::Invited(_) => None,
        engine::reminders::Participant::Person(person) => Some(letters::returned(
            &visit.site,
            &Concern {
                person,
                subject: &open.assessment.subject.name,
                round: &open.round.title,
                from: &from,
                closes_on: &open.round.closes_on,
                path: &path,
                words: Some(words),
            },
        )),
    };
    Ok(people.iter().filter_map(letter).collect())
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
        let course = flow::course(engine, who, own).await?;
        course.open.require_running()?;
        require(seen, &course)?;
        flow::set_locked(engine, who, own, locked, visit.now).await?;
        done(&visit, flow::course(engine, who, own).await?).await
    };
    once.run(work).await
}

/// Something that was said.
#[derive(Debug, Serialize, JsonSchema)]
struct CommentView {
    /// Its id.
    id: String,
    /// `comment` among those who answer, or `remark` of the secretariat.
    kind: &'static str,
    /// The question; empty where it is about the whole.
    place: String,
    /// Who said it.
    by: String,
    /// When.
    at: Moment,
    /// What was said.
    text: String,
}

async fn list_comments(
    visit: Visit,
    path: Path<String>,
    asked: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let all = comments::list(visit.engine(), who, id(&path)?).await?;
    let names = comments::names(visit.engine(), all.iter().map(|it| it.person)).await?;
    let view = |it: engine::Comment| CommentView {
        id: it.id.to_string(),
        kind: match it.kind {
            CommentKind::Comment => "comment",
            CommentKind::Remark => "remark",
        },
        place: it.place,
        by: names.get(&it.person).cloned().unwrap_or_default(),
        at: it.created_at.into(),
        text: it.text,
    };
    let all = all.into_iter().map(view).collect();
    let page = Page::cut(all, asked.0.limit, asked.0.cursor.as_deref(), |it| it.id.clone())?;
    Ok(HttpResponse::Ok().json(page))
}

/// What is to be said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CommentValues {
    /// The question; absent where it is about the whole.
    #[serde(default)]
    place: String,
    /// What is said.
    text: String,
}

async fn add_comment(
    visit: Visit,
    path: Path<String>,
    once: Once,
    body: Json<CommentValues>,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Write)?);
    let own: AssessmentId = id(&path)?;
    let work = async {
        comments::add(engine, who, own, &body.0.place, &body.0.text, visit.now).await?;
        Ok(Done::quietly())
    };
    once.run(work).await
}

/// Somebody who answers, or is invited to.
#[derive(Debug, Serialize, JsonSchema)]
struct Colleague {
    /// What they are called.
    name: String,
    /// Their address.
    email: String,
    /// `in` or `invited`.
    state: &'static str,
}

async fn list_people(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let open = rights::assessment(visit.engine(), who, id(&path)?).await?;
    if !open.standing.own {
        return Err(Problem::forbidden());
    }
    let (db, organisation) = (&visit.engine().db, open.assessment.organisation);
    let members = organisations::members(db, who, organisation).await?;
    let member = |(_, it): (_, engine::identity::Person)| Colleague {
        name: it.name,
        email: it.email,
        state: "in",
    };
    let mut all: Vec<Colleague> = members.into_iter().map(member).collect();
    for link in links::invitations(db, who, organisation, visit.now).await? {
        if !all.iter().any(|it| it.email == link.email) {
            all.push(Colleague { name: String::new(), email: link.email, state: "invited" });
        }
    }
    Ok(HttpResponse::Ok().json(Page::whole(all)))
}

/// Somebody's address.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Address {
    /// The address.
    email: String,
}

async fn invite_colleague(
    visit: Visit,
    path: Path<String>,
    once: Once,
    body: Json<Address>,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Write)?);
    let own: AssessmentId = id(&path)?;
    let open = rights::assessment(engine, who, own).await?;
    let letter = people::letter(&visit, &open, who.person.name.clone());
    let work = async {
        let email = &body.0.email;
        invitations::invite_colleague(engine, who, own, email, letter, visit.now).await?;
        Ok(Done::quietly())
    };
    once.run(work).await
}

async fn file(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let open = sheets::open(visit.engine(), who, id(&path)?).await?;
    let mut response = tagged(HttpResponse::Ok(), open.sheet.revision);
    Ok(response.content_type("application/json").body(offline::file(&open)))
}

/// A file that was filled in elsewhere.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FileOf {
    /// The file: a response document.
    #[schemars(with = "serde_json::Map<String, Value>")]
    file: Value,
}

/// What is taken over from a file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MergeOf {
    /// The file: a response document.
    #[schemars(with = "serde_json::Map<String, Value>")]
    file: Value,
    /// The names of the differences to take over.
    take: Vec<String>,
}

/// What a file would change.
#[derive(Debug, Serialize, JsonSchema)]
struct ComparisonView {
    /// What differs.
    changes: Vec<DifferenceView>,
    /// How many answers are the same.
    unchanged: usize,
    /// What does not fit the form.
    refused: Vec<answers::RefusedView>,
}

/// Something that differs.
#[derive(Debug, Serialize, JsonSchema)]
struct DifferenceView {
    /// What it is called when it is to be taken over.
    name: String,
    /// The question.
    place: String,
    /// What of it: `answer` or `comment`.
    part: &'static str,
    /// What is here.
    here: Value,
    /// What the file says.
    file: Value,
}

fn name(it: &offline::Difference) -> String {
    format!("{}:{}", it.place, it.aspect.name())
}

fn compared(visit: &Visit, it: Comparison) -> ComparisonView {
    let difference = |it: offline::Difference| DifferenceView {
        name: name(&it),
        place: it.place,
        part: it.aspect.name(),
        here: it.here,
        file: it.file,
    };
    let refused = |it: &RefusedEdit| answers::refused(visit, it);
    ComparisonView {
        refused: it.refused.iter().map(refused).collect(),
        changes: it.changes.into_iter().map(difference).collect(),
        unchanged: it.unchanged,
    }
}

async fn compare(
    visit: Visit,
    path: Path<String>,
    body: Json<FileOf>,
) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let open = sheets::open(visit.engine(), who, id(&path)?).await?;
    let it = offline::compare(&open, "file", &body.0.file.to_string())?;
    Ok(tagged(HttpResponse::Ok(), open.sheet.revision).json(compared(&visit, it)))
}

async fn merge(
    visit: Visit,
    path: Path<String>,
    seen: Revision,
    key: Key,
    body: Json<MergeOf>,
) -> Result<HttpResponse, Problem> {
    let (engine, who) = (visit.engine(), actor(&visit, Scope::Write)?);
    let own: AssessmentId = id(&path)?;
    let open = sheets::open(engine, who, own).await?;
    open.require_answering()?;
    let it = offline::compare(&open, "file", &body.0.file.to_string())?;
    let edits = offline::edits(&it, |it| body.0.take.contains(&name(it)));
    let request = SaveRequest { seen: seen.0, edits, key: key.0 };
    answers::save_all(&visit, own, &request, &[], Vec::new()).await
}

async fn file_of_answer(
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let who = actor(&visit, Scope::Read)?;
    let found = evidence::file_of_answer(visit.engine(), who, id(&path.0)?, &path.1).await?;
    Ok(crate::pages::company::evidence::streamed(found))
}
