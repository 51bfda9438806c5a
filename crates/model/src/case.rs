//! A case: what a form's author worked out by hand for one response.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::profile::Zone;
use crate::scorecard::{GateState, Status};

/// What a case expects; only what is named is compared.
///
/// A number is met to half a unit of the last digit given: `54.17` is met by 54.166667.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// What the case shows, in one line.
    pub shows: String,
    /// Where the result stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The strict total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<f64>,
    /// The total of what was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<f64>,
    /// The upper total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upper: Option<f64>,
    /// The strict total if evidence were not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<f64>,
    /// The completeness, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completeness: Option<f64>,
    /// The strict total in the form's whole points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<u32>,
    /// The band's id; `"none"` when there must be no band.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
    /// Strict scores by dimension.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, f64>,
    /// States by gate.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub gates: BTreeMap<String, GateState>,
    /// Values by indicator.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub indicators: BTreeMap<String, f64>,
    /// Points by question.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub criteria: BTreeMap<String, f64>,
    /// The Venn zone of this scorecard alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
}

/// How much of what a form decides its cases reach.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Criteria that a case answers.
    pub criteria: Reached,
    /// Levels and scored options that a case claims.
    pub levels: Reached,
    /// Gates that act in a case.
    pub gates: Reached,
    /// Bands that a case is given.
    pub bands: Reached,
}

impl Coverage {
    /// All four together.
    pub fn all(&self) -> Reached {
        let parts = [&self.criteria, &self.levels, &self.gates, &self.bands];
        Reached {
            of: parts.iter().map(|it| it.of).sum(),
            missed: parts.iter().flat_map(|it| it.missed.clone()).collect(),
        }
    }
}

/// How many of some things are reached, and which are not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reached {
    /// How many there are.
    pub of: u32,
    /// Those that are not reached, in the form's order.
    pub missed: Vec<String>,
}

impl Reached {
    /// The share that is reached, 0 to 1; 1 where there is nothing to reach.
    pub fn share(&self) -> f64 {
        if self.of == 0 {
            return 1.0;
        }
        1.0 - self.missed.len() as f64 / f64::from(self.of)
    }
}
