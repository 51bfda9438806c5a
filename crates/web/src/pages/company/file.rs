//! Continuing offline: the sheet as a file, and a file laid over the sheet.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
};
use actix_web::web::Path;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::answers::Aspect;
use engine::offline::{self, Comparison};
use engine::sheets::{self, OpenSheet, SaveRequest};
use serde::Serialize;

use super::step::shown;
use super::{Head, assessment, code, typed};
use crate::error::{FieldError, Problem};
use crate::input::Form;
use crate::language::Words;
use crate::page::{Link, NoticeKind, Page};
use crate::visit::Visit;

/// What `company/file.html` shows.
#[derive(Debug, Serialize)]
struct FilePage {
    download_href: String,
    blank_href: String,
    upload_href: String,
    merge_href: String,
    errors: Vec<FieldError>,
    preview: Option<Preview>,
    #[serde(skip)]
    head: Head,
}

/// What a file would change.
#[derive(Debug, Serialize)]
struct Preview {
    changes: Vec<Change>,
    unchanged: usize,
    refused: Vec<Refused>,
    /// The file itself, to be laid over once somebody has chosen.
    token: String,
}

#[derive(Debug, Serialize)]
struct Change {
    place: String,
    title: String,
    yours: Option<String>,
    file: Option<String>,
    choice: &'static str,
}

#[derive(Debug, Serialize)]
struct Refused {
    title: String,
    reason: String,
}

impl Page for FilePage {
    const TEMPLATE: &'static str = "company/file.html";
    const MENU: &'static str = "home";

    fn title(&self, words: &Words) -> String {
        words.text("file.title")
    }

    fn back(&self, words: &Words) -> Option<Link> {
        Some(Link::new(self.head.at(""), words.text("step.all_steps")))
    }
}

impl FilePage {
    fn new(visit: &Visit, open: &OpenSheet) -> Self {
        let head = Head::new(&open.open, code(visit));
        Self {
            download_href: head.at("/file.json"),
            blank_href: head.at("/blank.pdf"),
            upload_href: head.at("/file"),
            merge_href: head.at("/file/merge"),
            errors: Vec::new(),
            preview: None,
            head,
        }
    }
}

/// Shows how to continue offline.
pub(super) async fn show(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let open = sheets::open(visit.engine(), visit.actor()?, assessment(&path)?).await?;
    visit.show(&FilePage::new(&visit, &open))
}

/// Hands out the sheet as a file.
pub(super) async fn download(visit: Visit, path: Path<String>) -> Result<HttpResponse, Problem> {
    let open = sheets::open(visit.engine(), visit.actor()?, assessment(&path)?).await?;
    let name = format!("{}.json", open.response.form.id);
    Ok(attachment("application/json", &name).body(offline::file(&open)))
}

/// An answer that a browser saves as a file called `name`.
pub(crate) fn attachment(media_type: &str, name: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.content_type(media_type).insert_header(ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: named(name),
    });
    response
}

/// The name of a file as every browser reads it, and as those do that know all letters.
fn named(name: &str) -> Vec<DispositionParam> {
    let plain = name.chars().map(|it| if it.is_ascii() { it } else { '_' }).collect();
    let mut all = vec![DispositionParam::Filename(plain)];
    if !name.is_ascii() {
        all.push(DispositionParam::FilenameExt(ExtendedValue {
            charset: Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: name.as_bytes().to_vec(),
        }));
    }
    all
}

/// Compares an uploaded file with the sheet.
pub(super) async fn compare(
    visit: Visit,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let open = sheets::open(visit.engine(), visit.actor()?, assessment(&path)?).await?;
    open.require_answering()?;
    let words = visit.words();
    let mut page = FilePage::new(&visit, &open);
    let text = match form.file() {
        None => Err(words.text("file.missing")),
        Some(file) => std::str::from_utf8(&file.content).map_err(|_| words.text("file.not_ours")),
    };
    let compared = text.and_then(|it| {
        offline::compare(&open, "file", it)
            .map(|compared| (it, compared))
            .map_err(|error| unusable(error, words))
    });
    match compared {
        Ok((text, compared)) => {
            page.preview = Some(preview(&visit, &open, text, &compared));
            visit.show(&page)
        }
        Err(problem) => {
            page.errors.push(FieldError::new("file", problem));
            visit.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// Why a file cannot be used, in words.
fn unusable(error: engine::EngineError, words: &Words) -> String {
    match error {
        engine::EngineError::Findings(findings) => {
            let first = findings.first().map(|it| it.message.as_str()).unwrap_or_default();
            words.text_with("file.unreadable", &[("why", &first)])
        }
        engine::EngineError::Invalid { .. } => words.text("file.other_form"),
        _ => words.text("file.not_ours"),
    }
}

fn preview(visit: &Visit, open: &OpenSheet, text: &str, compared: &Comparison) -> Preview {
    let language = code(visit);
    let form = open.form.texts(language);
    let title =
        |place: &str| form.question(place).map_or_else(|| place.to_owned(), |it| it.title.clone());
    let words = |place: &str, aspect: Aspect, value: &serde_json::Value| match aspect {
        Aspect::Comment => value.as_str().map(str::to_owned),
        _ => shown(open, place, value, language),
    };
    Preview {
        changes: compared
            .changes
            .iter()
            .map(|it| Change {
                place: name(it),
                title: match it.aspect {
                    Aspect::Comment => {
                        let title = title(&it.place);
                        visit.words().text_with("file.comment_on", &[("title", &title)])
                    }
                    _ => title(&it.place),
                },
                yours: words(&it.place, it.aspect, &it.here),
                file: words(&it.place, it.aspect, &it.file),
                // An answer is not taken away by a file that was begun before it was given.
                choice: if it.file.is_null() { "yours" } else { "file" },
            })
            .collect(),
        unchanged: compared.unchanged,
        refused: compared
            .refused
            .iter()
            .map(|it| Refused {
                title: title(&it.place),
                reason: typed::refused(it, visit.words()),
            })
            .collect(),
        token: STANDARD.encode(text),
    }
}

/// What a difference is called in the form: its place, and what of it.
fn name(it: &offline::Difference) -> String {
    format!("{}:{}", it.place, it.aspect.name())
}

/// Lays over the sheet what was chosen of a file.
pub(super) async fn merge(
    visit: Visit,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (engine, actor, id) = (visit.engine(), visit.actor()?, assessment(&path)?);
    let open = sheets::open(engine, actor, id).await?;
    open.require_answering()?;
    let bytes = STANDARD.decode(form.get("token")).unwrap_or_default();
    let text = String::from_utf8(bytes).unwrap_or_default();
    let compared = offline::compare(&open, "file", &text)?;
    let chosen =
        |it: &offline::Difference| form.find(&format!("choice[{}]", name(it))) == Some("file");
    let edits = offline::edits(&compared, chosen);
    let count = edits.len().to_string();
    let request = SaveRequest { seen: open.sheet.revision, edits, key: None };
    sheets::save(engine, actor, id, &request, visit.now).await?;
    let to = format!("/assessments/{id}");
    Ok(visit.go_saying(&to, NoticeKind::Done, "file.merged", &[("count", &count)]))
}
