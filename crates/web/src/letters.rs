//! Letters: plain text from a template whose first line is the subject.

use engine::identity::{Letter, Person, Secret};
use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use crate::language::Language;
use crate::site::Site;

/// The letter with a link to sign in.
pub(crate) fn sign_in(site: &Site, person: &Person, secret: &Secret) -> Letter {
    let language = Language::parse(&person.language).unwrap_or(site.settings.language);
    let link = link(site, secret);
    let minutes = site.engine.identity.sign_in_link.num_minutes();
    write(site, language, "sign-in", &person.email, context! { link, minutes })
}

/// What a letter of invitation says.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Invitation {
    /// The address it goes to.
    pub(crate) email: String,
    /// What the organisation is called that is invited.
    pub(crate) organisation: String,
    /// Who invites: an organisation or a person.
    pub(crate) from: String,
    /// To what: the title of the round, where it leads to one.
    pub(crate) round: Option<String>,
    /// The last day, as year-month-day.
    pub(crate) closes_on: Option<String>,
    /// Whether that day is over.
    pub(crate) late: bool,
    /// What the secretariat says besides.
    pub(crate) words: Option<String>,
}

/// The letter that invites somebody into an organisation.
pub(crate) fn invitation(
    site: &Site,
    language: Language,
    it: &Invitation,
    secret: &Secret,
) -> Letter {
    let days = site.engine.identity.invitation.num_days();
    let context = context! {
        link => link(site, secret), days, ..Value::from(Serde(it)),
    };
    write(site, language, "invitation", &it.email, context)
}

/// What a letter about an assessment says.
#[derive(Clone, Debug)]
pub(crate) struct Concern<'a> {
    /// Whom it goes to.
    pub(crate) person: &'a Person,
    /// What is assessed.
    pub(crate) subject: &'a str,
    /// The title of the round.
    pub(crate) round: &'a str,
    /// The organisation that runs the round.
    pub(crate) from: &'a str,
    /// The last day, as year-month-day.
    pub(crate) closes_on: &'a str,
    /// Whether that day is over.
    pub(crate) late: bool,
    /// The address of the assessment, without the host.
    pub(crate) path: &'a str,
    /// What the secretariat says besides.
    pub(crate) words: Option<&'a str>,
}

impl Concern<'_> {
    fn write(&self, site: &Site, letter: &str) -> Letter {
        let language = Language::parse(&self.person.language).unwrap_or(site.settings.language);
        let context = context! {
            name => self.person.name.as_str(), subject => self.subject, round => self.round,
            from => self.from, closes_on => self.closes_on, late => self.late, words => self.words,
            link => site.settings.address(self.path),
        };
        write(site, language, letter, &self.person.email, context)
    }
}

/// The letter that reminds somebody of an assessment.
pub(crate) fn reminder(site: &Site, it: &Concern<'_>) -> Letter {
    it.write(site, "reminder")
}

/// The letter that reminds somebody who was invited and has not come yet; the secret lets them in.
pub(crate) fn reminder_of_invitation(
    site: &Site,
    language: Language,
    it: &Invitation,
    secret: Option<&Secret>,
) -> Letter {
    let link = secret.map_or_else(|| site.settings.address("/"), |it| link(site, it));
    let context = context! {
        name => "", subject => &it.organisation, round => &it.round, from => &it.from,
        closes_on => &it.closes_on, late => it.late, words => &it.words, link,
    };
    write(site, language, "reminder", &it.email, context)
}

/// The letter that says that answers came back with remarks.
pub(crate) fn returned(site: &Site, it: &Concern<'_>) -> Letter {
    it.write(site, "returned")
}

/// The address at which a secret lets somebody in.
pub(crate) fn link(site: &Site, secret: &Secret) -> String {
    site.settings.address(&format!("/links/{}", secret.reveal()))
}

fn write(site: &Site, language: Language, letter: &str, to: &str, context: Value) -> Letter {
    let name = format!("letters/{letter}.{}.txt", language.code());
    let context = context! { site => site.settings.name.as_str(), ..context };
    let text = site.templates.draw(language, &name, context).unwrap_or_else(|error| {
        // The templates are tested with all that they are given; without words a letter would
        // still not be sent empty.
        tracing::error!(letter, error = format!("{error:#}"), "cannot write a letter");
        site.settings.name.clone()
    });
    let (subject, body) = text.split_once('\n').unwrap_or((&text, ""));
    Letter {
        recipient: to.to_owned(),
        subject: subject.trim().to_owned(),
        body: format!("{}\n", body.trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::Templates;

    #[test]
    fn every_letter_is_written_in_both_languages() {
        let templates = Templates::new();
        for language in Language::ALL {
            for letter in ["sign-in", "invitation", "reminder", "returned"] {
                for (some, late) in [(None, false), (Some("Efterår <2026>"), true)] {
                    let context = context! {
                        site => "Klynge & Co", link => "https://a.example/links/x", minutes => 20,
                        days => 14, organisation => "Eksempel A/S", from => "Klynge", round => some,
                        closes_on => "2026-11-30", late, words => some, name => "", subject => "Eksempel A/S",
                    };
                    let name = format!("letters/{letter}.{}.txt", language.code());
                    let text = templates.draw(language, &name, context).unwrap();
                    let (subject, body) = text.split_once('\n').unwrap();
                    assert!(!subject.is_empty() && !subject.contains("  "), "{name}: {subject}");
                    assert!(
                        body.lines().any(|it| it == "https://a.example/links/x"),
                        "{name}:\n{body}"
                    );
                    assert!(!text.contains("&lt;") && !text.contains("\n\n\n"), "{name}:\n{text}");
                }
            }
        }
    }
}
