//! How much of something each person has under way, and no more than that.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use engine::PersonId;

/// Counts, for each person, what they have under way.
#[derive(Debug)]
pub(crate) struct UnderWay {
    most: usize,
    counts: Arc<Mutex<BTreeMap<PersonId, usize>>>,
}

/// That a person has one more under way, until it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    counts: Arc<Mutex<BTreeMap<PersonId, usize>>>,
    person: PersonId,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.person);
            }
        }
    }
}

impl UnderWay {
    /// Lets each person have at most `most` under way.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, counts: Arc::default() }
    }

    /// One more for `person`; nothing where they have as many as they may.
    pub(crate) fn begin(&self, person: PersonId) -> Option<Held> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.get(&person).copied().unwrap_or_default();
        if count >= self.most {
            return None;
        }
        counts.insert(person, count + 1);
        Some(Held { counts: Arc::clone(&self.counts), person })
    }
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;

    #[test]
    fn each_person_has_a_bound_of_their_own() {
        let (all, now) = (UnderWay::new(2), Utc::now());
        let (one, other) = (PersonId::new(now), PersonId::new(now));
        let first = all.begin(one).unwrap();
        let _second = all.begin(one).unwrap();
        assert!(all.begin(one).is_none());
        assert!(all.begin(other).is_some());
        drop(first);
        assert!(all.begin(one).is_some());
    }
}
