//! Pages: a struct, and the template that it names.

use serde::Serialize;

use crate::language::{Language, Words};
use crate::visit::Visit;

/// What a template shows.
pub trait Page: Serialize {
    /// The template: `company/home.html`.
    const TEMPLATE: &'static str;

    /// The entry of the menu under which the page lies.
    const MENU: &'static str = "";

    /// What the page is called.
    fn title(&self, words: &Words) -> String;

    /// Where one comes from, as a link above the page.
    fn back(&self, words: &Words) -> Option<Link> {
        _ = words;
        None
    }
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub title: String,
}

impl Link {
    /// A link to `href` that says `title`.
    pub fn new(href: impl Into<String>, title: impl Into<String>) -> Self {
        Self { href: href.into(), title: title.into() }
    }
}

/// What the next page says about what was just done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Whether it went well.
    pub kind: NoticeKind,
    /// What it says.
    pub text: String,
}

/// Whether it went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeKind {
    /// It is done.
    Done,
    /// Something was not done.
    Problem,
}

/// What every page has, as `page` in its template.
#[derive(Debug, Serialize)]
pub(crate) struct Frame<'a> {
    title: String,
    language: Language,
    path: &'a str,
    csrf: String,
    signed_in: bool,
    person: Option<Reader<'a>>,
    menu: Vec<Item>,
    notice: Option<&'a Notice>,
    languages: [Choice; 2],
    back: Option<Link>,
    signs_in_to: &'a str,
    demo: bool,
}

#[derive(Debug, Serialize)]
struct Reader<'a> {
    id: String,
    name: &'a str,
    email: &'a str,
}

#[derive(Debug, Serialize)]
struct Item {
    key: &'static str,
    href: &'static str,
    current: bool,
}

#[derive(Debug, Serialize)]
struct Choice {
    code: &'static str,
    title: &'static str,
    current: bool,
}

impl<'a> Frame<'a> {
    pub(crate) fn new<P: Page>(page: &P, visit: &'a Visit, csrf: String) -> Self {
        let words = visit.words();
        let person = visit.who().map(|it| &it.actor.person);
        Self {
            title: page.title(words),
            language: visit.language,
            path: &visit.path,
            csrf,
            signed_in: person.is_some(),
            person: person.map(|it| Reader {
                id: it.id.to_string(),
                name: &it.name,
                email: &it.email,
            }),
            menu: menu(visit, P::MENU),
            notice: visit.notice.as_ref(),
            languages: Language::ALL.map(|it| Choice {
                code: it.code(),
                title: it.title(),
                current: it == visit.language,
            }),
            back: page.back(words),
            signs_in_to: &visit.site.settings.name,
            demo: visit.site.settings.demo,
        }
    }
}

/// The entries that lead somewhere for who has signed in.
fn menu(visit: &Visit, current: &str) -> Vec<Item> {
    let Some(who) = visit.who() else { return Vec::new() };
    let actor = &who.actor;
    let company = !actor.companies().is_empty();
    let (secretariat, administrator) = (actor.is_secretariat(), actor.is_administrator());
    let all = [
        ("home", "/", true),
        ("evidence", "/evidence", company),
        ("rounds", "/rounds", secretariat),
        ("people", "/admin/people", administrator),
        ("organisations", "/admin/organisations", administrator),
        ("audit", "/admin/audit", administrator || secretariat),
        ("outbox", "/admin/outbox", administrator),
        ("profile", "/profile", true),
    ];
    all.into_iter()
        .filter(|(_, _, there)| *there)
        .map(|(key, href, _)| Item { key, href, current: key == current })
        .collect()
}
