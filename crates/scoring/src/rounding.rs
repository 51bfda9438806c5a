//! Rounding, the same everywhere.

/// The rounding rule, as it stands in every scorecard.
pub const RULE: &str = "snap-1e-9-half-away-from-zero";

/// Snaps a score to nine decimals, half away from zero, before anything is compared with it.
///
/// So a value equal to a cut-off belongs to the higher band even where binary fractions would
/// say otherwise. A value of a million or more has no nine decimals to keep, and stays as it is.
pub fn snap(value: f64) -> f64 {
    if value.abs() >= 1e6 {
        return value;
    }
    let snapped = (value * 1e9).round() / 1e9;
    // Avoids a negative zero.
    snapped + 0.0
}

/// Rounds to a whole number, half up; scores are never negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "scores are small")]
pub fn whole(value: f64) -> u32 {
    (snap(value) + 0.5).floor().max(0.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_up() {
        assert_eq!(whole(127.083_333), 127);
        assert_eq!(whole(0.5), 1);
        assert_eq!(whole(80.499_999_999_9), 81);
        assert_eq!(whole(80.499_999), 80);
    }

    #[test]
    fn sums_that_miss_a_cut_off_by_a_bit_reach_it() {
        let (cut_off, below): (f64, f64) = (0.1 + 0.2, 0.3);
        assert!(below < cut_off, "binary fractions miss it");
        assert!(snap(below) >= snap(cut_off));
        assert!(snap(0.299_999_999) < snap(cut_off));
    }
}
