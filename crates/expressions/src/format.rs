//! Numbers as a language writes them.

/// `value` with so many decimals, as `language` writes it: `1.234,5` in Danish, `1,234.5`
/// in English; half away from zero.
pub fn number(value: f64, decimals: usize, language: &str) -> String {
    let (point, thousands) = if language == "da" { (',', '.') } else { ('.', ',') };
    let scale = power_of_ten(decimals);
    let rounded = ((value.abs() * scale + 1e-9).round() / scale).max(0.0);
    let plain = format!("{rounded:.decimals$}");
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut out = String::new();
    if value < 0.0 && plain.chars().any(|it| it.is_ascii_digit() && it != '0') {
        out.push('\u{2212}');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(thousands);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(point);
        out.push_str(fraction);
    }
    out
}

/// `value` without decimals that are zero, at most `most` of them.
pub fn short(value: f64, most: usize, language: &str) -> String {
    let full = number(value, most, language);
    let point = if language == "da" { ',' } else { '.' };
    match full.rsplit_once(point) {
        Some((whole, fraction)) if most > 0 => match fraction.trim_end_matches('0') {
            "" => whole.to_owned(),
            rest => format!("{whole}{point}{rest}"),
        },
        _ => full,
    }
}

/// Ten to the power of `exponent`, by multiplying: the same on every machine.
fn power_of_ten(exponent: usize) -> f64 {
    (0..exponent).fold(1.0, |product, _| product * 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(number(1_234_567.891, 2, "da"), "1.234.567,89");
        assert_eq!(number(1_234.5, 1, "en"), "1,234.5");
        assert_eq!(number(-0.04, 1, "en"), "0.0");
        assert_eq!(number(-12.25, 1, "da"), "\u{2212}12,3");
        assert_eq!(number(64.95, 1, "en"), "65.0");
        assert_eq!(short(2.50, 2, "da"), "2,5");
        assert_eq!(short(100.0, 1, "en"), "100");
    }
}
