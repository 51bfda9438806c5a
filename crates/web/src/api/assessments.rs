//! Assessments: listed, and looked at.

use actix_web::HttpResponse;
use actix_web::web::{Path, to};
use engine::flow::{self, Action, Course};
use engine::identity::Scope;
use engine::sheets::{self, ReadSheet};
use engine::views::check::{AnswersOfStep, HiddenLine};
use engine::views::live::{ProgressView, progress_view};
use engine::views::step::StepLine;
use engine::views::{QuestionView, check, step};
use engine::visible::{self, Seen, Wanted};
use engine::{EngineError, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor;
use super::answers::{EvidenceItem, evidence_items};
use super::asked::{id, tagged};
use super::operation::{Operation, Spec, get};
use super::types::{Day, Id, Moment, Page, Query, Titled, cursor, most};
use crate::error::Problem;
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
pub(super) struct AssessmentLine {
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
    pub(super) revision: u64,
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
pub(super) struct AssessmentView {
    /// Its head.
    #[serde(flatten)]
    pub(super) line: AssessmentLine,
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

pub(super) async fn view(visit: &Visit, course: Course) -> Result<AssessmentView, Problem> {
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
