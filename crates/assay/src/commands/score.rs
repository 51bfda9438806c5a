//! `score`, `report` and `profile`.

use std::path::Path;

use anyhow::{Result, bail};
use engine::assess::{Accepted, accept, require_language};
use engine::report::report_data;
use engine::{EngineError, PreparedForm};
use expressions::analysis::nearest;
use model::{Response, Scorecard};

use crate::cli::{Format, Pair};
use crate::commands::{Exit, WrongUse, print_findings, print_json, say};
use crate::source::{self, Source};
use crate::{show, write};

/// A form, and a response that fits it; warnings are printed.
pub(crate) fn read(pair: &Pair) -> Result<(PreparedForm, Response)> {
    let form = form(&pair.form)?;
    let response = response(&form, &pair.response)?;
    Ok((form, response))
}

/// The form that is meant by `name`, ready to be answered.
pub(crate) fn form(name: &str) -> Result<PreparedForm> {
    let source = Source::named(name)?;
    source.form().map_err(|error| located(error, &source))
}

/// Names the files of findings as a person finds them from here.
fn located(error: anyhow::Error, source: &Source) -> anyhow::Error {
    match error.downcast() {
        Ok(EngineError::Findings(mut findings)) => {
            for finding in &mut findings {
                finding.place.file = source.shown(&finding.place.file);
            }
            EngineError::Findings(findings).into()
        }
        Ok(other) => other.into(),
        Err(other) => other,
    }
}

fn response(form: &PreparedForm, path: &Path) -> Result<Response> {
    let text = source::response(path)?;
    let name = path.display().to_string();
    let Accepted { response, findings } = accept(form, &name, &text)?;
    print_findings(&findings, &str::to_owned);
    Ok(response)
}

/// Scores a response and shows the scorecard, or one question's way.
pub(crate) fn score(
    pair: &Pair,
    language: Option<&str>,
    format: Format,
    explain: Option<&str>,
) -> Result<Exit> {
    let (form, response) = read(pair)?;
    if let Some(language) = language {
        require_language(&form, language)?;
    }
    let card = scoring::score(&form, &response, language);
    if let Some(question) = explain {
        return explain_question(&form, &card, question);
    }
    match format {
        Format::Json => print_json(&card),
        Format::Text => {
            say(show::scorecard(&card)?.trim_end())?;
            Ok(Exit::Fine)
        }
    }
}

fn explain_question(form: &PreparedForm, card: &model::Scorecard, question: &str) -> Result<Exit> {
    let texts = form.texts(&card.language);
    let Some(criterion) = card.criterion(question) else {
        let paths = card.criteria.iter().map(|it| it.question.as_str());
        let near = nearest(question, paths).map(|it| format!("; did you mean `{it}`?"));
        let why = match texts.question(question) {
            Some(_) if card.hidden.iter().any(|it| it == question) => {
                "is not asked of this respondent, so it counts on neither side"
            }
            Some(_) => "earns no points in this form",
            None => "is no question of this form",
        };
        bail!(WrongUse(format!("`{question}` {why}{}", near.unwrap_or_default())));
    };
    say(show::heading(&criterion.title))?;
    for sentence in scoring::explain::explain(texts, card, criterion) {
        say(format_args!("  {}", show::clean(&sentence)))?;
    }
    if let Some(total) = scoring::explain::total(card) {
        say(format_args!("  {}", show::clean(&total)))?;
    }
    Ok(Exit::Fine)
}

/// Writes the company report of a response.
pub(crate) fn report(
    pair: &Pair,
    output: &Path,
    language: Option<&str>,
    before: Option<&Path>,
) -> Result<Exit> {
    let (form, now) = read(pair)?;
    let before = before.map(|it| response(&form, it)).transpose()?;
    if let Some(other) = before.as_ref().filter(|it| it.subject != now.subject) {
        let (now, other) = (&now.subject.name, &other.subject.name);
        let why = format!("the responses are about different subjects: `{now}` and `{other}`");
        bail!(WrongUse(why));
    }
    let language = language
        .or(now.language.as_deref().filter(|it| form.languages().contains(it)))
        .unwrap_or(&form.form.meta.language)
        .to_owned();
    let pdf = draw(&form, &now, before.as_ref(), &language)?;
    write::write(output, &pdf)?;
    say(show::done(format_args!("wrote {}", output.display())))?;
    Ok(Exit::Fine)
}

/// The report of `response` as a PDF.
pub(crate) fn draw(
    form: &PreparedForm,
    response: &Response,
    before: Option<&Response>,
    language: &str,
) -> Result<Vec<u8>> {
    let (data, card) = report_data(form, response, before, language)?;
    let attachment = serde_json::to_vec_pretty(&card)?;
    Ok(reports::company_pdf(&data, &attachment)?)
}

fn cards(pairs: &[Pair], language: Option<&str>) -> Result<Vec<Scorecard>> {
    let card = |pair| {
        let (form, response) = read(pair)?;
        if let Some(language) = language {
            require_language(&form, language)?;
        }
        Ok(scoring::score(&form, &response, language))
    };
    pairs.iter().map(card).collect()
}

/// What is joined into a profile.
pub(crate) struct Joining {
    pub(crate) pairs: Vec<Pair>,
    pub(crate) before: Vec<Pair>,
    pub(crate) programme: Option<String>,
}

/// Joins scorecards of one subject.
pub(crate) fn profile(
    joining: &Joining,
    output: Option<&Path>,
    language: Option<&str>,
    format: Format,
) -> Result<Exit> {
    let cards = |pairs| cards(pairs, language);
    let (cards, before) = (cards(&joining.pairs)?, cards(&joining.before)?);
    let language = cards.first().map_or("en", |it| it.language.as_str());
    let programme = joining.programme.as_deref();
    let programme = programme.map(|it| Source::programme(it, language)).transpose()?;
    let profile =
        scoring::profile(&cards, &before, programme.as_ref()).map_err(EngineError::from)?;
    if let Some(output) = output {
        let document = serde_json::to_vec_pretty(&profile)?;
        write::write(output, &reports::profile_pdf(&profile, &document)?)?;
        say(show::done(format_args!("wrote {}", output.display())))?;
        return Ok(Exit::Fine);
    }
    match format {
        Format::Json => print_json(&profile),
        Format::Text => {
            say(show::profile(&profile)?.trim_end())?;
            Ok(Exit::Fine)
        }
    }
}
