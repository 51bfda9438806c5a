//! The assessments that somebody may see, newest first.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::{Assessment, AssessmentId, read};
use crate::db::Connection;
use crate::entity::{assessment as row, assignment};
use crate::error::StoreError;
use crate::organisations::OrganisationId;
use crate::people::PersonId;
use crate::rounds::RoundId;
use crate::rows::Rows;

/// Which assessments are meant: those of one of the organisations or rounds, or in which the
/// person has a part; of these, those in `round` and at `stage`, where that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visible {
    /// Whose.
    pub organisations: Vec<OrganisationId>,
    /// In which rounds.
    pub rounds: Vec<RoundId>,
    /// Who has a part.
    pub person: PersonId,
    /// Only in this round.
    pub round: Option<RoundId>,
    /// Only at this stage.
    pub stage: Option<String>,
}

/// At most `limit` assessments that are meant, from behind `after`, newest first.
pub async fn visible(
    db: &impl Connection,
    it: &Visible,
    after: Option<AssessmentId>,
    limit: u64,
) -> Result<Rows<Assessment, AssessmentId>, StoreError> {
    let assigned = assignment::Entity::find()
        .filter(assignment::Column::PersonId.eq(it.person.0))
        .select_only()
        .column(assignment::Column::AssessmentId)
        .into_query();
    let theirs = Condition::any()
        .add(row::Column::OrganisationId.is_in(it.organisations.iter().map(|it| it.0)))
        .add(row::Column::RoundId.is_in(it.rounds.iter().map(|it| it.0)))
        .add(row::Column::Id.in_subquery(assigned));
    let wanted = Condition::all()
        .add(theirs)
        .add_option(it.round.map(|it| row::Column::RoundId.eq(it.0)))
        .add_option(it.stage.as_deref().map(|it| row::Column::Stage.eq(it)))
        .add_option(after.map(|it| row::Column::Id.lt(it.0)));
    let select = row::Entity::find().filter(wanted).order_by_desc(row::Column::Id).limit(limit + 1);
    Ok(Rows::cut(read(select.all(&db.executor()).await)?, limit, |it| it.id))
}
