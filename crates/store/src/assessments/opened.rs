//! An assessment with everything that decides who may do what in it.

use std::sync::LazyLock;

use sea_orm::FromQueryResult as _;

use super::{Assessment, AssessmentId};
use crate::db::Connection;
use crate::entity::{assessment, organisation, round, sheet};
use crate::error::{StoreError, failed};
use crate::joined;
use crate::organisations::Organisation;
use crate::people::PersonId;
use crate::rounds::{self, Round};
use crate::sheets::{self, Sheet};

/// An assessment with what stands around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// The assessment.
    pub assessment: Assessment,
    /// The round it is in.
    pub round: Round,
    /// The organisation it belongs to.
    pub organisation: Organisation,
    /// The roles that the person has in it by assignment.
    pub roles: Vec<String>,
    /// The sheet of the stage it stands at, if it is begun.
    pub sheet: Option<Sheet>,
}

static OPEN: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {}, {}, {}, {}, g.role AS g_role FROM assessment a \
         JOIN round r ON r.id = a.round_id \
         JOIN organisation o ON o.id = a.organisation_id \
         LEFT JOIN sheet s ON s.assessment_id = a.id AND s.stage = a.stage AND s.turn = a.turn \
         LEFT JOIN assignment g ON g.assessment_id = a.id AND g.person_id = $2 \
         WHERE a.id = $1 ORDER BY s.id, g.role",
        joined::columns::<assessment::Entity>("a"),
        joined::columns::<round::Entity>("r"),
        joined::columns::<organisation::Entity>("o"),
        joined::columns::<sheet::Entity>("s"),
    )
});

/// The assessment with `id`, if it is stored, and the roles of `person` in it.
pub async fn opened(
    db: &impl Connection,
    id: AssessmentId,
    person: PersonId,
) -> Result<Option<Opened>, StoreError> {
    const READ: &str = "read an assessment";
    let rows = joined::rows(db, &OPEN, [id.0.into(), person.0.into()]).await;
    let rows = rows.map_err(failed(READ))?;
    let Some(first) = rows.first() else { return Ok(None) };
    let assessment = assessment::Model::from_query_result(first, "a_").map_err(failed(READ))?;
    let round = round::Model::from_query_result(first, "r_").map_err(failed(READ))?;
    let organisation = organisation::Model::from_query_result(first, "o_").map_err(failed(READ))?;
    let sheet = sheet::Model::from_query_result_optional(first, "s_").map_err(failed(READ))?;
    let mut roles = Vec::new();
    for row in &rows {
        let role: Option<String> = row.try_get("g_", "role").map_err(failed(READ))?;
        roles.extend(role);
    }
    roles.dedup();
    Ok(Some(Opened {
        assessment: super::from_row(assessment).map_err(failed(READ))?,
        round: rounds::from_row(round),
        organisation: Organisation::from_row(organisation).map_err(failed(READ))?,
        roles,
        sheet: sheet.map(sheets::from_row),
    }))
}
