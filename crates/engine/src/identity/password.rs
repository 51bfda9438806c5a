//! Passwords: kept as Argon2id hashes, with the parameters that OWASP recommends.

use std::sync::LazyLock;

use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use tokio::sync::Semaphore;

use crate::error::EngineError;

/// How many characters a password has at least, and at most.
pub const LENGTH: std::ops::RangeInclusive<usize> = 12..=200;

/// Each password being worked on needs 19 MiB, so only a few are at a time.
static WORKERS: LazyLock<Semaphore> = LazyLock::new(|| {
    Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get))
});

/// The hash of a password that nobody has.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("", &[7; 16]).unwrap_or_default());

/// Refuses a password that is too short, too long, or the address itself.
pub fn check(password: &str, email: &str) -> Result<(), EngineError> {
    let bad = |code, message: String| Err(EngineError::invalid("password", code, message));
    let length = password.chars().count();
    if length < *LENGTH.start() {
        return bad("too-short", format!("use at least {} characters", LENGTH.start()));
    }
    if length > *LENGTH.end() {
        return bad("too-long", format!("use at most {} characters", LENGTH.end()));
    }
    if password.trim().to_lowercase() == email {
        return bad("is-email", "do not use your e-mail address".to_owned());
    }
    Ok(())
}

/// The hash of a password, to be kept.
pub(super) async fn hash(password: String) -> Result<String, EngineError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|it| failed(&it))?;
    work(move || hash_now(&password, &salt)).await
}

/// Whether this is the password that `hash` was made from. Where there is no hash, finding
/// that out takes as long.
pub(super) async fn verify(password: String, hash: Option<String>) -> Result<bool, EngineError> {
    work(move || {
        // Made at the first use, whoever comes first.
        let nobody = NOBODY.as_str();
        let kept = hash.as_deref().unwrap_or(nobody);
        let kept = PasswordHash::new(kept).map_err(|it| EngineError::Stored {
            what: "password".to_owned(),
            reason: it.to_string(),
        })?;
        let right = argon2()?.verify_password(password.as_bytes(), &kept).is_ok();
        Ok(right && hash.is_some())
    })
    .await
}

async fn work<T: Send + 'static>(
    what: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    let _permit = WORKERS.acquire().await.map_err(|it| failed(&it))?;
    tokio::task::spawn_blocking(what).await.map_err(|it| failed(&it))?
}

fn hash_now(password: &str, salt: &[u8]) -> Result<String, EngineError> {
    let hash = argon2()?.hash_password_with_salt(password.as_bytes(), salt);
    hash.map(|it| it.to_string()).map_err(|it| failed(&it))
}

fn argon2() -> Result<Argon2<'static>, EngineError> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|it| failed(&it))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn failed(error: &impl std::fmt::Display) -> EngineError {
    let source = std::io::Error::other(error.to_string());
    EngineError::Io { doing: "work on a password", source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_is_right() {
        let kept = hash("correct horse battery".to_owned()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(hash("correct horse battery".to_owned()).await.unwrap(), kept);
        let is = async |text: &str| verify(text.to_owned(), Some(kept.clone())).await.unwrap();
        assert!(is("correct horse battery").await);
        assert!(!is("correct horse batterz").await && !is("").await);
        assert!(!verify(String::new(), None).await.unwrap());
    }

    #[test]
    fn weak_passwords_are_refused() {
        assert!(check("twelve chars", "a@example.com").is_ok());
        assert!(check("eleven char", "a@example.com").is_err());
        assert!(check(&"æ".repeat(200), "a@example.com").is_ok());
        assert!(check(&"æ".repeat(201), "a@example.com").is_err());
        assert!(check("Anna@example.com", "anna@example.com").is_err());
    }
}
