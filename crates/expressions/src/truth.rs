//! Three-valued logic: true, false, or not yet known.

use model::Condition;

use crate::analysis::ParseError;
use crate::expression::Expression;

/// True, false, or not yet known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// Answers are missing.
    Unknown,
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

/// A compiled condition.
#[derive(Debug)]
pub enum Test {
    /// One expression.
    Expression(Expression),
    /// True when every part is true.
    All(Vec<Test>),
    /// True when at least one part is true.
    Any(Vec<Test>),
    /// True when the part is false.
    Not(Box<Test>),
}

impl Test {
    /// Compiles `condition`; of several errors the first is given, with its expression.
    pub fn parse(condition: &Condition) -> Result<Self, (String, ParseError)> {
        let parts =
            |parts: &[Condition]| parts.iter().map(Self::parse).collect::<Result<Vec<_>, _>>();
        Ok(match condition {
            Condition::Expression(source) => Self::Expression(
                Expression::parse(source).map_err(|error| (source.clone(), error))?,
            ),
            Condition::All { all } => Self::All(parts(all)?),
            Condition::Any { any } => Self::Any(parts(any)?),
            Condition::Not { not } => Self::Not(Box::new(Self::parse(not)?)),
        })
    }

    /// The expressions in the tree, in document order.
    pub fn expressions(&self) -> Vec<&Expression> {
        match self {
            Self::Expression(it) => vec![it],
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(Self::expressions).collect()
            }
            Self::Not(part) => part.expressions(),
        }
    }

    /// Whether it holds, where `decide` gives the truth of one expression (Kleene's logic).
    pub fn truth<E>(
        &self,
        decide: &mut dyn FnMut(&Expression) -> Result<Truth, E>,
    ) -> Result<Truth, E> {
        match self {
            Self::Expression(it) => decide(it),
            Self::All(parts) => join(parts, Truth::False, Truth::True, decide),
            Self::Any(parts) => join(parts, Truth::True, Truth::False, decide),
            Self::Not(part) => Ok(match part.truth(decide)? {
                Truth::True => Truth::False,
                Truth::False => Truth::True,
                Truth::Unknown => Truth::Unknown,
            }),
        }
    }
}

/// One `decisive` part decides; all others give `otherwise`; else it is not yet known.
fn join<E>(
    parts: &[Test],
    decisive: Truth,
    otherwise: Truth,
    decide: &mut dyn FnMut(&Expression) -> Result<Truth, E>,
) -> Result<Truth, E> {
    let mut result = otherwise;
    for part in parts {
        match part.truth(decide)? {
            it if it == decisive => return Ok(decisive),
            Truth::Unknown => result = Truth::Unknown,
            _ => {}
        }
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decides the words `t`, `f` and `u`.
    fn truth(condition: &str) -> Truth {
        let condition: Condition = serde_json::from_str(condition).unwrap();
        let test = Test::parse(&condition).unwrap();
        test.truth::<()>(&mut |it| {
            Ok(match it.source() {
                "t" => Truth::True,
                "f" => Truth::False,
                _ => Truth::Unknown,
            })
        })
        .unwrap()
    }

    #[test]
    fn known_parts_decide_where_they_can() {
        assert_eq!(truth(r#"{"all": ["t", "u"]}"#), Truth::Unknown);
        assert_eq!(truth(r#"{"all": ["u", "f"]}"#), Truth::False);
        assert_eq!(truth(r#"{"any": ["u", "t"]}"#), Truth::True);
        assert_eq!(truth(r#"{"any": ["u", "f"]}"#), Truth::Unknown);
        assert_eq!(truth(r#"{"not": "u"}"#), Truth::Unknown);
        assert_eq!(truth(r#"{"not": {"any": ["f", "f"]}}"#), Truth::True);
    }
}
