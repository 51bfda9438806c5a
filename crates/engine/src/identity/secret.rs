//! Secrets: what only the one who was told knows.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::EngineError;

/// Before the secret of a token, so that people and scanners of files see what it is.
const TOKEN: &str = "assay_";

/// 256 bits of chance, as letters that can stand in an address. It does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    pub fn new() -> Result<Self, EngineError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|it| EngineError::Io {
            doing: "make a secret",
            source: std::io::Error::other(it.to_string()),
        })?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// A new one for a token.
    pub(crate) fn new_token() -> Result<Self, EngineError> {
        Ok(Self(format!("{TOKEN}{}", Self::new()?.0)))
    }

    /// What somebody says is a secret, if it can be one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// What somebody says is the secret of a token, if it can be one.
    pub(crate) fn parse_token(text: &str) -> Option<Self> {
        Self::parse(text.strip_prefix(TOKEN)?)?;
        Some(Self(text.to_owned()))
    }

    /// What is kept of it.
    pub fn hash(&self) -> String {
        hash(&self.0)
    }

    /// The secret itself: to be told once, and never written down.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Whether two secrets are the same; how long that takes does not tell where they differ.
pub fn same(one: &str, other: &str) -> bool {
    hash(one) == hash(other)
}

/// SHA-256 in letters.
pub(super) fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_back_and_does_not_show_itself() {
        let secret = Secret::new().unwrap();
        assert_eq!(secret.reveal().len(), 43);
        assert_eq!(Secret::parse(secret.reveal()), Some(secret.clone()));
        assert_ne!(Secret::new().unwrap(), secret);
        assert!(!format!("{secret:?}").contains(secret.reveal()));
        assert!(!secret.hash().contains(secret.reveal()));
    }

    #[test]
    fn what_cannot_be_a_secret_is_not_looked_for() {
        let token = Secret::new_token().unwrap();
        assert!(token.reveal().starts_with("assay_"));
        assert_eq!(Secret::parse_token(token.reveal()), Some(token.clone()));
        for text in ["", "x", "assay_", token.reveal(), &"a".repeat(44), "' OR 1=1 --"] {
            assert_eq!(Secret::parse(text), None, "{text}");
        }
        assert_eq!(Secret::parse_token(Secret::new().unwrap().reveal()), None);
    }

    #[test]
    fn secrets_are_compared_whole() {
        assert!(same("abc", "abc"));
        assert!(!same("abc", "abd") && !same("abc", "ab") && !same("", "a"));
    }
}
