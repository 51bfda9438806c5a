//! Sends the letters of the outbox by e-mail.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::EngineError;
use engine::identity::{Message, letters};
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message as Email};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::task::JoinHandle;

use crate::site::Site;

/// How often the outbox is looked into.
const LOOK: Duration = Duration::from_secs(3);
/// How long a server may take for one letter.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a letter may take with all that is noted about it.
const SLOW: Duration = Duration::from_secs(60);
/// After so many tries, pauses grow no more.
const DOUBLED: u32 = 10;

/// The server that takes e-mail.
#[derive(Clone)]
pub struct Smtp {
    /// Its name.
    pub host: String,
    /// Its port; on 465 the connection begins with TLS.
    pub port: u16,
    /// Name and password, where it asks for them.
    pub sign_in: Option<(String, String)>,
    /// The address from which letters come.
    pub from: String,
    /// Whether letters may be sent without TLS.
    pub encryption: Encryption,
}

/// Whether letters may be sent without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Never.
    Required,
    /// Where the server offers none.
    Opportunistic,
    /// They always are.
    None,
}

/// Why e-mail cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("e-mail cannot be set up: {0}")]
pub struct BadSmtp(String);

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Smtp({}:{})", self.host, self.port)
    }
}

struct Post {
    site: Arc<Site>,
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Begins to send the letters of the outbox. The task ends when it is aborted; a letter that
/// was being sent then is tried again by whoever comes next.
pub fn send_letters(site: Arc<Site>, smtp: &Smtp) -> Result<JoinHandle<()>, BadSmtp> {
    let bad = |error: &dyn std::fmt::Display| BadSmtp(error.to_string());
    let address: Address = smtp.from.parse().map_err(|it| bad(&it))?;
    let from = Mailbox::new(Some(site.settings.name.clone()), address);
    let transport = transport(smtp).map_err(|it| bad(&it))?;
    let post = Post { site, transport, from };
    Ok(tokio::spawn(async move {
        loop {
            let why = match tokio::time::timeout(SLOW, post.send_next(Utc::now())).await {
                Ok(Ok(true)) => continue,
                Ok(Ok(false)) => {
                    tokio::time::sleep(LOOK).await;
                    continue;
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => "it took too long".to_owned(),
            };
            tracing::warn!(error = why, "cannot look into the outbox");
            tokio::time::sleep(10 * LOOK).await;
        }
    }))
}

fn transport(
    smtp: &Smtp,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, lettre::transport::smtp::Error> {
    let parameters = TlsParameters::new(smtp.host.clone())?;
    let tls = match (smtp.encryption, smtp.port) {
        (Encryption::None, _) => Tls::None,
        (_, 465) => Tls::Wrapper(parameters),
        (Encryption::Required, _) => Tls::Required(parameters),
        (Encryption::Opportunistic, _) => Tls::Opportunistic(parameters),
    };
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
        .port(smtp.port)
        .tls(tls)
        .timeout(Some(PATIENCE));
    Ok(match smtp.sign_in.clone() {
        Some((name, password)) => builder.credentials(Credentials::new(name, password)).build(),
        None => builder.build(),
    })
}

impl Post {
    /// Sends the letter that waits longest; whether there was one.
    async fn send_next(&self, now: DateTime<Utc>) -> Result<bool, EngineError> {
        let db = &self.site.engine.db;
        // Should this program end while it sends, another tries again after that.
        let until = now + TimeDelta::minutes(5);
        let Some(message) = letters::take(db, now, until).await? else { return Ok(false) };
        let sent = match self.email(&message) {
            Ok(email) => self.transport.send(email).await.map(|_| ()).map_err(|it| it.to_string()),
            Err(why) => Err(why),
        };
        let now = Utc::now();
        match sent {
            Ok(()) => letters::taken(db, message.id, None, now).await?,
            Err(why) => {
                tracing::warn!(message = %message.id, tries = message.tries + 1, "a letter was not sent");
                let again = now + pause(message.tries);
                letters::taken(db, message.id, Some((&why, again)), now).await?;
            }
        }
        Ok(true)
    }

    fn email(&self, message: &Message) -> Result<Email, String> {
        let to: Address = message.recipient.parse().map_err(|it| format!("{it}"))?;
        Email::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&message.subject)
            .message_id(Some(format!("<{}@{}>", message.id, self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            .body(message.body.clone())
            .map_err(|it| it.to_string())
    }
}

/// How long to wait after a letter was tried `tries` times before: a minute, and each time
/// double, up to some 17 hours.
fn pause(tries: u32) -> TimeDelta {
    TimeDelta::minutes(1 << tries.min(DOUBLED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit() {
        assert_eq!(pause(0), TimeDelta::minutes(1));
        assert_eq!(pause(3), TimeDelta::minutes(8));
        assert_eq!(pause(10), TimeDelta::minutes(1024));
        assert_eq!(pause(50), TimeDelta::minutes(1024));
    }
}
