//! Readiness ladders, on which every lower step must be met.

/// The highest step below which every step from 1 is ticked; 0 where step 1 is not.
///
/// The order of `ticked` does not matter, nor does a step that stands twice.
/// Source: the rule that all lower levels must be met, as for technology readiness levels.
pub fn ladder(ticked: &[u32]) -> u32 {
    let mut steps = ticked.to_vec();
    steps.sort_unstable();
    steps.into_iter().fold(0, |reached, step| if step == reached + 1 { step } else { reached })
}
