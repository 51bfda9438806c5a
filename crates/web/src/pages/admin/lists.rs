//! What the lists of administrators have in common.

use std::fmt::Display;

/// How many lines a list shows.
pub(super) const LINES: u64 = 50;

/// How many lines are looked through at most for those that fit.
pub(super) const LOOKED_THROUGH: usize = 2000;

/// The address of a list with these values of its form, leaving out what is empty.
pub(super) fn address(path: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let mut any = false;
    for (name, value) in values {
        let value = value.to_string();
        if !value.is_empty() {
            query.append_pair(name, &value);
            any = true;
        }
    }
    if any { format!("{path}?{}", query.finish()) } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_what_was_looked_for() {
        assert_eq!(address("/a", &[("text", &"x y&z"), ("kind", &"")]), "/a?text=x+y%26z");
        assert_eq!(address("/a", &[("text", &"")]), "/a");
    }
}
