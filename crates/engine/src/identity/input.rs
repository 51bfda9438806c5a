//! What people type about themselves, checked.

use crate::error::EngineError;

/// An e-mail address as it is kept: without spaces around it, in lower case.
pub fn email(text: &str) -> Result<String, EngineError> {
    let email = text.trim().to_lowercase();
    let good = email.len() <= 254
        && email.rsplit_once('@').is_some_and(|(name, domain)| {
            !name.is_empty()
                && name.len() <= 64
                && !name.contains(['@', '"'])
                && !domain.is_empty()
                && !domain.starts_with(['.', '-'])
                && !domain.ends_with(['.', '-'])
                && !domain.contains("..")
        })
        && !email.contains(|it: char| {
            it.is_whitespace()
                || it.is_control()
                || matches!(it, '<' | '>' | ',' | ';' | ':' | '\\')
        });
    if good {
        Ok(email)
    } else {
        let message = "this is no e-mail address; write it like name@example.com";
        Err(EngineError::invalid("email", "email", message))
    }
}

/// What somebody or something is called: one line, 1 to 200 characters.
pub(super) fn name(text: &str) -> Result<String, EngineError> {
    let name = text.trim();
    let bad = |code, message| Err(EngineError::invalid("name", code, message));
    if name.is_empty() {
        return bad("required", "write a name");
    }
    if name.chars().count() > 200 {
        return bad("too-long", "write at most 200 characters");
    }
    if name.contains(char::is_control) {
        return bad("control-character", "write the name in one line");
    }
    Ok(name.to_owned())
}

/// A language, as its tag: `da`, `en-GB`.
pub(super) fn language(text: &str) -> Result<String, EngineError> {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let good = (2..=3).contains(&first.len())
        && first.bytes().all(|it| it.is_ascii_lowercase())
        && parts.all(|it| {
            (2..=8).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_alphanumeric())
        })
        && text.len() <= 35;
    if good {
        Ok(text.to_owned())
    } else {
        Err(EngineError::invalid("language", "language", "write the language like `da` or `en`"))
    }
}

/// One line of at most `most` characters: what is not meant to be seen is left out.
pub(super) fn line(text: &str, most: usize) -> String {
    let line: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    line.trim().chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_in_lower_case() {
        assert_eq!(email(" Anna@Example.COM ").unwrap(), "anna@example.com");
        assert_eq!(email("a+b@æble.example").unwrap(), "a+b@æble.example");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "a",
            "@",
            "a@",
            "@b",
            "a b@c.dk",
            "a@b@c",
            "a@b\r\nBcc: c@d.dk",
            "a@.dk",
            "a@b..dk",
            "a,b@c.dk",
            "<a@b.dk>",
            &format!("{}@b.dk", "a".repeat(65)),
        ] {
            assert!(email(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn names_and_languages_are_checked() {
        assert_eq!(name("  Æ Ø ").unwrap(), "Æ Ø");
        assert!(name(" ").is_err() && name("a\nb").is_err() && name(&"a".repeat(201)).is_err());
        assert!(language("da").is_ok() && language("en-GB").is_ok());
        for text in ["", "d", "DA", "da-", "da/../", "danish"] {
            assert!(language(text).is_err(), "{text}");
        }
    }
}
