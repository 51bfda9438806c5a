//! The stages as a graph: what can come after what.

use std::collections::BTreeMap;

use model::Programme;

/// Which stage leads to which, by their places in the programme.
#[derive(Debug)]
pub(crate) struct Graph<'a> {
    places: BTreeMap<&'a str, usize>,
    next: Vec<Vec<usize>>,
}

impl<'a> Graph<'a> {
    /// The stages of `programme` with the transitions that `counts` accepts by their places;
    /// those from or to a stage that does not exist are left out.
    pub(crate) fn new(programme: &'a Programme, counts: impl Fn(usize) -> bool) -> Self {
        let stages = programme.stages.iter().enumerate();
        let places: BTreeMap<&str, usize> = stages.map(|(i, it)| (it.id.as_str(), i)).collect();
        let mut next = vec![Vec::new(); programme.stages.len()];
        for (i, it) in programme.transitions.iter().enumerate() {
            let ends = (places.get(it.from.as_str()), places.get(it.to.as_str()));
            if let (Some(from), Some(to)) = ends
                && counts(i)
            {
                next[*from].push(*to);
            }
        }
        Self { places, next }
    }

    /// The place of the stage with this id.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The stages that come directly after the one at `place`.
    pub(crate) fn after(&self, place: usize) -> &[usize] {
        &self.next[place]
    }

    /// By place, whether an assessment that stands at one of `starts` can come there or stands
    /// there, when it never passes `without`.
    pub(crate) fn reached(&self, starts: &[usize], without: Option<usize>) -> Vec<bool> {
        let mut seen = vec![false; self.next.len()];
        let mut open: Vec<usize> = starts.to_vec();
        while let Some(place) = open.pop() {
            if Some(place) != without && !std::mem::replace(&mut seen[place], true) {
                open.extend(&self.next[place]);
            }
        }
        seen
    }

    /// Whether an assessment at the stage `later` can have been at `earlier` before.
    pub(crate) fn precedes(&self, earlier: usize, later: usize) -> bool {
        self.reached(self.after(earlier), None)[later]
    }

    /// Whether an assessment can come from the first stage to `later` without passing `stage`.
    pub(crate) fn can_pass_by(&self, stage: usize, later: usize) -> bool {
        stage != later && self.reached(&[0], Some(stage))[later]
    }
}
