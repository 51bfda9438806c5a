//! Ids of stored things: version 7 UUIDs, so that later ones sort after earlier ones.

/// Makes a type that names one stored thing.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub(crate) uuid::Uuid);

        impl $name {
            /// A new id, made at `at`.
            pub fn new(at: chrono::DateTime<chrono::Utc>) -> Self {
                Self(crate::id::at(at))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    };
}
pub(crate) use id;

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use uuid::{NoContext, Timestamp, Uuid};

/// A new id, made at `at`. Of two made by this process in the same millisecond, the later one
/// sorts after the earlier one.
#[expect(clippy::cast_possible_truncation, reason = "the low bits are as random as the others")]
pub(crate) fn at(at: DateTime<Utc>) -> Uuid {
    static COUNT: LazyLock<AtomicU32> = LazyLock::new(|| {
        AtomicU32::new(Uuid::new_v7(Timestamp::from_unix(NoContext, 0, 0)).as_u128() as u32 >> 1)
    });
    let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
    let time = Timestamp::from_unix(NoContext, seconds, at.timestamp_subsec_nanos());
    let random = Uuid::new_v7(time).as_u128();
    let count = u128::from(COUNT.fetch_add(1, Ordering::Relaxed));
    // Its 32 bits take the place of random ones: 12 before the variant and 20 behind it.
    let (high, low) = (count >> 20, count & 0xf_ffff);
    let kept = random & !(0xfff << 64) & !(0xf_ffff << 42);
    Uuid::from_u128(kept | high << 64 | low << 42)
}
