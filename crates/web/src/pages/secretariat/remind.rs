//! Reminding companies that have not handed in: who gets a letter, and only then the letters.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use engine::identity::{Letter, Secret};
use engine::reminders::{self, LeftOut, Participant, Passed, Reminder, Reminders, Write};
use engine::rights::OpenRound;
use engine::rounds::RoundState;
use engine::{AssessmentId, RoundId};
use serde::Serialize;

use super::{LetterView, RoundHead, address, asked, cluster, mark, text};
use crate::error::{FieldError, Problem};
use crate::format;
use crate::input::Form;
use crate::language::{Language, Words};
use crate::letters::{self, Concern, Invitation};
use crate::page::{Link, NoticeKind, Page};
use crate::pages::company::{code, id};
use crate::visit::Visit;

/// How long the secretariat's own words may be, in characters.
const LONGEST: usize = 2000;

/// What `secretariat/remind.html` shows.
#[derive(Debug, Serialize)]
struct RemindPage {
    round: RoundHead,
    values: Values,
    preview: Preview,
    errors: Vec<FieldError>,
}

#[derive(Debug, Serialize)]
struct Values {
    text: String,
}

#[derive(Debug, Serialize)]
struct Preview {
    token: String,
    letter: Option<LetterView>,
    recipients: Vec<Recipient>,
    left_out: Vec<LeftOutRow>,
}

#[derive(Debug, Serialize)]
struct Recipient {
    organisation: String,
    name: Option<String>,
    email: String,
    answered: u32,
    asked: u32,
    reminded: Option<String>,
}

#[derive(Debug, Serialize)]
struct LeftOutRow {
    organisation: String,
    reason: String,
}

impl Page for RemindPage {
    const TEMPLATE: &'static str = "secretariat/remind.html";
    const MENU: &'static str = "rounds";

    fn title(&self, words: &Words) -> String {
        words.text("secretariat.remind")
    }

    fn back(&self, _: &Words) -> Option<Link> {
        Some(Link::new(&self.round.href, &self.round.title))
    }
}

/// Who would be reminded, of those that the address names or of all.
async fn look(visit: &Visit, round: RoundId) -> Result<Reminders, Problem> {
    let chosen = asked(visit).into_iter().filter(|(name, _)| name == "assessment");
    let chosen: Vec<AssessmentId> = chosen.map(|(_, it)| id(&it)).collect::<Result<_, _>>()?;
    Ok(reminders::preview(visit.engine(), visit.actor()?, round, &chosen, visit.now).await?)
}

/// Shows who would be reminded.
pub(super) async fn show(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let reminders = look(&visit, id(&path)?).await?;
    visit.show(&page(&visit, &reminders, String::new())?)
}

/// Shows the letter again, or sends it.
pub(super) async fn act(
    visit: Visit,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let round = id(&path)?;
    let reminders = look(&visit, round).await?;
    let words = text(form.get("text"));
    let mut page = page(&visit, &reminders, words.clone())?;
    if words.chars().count() > LONGEST {
        page.errors.push(FieldError::new("text", visit.words().text("invalid.too-long")));
        return visit.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    if form.get("act") != "send" {
        return visit.show(&page);
    }
    if form.get("token") != page.preview.token || reminders.letters.is_empty() {
        page.errors.push(FieldError::new("to-title", visit.words().text("secretariat.look_again")));
        return visit.show_as(StatusCode::CONFLICT, &page);
    }
    let write = letter(&visit, &reminders.open, words)?;
    let sent = reminders::send(visit.engine(), visit.actor()?, reminders, write, visit.now).await?;
    let count = format::whole(visit.language, sent as i128);
    let (path, count) = (address(round, ""), [("count", count.as_str())]);
    Ok(visit.go_saying(&path, NoticeKind::Done, "secretariat.done_remind", &count))
}

fn page(visit: &Visit, it: &Reminders, words: String) -> Result<RemindPage, Problem> {
    let write = letter(visit, &it.open, words.clone())?;
    let letter = match it.letters.first() {
        Some(first) => Some(LetterView::new(|secret| write(first, Some(secret)))?),
        None => None,
    };
    let whom = |it: &Reminder| format!("{} {}", it.assessment.id, it.to.email());
    Ok(RemindPage {
        round: RoundHead::new(&it.open, code(visit)),
        values: Values { text: words },
        preview: Preview {
            token: mark(it.letters.iter().map(whom)),
            letter,
            recipients: it.letters.iter().map(recipient).collect(),
            left_out: it.passed.iter().map(|it| left_out(visit.words(), it)).collect(),
        },
        errors: Vec::new(),
    })
}

fn recipient(it: &Reminder) -> Recipient {
    let assessment = &it.assessment;
    Recipient {
        organisation: assessment.subject.name.clone(),
        name: it.to.name().map(str::to_owned),
        email: it.to.email().to_owned(),
        answered: assessment.progress.answered,
        asked: assessment.progress.asked,
        reminded: assessment.reminded_at.map(|it| it.date_naive().to_string()),
    }
}

fn left_out(words: &Words, it: &LeftOut) -> LeftOutRow {
    LeftOutRow { organisation: it.subject.clone(), reason: words.text(reason(it.why)) }
}

/// The key of the words that say why nobody is reminded.
pub(super) fn reason(why: Passed) -> &'static str {
    match why {
        Passed::Submitted => "secretariat.passed_submitted",
        Passed::Locked => "secretariat.passed_locked",
        Passed::Recently => "secretariat.passed_recently",
        Passed::Nobody => "secretariat.passed_nobody",
    }
}

/// The letter: to somebody known in their language, to who is only invited in the round's.
pub(crate) fn letter(visit: &Visit, open: &OpenRound, words: String) -> Result<Write, Problem> {
    let (site, round) = (Arc::clone(&visit.site), open.round.clone());
    let from = cluster(visit.actor()?, &round);
    let late = RoundState::of(&round, visit.now) == RoundState::Overdue;
    let language = Language::parse(&round.language).unwrap_or(site.settings.language);
    let words = Some(words).filter(|it| !it.is_empty());
    Ok(Arc::new(move |it: &Reminder, secret: Option<&Secret>| -> Letter {
        let path = format!("/assessments/{}", it.assessment.id);
        let subject = &it.assessment.subject.name;
        match &it.to {
            Participant::Person(person) => {
                let concern = Concern {
                    person,
                    subject,
                    round: &round.title,
                    from: &from,
                    closes_on: &round.closes_on,
                    late,
                    path: &path,
                    words: words.as_deref(),
                };
                letters::reminder(&site, &concern)
            }
            Participant::Invited(email) => {
                let invitation = Invitation {
                    email: email.clone(),
                    organisation: subject.clone(),
                    from: from.clone(),
                    round: Some(round.title.clone()),
                    closes_on: Some(round.closes_on.clone()),
                    late,
                    words: words.clone(),
                };
                letters::reminder_of_invitation(&site, language, &invitation, secret)
            }
        }
    }))
}
