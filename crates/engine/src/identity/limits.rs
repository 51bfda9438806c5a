//! How long sessions and links last.

use chrono::TimeDelta;

/// How long sessions and links last; settings may say otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A session ends when it was not used for so long.
    pub idle: TimeDelta,
    /// A session ends after so long, however much it is used.
    pub absolute: TimeDelta,
    /// How often at most it is noted that a session or a token was used.
    pub seen_every: TimeDelta,
    /// How long a link to sign in can be used.
    pub sign_in_link: TimeDelta,
    /// How long an invitation can be used.
    pub invitation: TimeDelta,
    /// How long the link for the first administrator can be used.
    pub administrator_link: TimeDelta,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            idle: TimeDelta::hours(12),
            absolute: TimeDelta::days(30),
            seen_every: TimeDelta::minutes(5),
            sign_in_link: TimeDelta::minutes(20),
            invitation: TimeDelta::days(14),
            administrator_link: TimeDelta::days(1),
        }
    }
}
