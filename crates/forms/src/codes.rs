//! The codes of findings: one table, from which the documentation is made.

use std::fmt::Write as _;

use model::{Finding, Place, Severity};

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The stable name.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What it means, why it matters and what to do.
    pub explanation: &'static str,
    /// What brings it about.
    pub example: &'static str,
}

impl Code {
    /// A finding of this kind.
    pub fn finding(&self, place: Place, message: impl Into<String>) -> Finding {
        Finding {
            code: self.name.to_owned(),
            severity: self.severity,
            place,
            message: message.into(),
            suggestion: None,
        }
    }
}

macro_rules! codes {
    ($($constant:ident = $name:literal, $severity:ident, $explanation:literal, $example:literal;)*) => {
        $(
            #[doc = $name]
            pub const $constant: Code = Code {
                name: $name,
                severity: Severity::$severity,
                explanation: $explanation,
                example: $example,
            };
        )*

        /// Every code, by theme.
        pub const ALL: &[Code] = &[$($constant),*];
    };
}

codes! {
    INVALID_JSON = "invalid-json", Error,
        "The file is not JSON. The place is where reading stopped, which is often just behind the mistake: look for a missing comma or quotation mark.",
        r#"{"title": "A" "type": "object"}"#;
    DUPLICATE_KEY = "duplicate-key", Error,
        "A key stands twice in one object. Most programs would keep one of the two in silence; remove one.",
        r#"{"title": "A", "title": "B"}"#;
    NESTED_TOO_DEEPLY = "nested-too-deeply", Error,
        "Values are nested more than 127 deep, which no form or response needs.",
        "[[[[…]]]]";
    TOO_LARGE = "too-large", Error,
        "The file, an answer or the resolved form is larger than what is read. Forms may have 4 MiB, responses 8 MiB, a text 100,000 characters, a table 1,000 rows.",
        "a response of 50 MB";
    WRONG_SHAPE = "wrong-shape", Error,
        "A value has the wrong type or an impossible value for its keyword or place, or does not go together with what stands beside it.",
        r#""weight": "heavy""#;
    NO_SUCH_FILE = "no-such-file", Error,
        "A file, or a part of it, that is referred to does not exist.",
        r#""$ref": "../shared/scales/generc.json""#;
    REMOTE_REF = "remote-ref", Error,
        "A `$ref` leads to the network. Nothing is ever fetched; copy the part into `forms/shared/`.",
        r#""$ref": "https://example.org/scale.json""#;
    REF_OUTSIDE = "ref-outside", Error,
        "A `$ref` leaves the folder of the forms.",
        r#""$ref": "../../../secrets.json""#;
    REF_CYCLE = "ref-cycle", Error,
        "A `$ref` leads back to itself, so it can never be resolved.",
        r#"a.json: {"$ref": "b.json"}, b.json: {"$ref": "a.json"}"#;
    BAD_PATTERN = "bad-pattern", Error,
        "A regular expression cannot be used: it is misspelt, needs look-around or back-references, or would become too large. Patterns run in linear time, so these are not available.",
        r#""pattern": "(?=a)b""#;
    UNKNOWN_FORMAT = "unknown-format", Error,
        "JSON Schema knows no such `format`.",
        r#""format": "dato""#;
    BAD_SCHEMA = "bad-schema", Error,
        "The document is not a JSON Schema (2020-12) of an object.",
        r#"{"type": "objekt"}"#;
    UNKNOWN_KEYWORD = "unknown-keyword", Error,
        "A keyword that begins with `x-`, a key inside one, or a key of a response is not known, or has no effect where it stands. It would be ignored in silence.",
        r#""x-criterion": {"weigth": 2}"#;
    UNUSUAL_KEYWORD = "unusual-keyword", Warning,
        "JSON Schema has no such keyword, so it has no effect.",
        r#""titel": "Policy""#;
    MISSING_KEYWORD = "missing-keyword", Error,
        "Something that must be given is not there.",
        r#""x-criterion": {"weight": 2} without `dimension`"#;
    BAD_NAME = "bad-name", Error,
        "Names of steps, questions and columns, and ids of a programme's stages, begin with a lower-case letter, contain only a-z, 0-9 and _, and are no word of the expression language or of results (row, facts, score, indicators).",
        r#""in": {"title": "Input"}"#;
    NO_TITLE = "no-title", Error,
        "A step, question, column or option of a form has no title; a reader would see its name.",
        r#""price": {"type": "number"}"#;
    NO_DESCRIPTOR = "no-descriptor", Error,
        "A level has no description, so two people would understand it differently.",
        r#"{"const": 2, "title": "Partly"}"#;
    NOT_ASKABLE = "not-askable", Note,
        "This can be checked in an answer, but a page cannot ask it. The answer can be given in a file or over the API.",
        r#""prefixItems": […]"#;
    RUBRIC = "rubric", Error,
        "A criterion must have exactly one rubric, and it must fit the kind of question.",
        r#""x-criterion": {"levels": 4, "count": [0, 1, 2]}"#;
    RUBRIC_GAP = "rubric-gap", Error,
        "An option has no points, or points are given for an option that does not exist, or the levels do not run from 0 to the top.",
        r#""levels": 4 on a question with the options 0, 1, 2, 3, 4, 5"#;
    BAD_CURVE = "bad-curve", Error,
        "The values of a curve or of cut-offs must rise from one to the next, and points must lie between 0 and 100.",
        r#""curve": [[50, 0], [20, 100]]"#;
    SATURATED = "saturated", Warning,
        "Points saturate: several options, steps or counts earn the same, so the better one changes nothing.",
        r#""count": [0, 4, 4, 4] for three options"#;
    UNKNOWN_DIMENSION = "unknown-dimension", Error,
        "A dimension is named that the form does not have.",
        r#""dimension": "framewrok""#;
    EMPTY_DIMENSION = "empty-dimension", Error,
        "No criterion counts in this dimension, so its weight would be lost.",
        "a dimension `team` and no criterion in it";
    WEIGHTS = "weights", Error,
        "Weights of dimensions must be given and add up to 100 when the total is made by dimension, and must be absent when it is pooled. In a programme, the weights of forms add up to 100 and name every form of the programme that has a place in a profile, and no other.",
        r#""weight": 25, "weight": 70"#;
    IDLE_WEIGHT = "idle-weight", Warning,
        "A weight cannot change any outcome: the only criterion of a dimension weighs the same whatever its weight is.",
        "one criterion in a dimension, with weight 3";
    DUPLICATE_ID = "duplicate-id", Error,
        "Two things of one kind have the same id, or a question has the same option twice.",
        "two gates `no-agreement`";
    UNKNOWN_ID = "unknown-id", Error,
        "An id is named that the form does not have: a band, a table, a column, an indicator, an offer, a source or a fact.",
        r#""effect": {"cap-band": "solidd"}"#;
    BANDS = "bands", Error,
        "Bands must begin at 0, rise, and lie within the scale; otherwise they overlap or leave a gap.",
        r#"bands from 10 and 40"#;
    UNREACHABLE_BAND = "unreachable-band", Warning,
        "No answers can lead to this band.",
        "a band from 90 where no option earns more than 80";
    EXPRESSION = "expression", Error,
        "An expression cannot be read, or uses something that is not part of the expression language.",
        r#""when": "a.b = 3""#;
    UNKNOWN_NAME = "unknown-name", Error,
        "An expression names a question, column, fact or option that the form does not have, or `required` names a property that is not there. In a programme: a condition names something that its stages do not ask or work out.",
        r#""when": "framework.agrement == 'x'""#;
    CYCLE = "cycle", Error,
        "A question's visibility or value depends on itself.",
        "`a` is shown when `b` is answered, and `b` when `a` is";
    IDLE_GATE = "idle-gate", Warning,
        "The gate can never fire: no answers make its condition true. In a programme: the gate holds nobody back, because its condition always holds.",
        r#""when": "basis.scope == 'a' and basis.scope == 'b'""#;
    CONSTANT_GATE = "constant-gate", Warning,
        "The gate always fires: every possible answer makes its condition true. In a programme: the gate lets nobody through, because its condition never holds.",
        r#""when": "basis.level >= 0""#;
    IDLE_CAP = "idle-cap", Warning,
        "The cap cannot lower anything: it names the top band, or 100 points.",
        r#""effect": {"cap-band": "<the top band>"}"#;
    NEVER_ASKED = "never-asked", Warning,
        "No answers make this question or step visible.",
        r#""x-visible": "basis.scope == 'a' and basis.scope == 'b'""#;
    NOT_PROVEN = "not-proven", Note,
        "Whether this can be reached was not decided: more than 10,000 combinations of answers, or answers that are no options, are involved.",
        "a gate that compares a number";
    BRANCH_MAXIMUM = "branch-maximum", Note,
        "What can be earned differs between branches. That is handled (hidden questions count on neither side); it is said so that weights are chosen knowingly.",
        "a dimension of which half is only asked of companies";
    EVIDENCE_RULE = "evidence-rule", Error,
        "The evidence asked for per level does not fit: the rubric gives no such level, or a higher level asks for less.",
        r#""evidence": {"3": "E3", "4": "E2"}"#;
    MISSING_TRANSLATION = "missing-translation", Error,
        "A text has no counterpart in a language the form is translated to.",
        r#"form.da.json without "framework.agreement""#;
    STALE_TRANSLATION = "stale-translation", Warning,
        "A translation names a place that the form does not have (any more).",
        r#""framework.agrement": "…""#;
    SAME_TRANSLATION = "same-translation", Note,
        "A longer text is the same in both languages. Perhaps it was forgotten.",
        r#""basis": "What is assessed""#;
    CASE_INVALID = "case-invalid", Error,
        "A case cannot be read or its answers do not fit the form.",
        "a case that answers a question the form does not have";
    CASE_DIFFERS = "case-differs", Error,
        "A case does not score what its author worked out by hand. Either the form or the expectation is wrong.",
        r#"expected total 65.0, scored 62.5"#;
    NO_CASES = "no-cases", Warning,
        "A scored form has no cases, so nothing shows that it scores what is meant.",
        "a form without a folder `cases`";
    UNREACHED = "unreached", Note,
        "No case of the form reaches these criteria, levels (`step.question[level]`), gates or bands, so nothing shows that they do what is meant. Write a case that does.",
        "no case claims level 3 of `framework.data_sharing`";
    PUBLISHED_CHANGED = "published-changed", Error,
        "The draft differs from the published document of the same version. A published form never changes; raise the version.",
        "version 1.0.0 is published, and form.json has another weight";
    WRONG_FORM = "wrong-form", Error,
        "The response answers another form, or another version of it.",
        r#""form": {"id": "proof-of-value", "version": "1.0.0"} given to another form"#;
    BAD_DATE = "bad-date", Error,
        "A date is not a day of the calendar, written as year-month-day.",
        r#""date": "2026-02-30""#;
    UNKNOWN_QUESTION = "unknown-question", Error,
        "The form has no such step, question, column or row.",
        r#""answers": {"framework": {"agrement": []}}"#;
    BAD_ANSWER = "bad-answer", Error,
        "The answer does not fit the question.",
        "a level of 7 on a scale from 0 to 4";
    HIDDEN_ANSWER = "hidden-answer", Warning,
        "There is an answer to a question that is not asked of this respondent. It is kept, and counts nowhere.",
        "an answer for companies when the scope is a solution";
    TYPED_CALCULATION = "typed-calculation", Error,
        "The value of this question is calculated; it cannot be typed.",
        r#""economy": {"npv": 1000000}"#;
    ANSWERED_AND_NOT_APPLICABLE = "answered-and-not-applicable", Error,
        "A question is answered and said not to apply. Remove one of the two.",
        "an answer beside a note with `not_applicable`";
    NOT_APPLICABLE_REFUSED = "not-applicable-refused", Error,
        "This question always applies, or the reason is empty.",
        r#""not_applicable": """#;
    BAD_ROW = "bad-row", Error,
        "A row of a table has no id, or two rows have the same.",
        r#"[{"id": "r1"}, {"id": "r1"}]"#;
    UNKNOWN_FORM = "unknown-form", Error,
        "A programme names a form that does not exist, or that cannot be used because it has errors itself. Forms are looked for beside the folder of programmes, and among the shipped ones.",
        r#""form": "opi-aplication""#;
    UNKNOWN_ROLE = "unknown-role", Error,
        "A stage or a transition of a programme is given to a role that it does not have, so nobody could act.",
        r#""by": "reviwer""#;
    IDLE_ROLE = "idle-role", Warning,
        "Nothing is given to a role: it answers at no stage, and no transition is open to it.",
        "a role `observer` that stands in no `by`";
    UNKNOWN_STAGE = "unknown-stage", Error,
        "A transition leads from or to a stage that the programme does not have, or answers begin with those of such a stage.",
        r#""to": "elegibility""#;
    UNREACHABLE_STAGE = "unreachable-stage", Error,
        "No way leads from the first stage to this one, so nobody can ever reach it.",
        "a stage `review` and no transition to it";
    DEAD_END = "dead-end", Error,
        "An assessment that stands here can never end: no way leads on, or none leads to a final stage.",
        r#"a stage without transitions and without `"final": true`"#;
    FINAL_STAGE = "final-stage", Error,
        "A final stage ends the assessment: nothing is answered there, and nothing leads on.",
        r#"{ "id": "closed", "form": "opi-decision", "final": true }"#;
    NOTHING_ASKED = "nothing-asked", Error,
        "Something is said about answers at a stage where no form is answered.",
        r#""gate": { "complete": true } at a stage without `form`"#;
    COPIES = "copies", Error,
        "What is said about copies does not fit: the most is less than the least, or copies are counted, hidden from each other or joined where there is only one.",
        r#""copies": { "min": 3, "max": 2 }"#;
    START_FROM = "start-from", Error,
        "The answers of a stage cannot begin with those of the stage named: it has another form, or several copies where one is meant.",
        r#""start_from": { "median_of": "review" } where `review` has another form"#;
    NOT_YET = "not-yet", Error,
        "A stage is named that cannot have been passed by then, so what rests on it would never be known.",
        r#""from": "application" with "when": "review.complete""#;
    PASSED_BY = "passed-by", Warning,
        "A gate rests on a stage that can be passed by. On such a way nothing is known of that stage, so the gate stays closed. Write `any`, or lead every way through the stage.",
        r#""when": "second_opinion.total >= 60" where the second opinion may be left out"#;
    SAME_ACTION = "same-action", Error,
        "Two transitions lead from one stage by the same action, so it is not clear where it leads.",
        r#"two transitions from `review` with the action `close`"#;
    MISSING_FACT = "missing-fact", Warning,
        "A question that is asked at a stage rests on a fact that the stage does not give. It stays unknown, and so does what rests on it.",
        r#"a question calculated from `facts.export_class` at a stage without `facts`"#;
    NO_PROFILE_PLACE = "no-profile-place", Error,
        "A form has a weight in the joined result but no place in a profile, or the place in the matrix cannot be told because a proof does not ask for the focus area.",
        r#""weights": { "opi-review": 40 }"#;
}

/// The documentation of all codes, as Markdown.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Findings\n\nWhat `assay check` and `assay score` can find, by code. Errors stop a \
         form, a response or a programme from being used; warnings and notes do not. Codes are stable.\n\nThis \
         page is made from `crates/forms/src/codes.rs`; a test keeps it equal.\n",
    );
    for code in ALL {
        let severity = match code.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let _ = write!(
            out,
            "\n## `{}` ({severity})\n\n{}\n\nExample: `` {} ``\n",
            code.name, code.explanation, code.example
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_explained() {
        for (i, code) in ALL.iter().enumerate() {
            assert!(code.explanation.ends_with('.'), "{}", code.name);
            assert!(!code.example.is_empty());
            assert!(ALL.iter().skip(i + 1).all(|other| other.name != code.name), "{}", code.name);
        }
    }
}
