//! How many assessments of a round there are, kept as they change.

use std::collections::BTreeMap;
use std::sync::Mutex;

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseExecutor, EntityTrait, QueryFilter};
use sea_orm::{DbErr, QueryOrder};
use uuid::Uuid;

use super::Assessment;
use crate::db::Connection;
use crate::entity::{assessment, assessment_count as row};
use crate::error::{StoreError, failed};
use crate::rounds::RoundId;
use crate::words;

/// How many assessments of a round have a stage and a band in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Where they stand.
    pub stage: String,
    /// The id of their band, where they have one.
    pub band: Option<String>,
    /// How many there are.
    pub assessments: u64,
    /// How many of them have an answer.
    pub begun: u64,
    /// How many of them were submitted.
    pub submitted: u64,
}

impl Count {
    /// Their stage and band as one, as the column `shelf` has it.
    pub(super) fn shelf(&self) -> String {
        shelf(&self.stage, self.band.as_deref())
    }
}

/// A stage and a band as one.
pub(super) fn shelf(stage: &str, band: Option<&str>) -> String {
    format!("{stage}/{}", band.unwrap_or_default())
}

/// How many assessments of `round` there are, by stage and band; none that nobody has.
pub async fn counts(db: &impl Connection, round: RoundId) -> Result<Vec<Count>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::RoundId.eq(round.0))
        .filter(row::Column::Assessments.gt(0))
        .order_by_asc(row::Column::Stage)
        .order_by_asc(row::Column::Band)
        .all(&db.executor())
        .await
        .map_err(failed("count the assessments of a round"))?;
    let count = |it: row::Model| Count {
        stage: it.stage,
        band: Some(it.band).filter(|it| !it.is_empty()),
        assessments: words::whole(it.assessments),
        begun: words::whole(it.begun),
        submitted: words::whole(it.submitted),
    };
    Ok(rows.into_iter().map(count).collect())
}

/// As what an assessment counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    round: Uuid,
    stage: String,
    band: String,
    begun: bool,
    submitted: bool,
}

impl From<&Assessment> for Counted {
    fn from(it: &Assessment) -> Self {
        Self {
            round: it.round.0,
            stage: it.stage.clone(),
            band: it.progress.band.clone().unwrap_or_default(),
            begun: it.progress.answered > 0,
            submitted: it.submitted_at.is_some(),
        }
    }
}

impl From<&assessment::Model> for Counted {
    fn from(it: &assessment::Model) -> Self {
        Self {
            round: it.round_id,
            stage: it.stage.clone(),
            band: it.band.clone().unwrap_or_default(),
            begun: it.answered > 0,
            submitted: it.submitted_at.is_some(),
        }
    }
}

impl Counted {
    /// The same, begun or not.
    pub(super) fn with_begun(self, begun: bool) -> Self {
        Self { begun, ..self }
    }
}

/// By how much counts change in a transaction.
///
/// They are written at its end, in one order everywhere: many assessments share a count, and
/// transactions that changed counts in the order of their changes would wait for each other.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Changes>);

/// Assessments, begun, submitted, by round, stage and band.
type Changes = BTreeMap<(Uuid, String, String), [i64; 3]>;

impl Tally {
    /// Notes that something counts otherwise than before.
    pub(super) fn note(&self, before: Option<Counted>, after: Option<Counted>) {
        if before == after {
            return;
        }
        let mut changes = self.lock();
        for (it, by) in before.into_iter().map(|it| (it, -1)).chain(after.map(|it| (it, 1))) {
            let change = changes.entry((it.round, it.stage, it.band)).or_default();
            change[0] += by;
            change[1] += if it.begun { by } else { 0 };
            change[2] += if it.submitted { by } else { 0 };
        }
    }

    /// Writes what was noted.
    pub(crate) async fn write(&self, db: &DatabaseExecutor<'_>) -> Result<(), DbErr> {
        let changes = std::mem::take(&mut *self.lock());
        for ((round, stage, band), by) in changes.into_iter().filter(|(_, by)| *by != [0; 3]) {
            use row::Column::{Assessments, Band, Begun, RoundId, Stage, Submitted};
            let more =
                |column: row::Column, by: i64| (column, Expr::col((row::Entity, column)).add(by));
            let conflict = OnConflict::columns([RoundId, Stage, Band])
                .values([more(Assessments, by[0]), more(Begun, by[1]), more(Submitted, by[2])])
                .to_owned();
            row::Entity::insert(row::ActiveModel {
                round_id: Set(round),
                stage: Set(stage),
                band: Set(band),
                assessments: Set(by[0]),
                begun: Set(by[1]),
                submitted: Set(by[2]),
            })
            .on_conflict(conflict)
            .exec_without_returning(db)
            .await?;
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Changes> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
