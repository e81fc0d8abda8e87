//! Everybody's jobs, as administrators see them: a page, newest first, and how many are in which state.

use model::{JobFilter, JobId, JobKind, JobLine, JobState, Millis};
use sqlx::FromRow;

use super::{Db, Result, audit::audited, on_pool, rows};
use crate::audit::Record;

/// One text for all filters; what comes first in it says by which index the lines are found. An empty text asks for nothing.
macro_rules! page {
    ($first:literal) => {
        concat!(
            "SELECT j.id, j.kind, j.state, j.owner_id, u.name AS owner_name, j.model, j.attempts, j.priority, j.node, j.failure, j.cost, \
             j.created_at, j.ended_at FROM jobs j JOIN users u ON u.id = j.owner_id WHERE ",
            $first,
            "j.id < $1 AND j.deleted_at IS NULL AND ($2 = '' OR j.state = $2) AND ($3 = '' OR j.kind = $3) AND ($4 = '' OR j.owner_id = $4) \
             ORDER BY j.id DESC LIMIT $5"
        )
    };
}

const PAGE: &str = page!("");
const PAGE_IN_STATE: &str = page!("j.state = $2 AND ");
const PAGE_OF_OWNER: &str = page!("j.owner_id = $4 AND ");
const OWNER: &str = "SELECT owner_id FROM jobs WHERE id = $1";
/// One that somebody works on, or that has ended, is not moved any more.
const PUT_FIRST: &str =
    "UPDATE jobs SET priority = $2 WHERE id = $1 AND state = 'queued' AND ended_at IS NULL";
const UNFINISHED: &str = "SELECT state, COUNT(*) FROM jobs WHERE state IN ('queued', 'running') AND ended_at IS NULL GROUP BY state";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("PAGE", PAGE),
    ("PAGE_IN_STATE", PAGE_IN_STATE),
    ("PAGE_OF_OWNER", PAGE_OF_OWNER),
    ("OWNER", OWNER),
    ("PUT_FIRST", PUT_FIRST),
    ("UNFINISHED", UNFINISHED),
];

/// Greater than every id.
const NEWEST: &str = "g";

#[derive(FromRow)]
struct Row {
    id: String,
    kind: String,
    state: String,
    owner_id: String,
    owner_name: String,
    model: String,
    attempts: i64,
    priority: i64,
    node: String,
    failure: Option<String>,
    cost: Option<i64>,
    created_at: i64,
    ended_at: Option<i64>,
}

impl TryFrom<Row> for JobLine {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        let corrupt = |column| rows::corrupt("jobs", column, &row.id);
        let failure = row.failure.as_deref();
        Ok(Self {
            id: rows::id("jobs", "id", &row.id)?,
            kind: JobKind::from_name(&row.kind).ok_or_else(|| corrupt("kind"))?,
            state: JobState::from_name(&row.state).ok_or_else(|| corrupt("state"))?,
            owner: rows::id("jobs", "owner_id", &row.owner_id)?,
            owner_name: row.owner_name,
            model: row.model,
            attempts: row.attempts,
            first: row.priority > 0,
            node: Some(row.node).filter(|node| !node.is_empty()),
            failure: failure.and_then(|failure| serde_json::from_str(failure).ok()),
            cost: row.cost,
            created_at: Millis::new(row.created_at),
            ended_at: row.ended_at.map(Millis::new),
        })
    }
}

impl Db {
    /// A page of everybody's jobs, newest first, those before `before`.
    #[tracing::instrument(name = "store.job_lines.page", skip_all)]
    pub(crate) async fn job_lines(
        &self,
        filter: &JobFilter,
        before: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<JobLine>> {
        let text = if filter.owner.is_some() {
            PAGE_OF_OWNER
        } else if filter.state.is_some() {
            PAGE_IN_STATE
        } else {
            PAGE
        };
        let before = before.map_or_else(|| NEWEST.to_owned(), |id| id.to_string());
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(text)
            .bind(before)
            .bind(filter.state.map(JobState::as_str).unwrap_or_default())
            .bind(filter.kind.map(JobKind::as_str).unwrap_or_default())
            .bind(filter.owner.map(|id| id.to_string()).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(JobLine::try_from).collect()
    }

    /// Whose job it is.
    #[tracing::instrument(name = "store.job_lines.owner", skip_all)]
    pub(crate) async fn owner_of_job(&self, id: JobId) -> Result<Option<model::UserId>> {
        let owner: Option<String> = on_pool!(self.reader(), |pool| sqlx::query_scalar(OWNER)
            .bind(id.to_string())
            .fetch_optional(pool)
            .await?);
        owner
            .map(|owner| rows::id("jobs", "owner_id", &owner))
            .transpose()
    }

    /// Puts a job that waits before all others, or back among them, and writes that down. Whether there is one that waits.
    #[tracing::instrument(name = "store.job_lines.put_first", skip_all)]
    pub(crate) async fn put_job_first(
        &self,
        id: JobId,
        first: bool,
        record: &Record,
    ) -> Result<bool> {
        Ok(audited!(
            self,
            record,
            sqlx::query(PUT_FIRST)
                .bind(id.to_string())
                .bind(i64::from(first))
        ))
    }

    /// How many jobs wait, and how many are worked on.
    #[tracing::instrument(name = "store.job_lines.unfinished", skip_all)]
    pub(crate) async fn unfinished_by_state(&self) -> Result<(i64, i64)> {
        let found: Vec<(String, i64)> = on_pool!(self.reader(), |pool| sqlx::query_as(UNFINISHED)
            .fetch_all(pool)
            .await?);
        let of = |state: JobState| {
            let found = found.iter().find(|(name, _)| name == state.as_str());
            found.map_or(0, |(_, count)| *count)
        };
        Ok((of(JobState::Queued), of(JobState::Running)))
    }
}
