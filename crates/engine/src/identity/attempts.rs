//! How often something may be tried, counted in the database for all copies of the program.
//!
//! A try counts when it begins, so that many at once do not get through together; a success
//! takes its own count back.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use store::{Attempt, Db, PersonId, Transaction};

use super::secret;
use crate::error::EngineError;

/// After so long without a try, nothing is held against anybody.
pub(super) const FORGOTTEN: TimeDelta = TimeDelta::hours(12);

/// The longest wait between two tries.
const LONGEST: TimeDelta = TimeDelta::minutes(15);

/// Something that may not be tried too often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    key: String,
    rule: Rule,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// So many are free; then each is followed by a wait: one second, and each time double.
    Growing { free: u32 },
    /// So many within the time.
    Window { most: u32, time: TimeDelta },
}

/// A password for an account, from an internet address.
pub fn password(email: &str, address: IpAddr) -> [Tried; 2] {
    let account = Tried::new("password", email, Rule::Growing { free: 5 });
    let place = Tried::new("password", &network(address), Rule::Growing { free: 20 });
    [account, place]
}

/// Asking for a link to sign in, for an e-mail address, from an internet address.
pub fn link(email: &str, address: IpAddr) -> [Tried; 2] {
    let hourly = |most| Rule::Window { most, time: TimeDelta::hours(1) };
    let account = Tried::new("link", email, hourly(5));
    let place = Tried::new("link", &network(address), hourly(20));
    [account, place]
}

/// Inviting colleagues, by a person.
pub(super) fn invitation(person: PersonId) -> [Tried; 1] {
    let daily = Rule::Window { most: 50, time: TimeDelta::days(1) };
    [Tried::new("invitation", &person.to_string(), daily)]
}

/// Counts a try, or refuses it where one has to wait for any of `tried`.
pub async fn begin(
    transaction: &Transaction,
    tried: &[Tried],
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let mut counted = Vec::with_capacity(tried.len());
    for it in tried {
        let before = store::attempts::lock(transaction, &it.key, now).await?;
        counted.push(it.rule.count(before, now)?);
    }
    for it in &counted {
        store::attempts::put(transaction, it).await?;
    }
    Ok(())
}

/// As [`begin`], and it counts whatever comes after.
pub(super) async fn begin_now(
    db: &Db,
    tried: &[Tried],
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    let transaction = db.begin().await?;
    begin(&transaction, tried, now).await?;
    Ok(transaction.commit().await?)
}

/// Forgets the tries for an account, and this one from the internet address.
pub(super) async fn succeeded(
    transaction: &Transaction,
    [account, place]: &[Tried; 2],
    now: DateTime<Utc>,
) -> Result<(), EngineError> {
    store::attempts::remove(transaction, &account.key).await?;
    let mut attempt = store::attempts::lock(transaction, &place.key, now).await?;
    attempt.count = attempt.count.saturating_sub(1);
    attempt.until = attempt.until.min(now);
    Ok(store::attempts::put(transaction, &attempt).await?)
}

impl Tried {
    fn new(what: &str, who: &str, rule: Rule) -> Self {
        Self { key: format!("{what}:{}", secret::hash(who)), rule }
    }
}

impl Rule {
    /// What is counted after one more try, unless it comes too early.
    fn count(self, mut before: Attempt, now: DateTime<Utc>) -> Result<Attempt, EngineError> {
        match self {
            Self::Growing { free } => {
                if before.count >= free && now < before.until {
                    return Err(wait(before.until - now));
                }
                if now - before.until >= FORGOTTEN {
                    (before.count, before.since) = (0, now);
                }
                before.count = before.count.saturating_add(1);
                let doubled = before.count.checked_sub(free).map(|it| 1_i64 << it.min(30));
                let pause = TimeDelta::seconds(doubled.unwrap_or_default()).min(LONGEST);
                before.until = now + pause;
            }
            Self::Window { most, time } => {
                if before.count == 0 || now >= before.until {
                    (before.count, before.since, before.until) = (0, now, now + time);
                }
                if before.count >= most {
                    return Err(wait(before.until - now));
                }
                before.count += 1;
            }
        }
        Ok(before)
    }
}

fn wait(time: TimeDelta) -> EngineError {
    let whole = time.num_milliseconds().max(0).unsigned_abs().div_ceil(1000);
    EngineError::RateLimited { retry_after: Duration::from_secs(whole.max(1)) }
}

/// Whoever has an address of version 6 has the 2⁶⁴ beside it too.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(it) => it.to_string(),
        IpAddr::V6(it) => {
            let [a, b, c, d, ..] = it.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_in_a_network_count_together() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff::2"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.2"), of("192.0.2.1"));
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let rule = Rule::Growing { free: 5 };
        let mut now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let mut attempt = Attempt { key: String::new(), count: 0, since: now, until: now };
        let mut waits = Vec::new();
        for _ in 0..20 {
            attempt = rule.count(attempt, now).unwrap();
            waits.push((attempt.until - now).num_seconds());
            now = attempt.until;
        }
        assert_eq!(waits[..8], [0, 0, 0, 0, 1, 2, 4, 8]);
        assert_eq!(waits[14..], [900; 6]);
        let after = rule.count(attempt, now + FORGOTTEN).unwrap();
        assert_eq!(after.count, 1);
    }
}
