//! A profile: the scorecards of several forms about one subject, joined.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::keywords::{Pillar, ProfilePlace};
use crate::report::ReadinessLine;
use crate::response::{FormRef, Subject};
use crate::scorecard::{Score, Status};

/// The scorecards of several forms about one subject, joined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    /// What was assessed.
    pub subject: Subject,
    /// The language of the texts in this document.
    pub language: String,
    /// The youngest date among the responses.
    pub date: String,
    /// The results, in the order given.
    pub results: Vec<ProfileResult>,
    /// The totals weighed together; absent where no programme says how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Joined>,
    /// The row of the 4×4 matrix: the focus area answered in the youngest of the forms that
    /// ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focus_area: Option<String>,
    /// The readiness, now and at the assessment before, in the order of the results. A ladder
    /// that several forms ask for stands once, as in the youngest of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readiness: Vec<ReadinessLine>,
    /// The Venn result; absent unless at least one pillar is assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub venn: Option<Venn>,
}

/// One form's result inside a profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileResult {
    /// The form.
    pub form: FormRef,
    /// Its title.
    pub title: String,
    /// Its place in the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<ProfilePlace>,
    /// Where the result stands.
    pub status: Status,
    /// The total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Score>,
    /// The band's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
    /// SHA-256 of the scorecard in canonical JSON, as `sha256:…`.
    pub scorecard: String,
}

/// The totals of several forms, weighed together as a programme says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Joined {
    /// The programme's title.
    pub programme: String,
    /// The weighted mean of the strict totals, 0 to 100; the headline. A form without a total, and
    /// a result that is blocked or not eligible, counts as nothing.
    pub strict: f64,
    /// The weighted mean of the strict totals that are given and neither blocked nor not
    /// eligible; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<f64>,
    /// The share of the weight for which a total is given, 0 to 1.
    pub completeness: f64,
    /// The share of the weight that each result with a total has, 0 to 1, by form.
    pub shares: BTreeMap<String, f64>,
    /// The forms of the programme that have no total yet.
    pub missing: Vec<String>,
}

/// Where a subject stands among the three pillars of sustainability.
///
/// A pillar is in when its strict total is at least 60, no harm blocks it and at least
/// 0.80 of it is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Venn {
    /// The zone.
    pub zone: Zone,
    /// The pillars, in the order social, environmental, economic.
    pub pillars: Vec<PillarResult>,
    /// The lowest strict total; absent unless all three pillars are assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// The mean of the strict totals; absent unless all three pillars are assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// The geometric mean of the strict totals; absent unless all three are assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometric_mean: Option<f64>,
}

/// One pillar inside the Venn result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PillarResult {
    /// The pillar.
    pub pillar: Pillar,
    /// Its strict total; absent when it is not assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<f64>,
    /// Whether a harm blocks it.
    pub blocked: bool,
    /// Its completeness, 0 to 1.
    pub completeness: f64,
    /// Whether it is in.
    pub inside: bool,
}

/// A zone of the Venn diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Zone {
    /// No pillar is in.
    NotYetSustainable,
    /// Only the social pillar.
    SocialOnly,
    /// Only the environmental pillar.
    EnvironmentalOnly,
    /// Only the economic pillar.
    EconomicOnly,
    /// Social and environmental.
    Acceptable,
    /// Social and economic.
    Just,
    /// Environmental and economic.
    Feasible,
    /// All three.
    Sustainable,
}
