//! One page of a list that goes on behind the last row shown.

/// Some rows of a list, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows<T, K> {
    /// The rows.
    pub rows: Vec<T>,
    /// The last row shown, when more come behind it: what the next page begins after.
    pub next: Option<K>,
}

impl<T, K> Rows<T, K> {
    /// Keeps `limit` of the `rows`, of which one more was asked for to see whether more come.
    pub(crate) fn cut(mut rows: Vec<T>, limit: u64, key: impl FnOnce(&T) -> K) -> Self {
        let more = rows.len() as u64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| more).map(key);
        Self { rows, next }
    }
}
