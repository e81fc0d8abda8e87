//! Jobs: taken by lease, so that several processes share them and a dead one's go on elsewhere.

mod asking;

use model::{JobId, JobKind, JobState, Millis, UserId};
use sqlx::FromRow;

use super::{Db, Result, db::Pool, on_pool, rows};

pub(crate) use asking::{HandedIn, NewJob};

// Each change has a time of its own, so that no watcher takes two for one.
macro_rules! columns {
    () => {
        "id, owner_id, kind, state, attempts, deaths, node, cancel_asked, model, input, step, failure, at_most, cost, \
         created_at, updated_at, ended_at"
    };
}

// Below the columns, which it reads as well.
mod reading;

/// Takes the one whose turn it is: of the highest priority, then the oldest, of an owner who has not as many running as they
/// may. Whoever is second finds the lease taken, because the outer condition is looked at again. Who has not put it back has died
/// over it.
const CLAIM: &str = concat!(
    "UPDATE jobs SET state = 'running', node = $1, lease_until = $2, attempts = attempts + 1, \
     deaths = deaths + CASE WHEN node <> '' THEN 1 ELSE 0 END, updated_at = CASE WHEN $3 > updated_at THEN $3 ELSE updated_at + 1 END \
     WHERE lease_until < $3 AND ended_at IS NULL AND id = (SELECT j.id FROM jobs j \
       WHERE j.state IN ('queued', 'running') AND j.ended_at IS NULL AND j.run_at <= $3 AND j.lease_until < $3 \
       AND (SELECT COUNT(*) FROM jobs o WHERE o.owner_id = j.owner_id AND o.lease_until >= $3 AND o.ended_at IS NULL) < $4 \
       ORDER BY j.priority DESC, j.run_at LIMIT 1) \
     RETURNING ",
    columns!()
);
/// One process at a time counts what runs of a person and adds to it. `SQLite` has one writer anyway.
const CLAIM_TURN: &str = "SELECT pg_advisory_xact_lock(7310582443901205761)";
const RENEW: &str = "UPDATE jobs SET lease_until = $3 WHERE id = $1 AND node = $2 AND attempts = $4 AND ended_at IS NULL RETURNING cancel_asked";
const STEP: &str = "UPDATE jobs SET step = $3, updated_at = CASE WHEN $4 > updated_at THEN $4 ELSE updated_at + 1 END WHERE id = $1 AND node = $2 AND attempts = $5 AND ended_at IS NULL";
const AGAIN: &str = "UPDATE jobs SET state = 'queued', node = '', lease_until = 0, deaths = 0, run_at = $3, updated_at = CASE WHEN $4 > updated_at THEN $4 ELSE updated_at + 1 END \
     WHERE id = $1 AND node = $2 AND attempts = $5 AND ended_at IS NULL";
const END: &str = "UPDATE jobs SET state = $3, failure = $4, cost = $5, node = '', lease_until = 0, ended_at = $6, updated_at = CASE WHEN $6 > updated_at THEN $6 ELSE updated_at + 1 END \
     WHERE id = $1 AND node = $2 AND attempts = $7 AND ended_at IS NULL";
const CANCEL: &str = "UPDATE jobs SET cancel_asked = TRUE, updated_at = CASE WHEN $3 > updated_at THEN $3 ELSE updated_at + 1 END WHERE id = $1 AND owner_id = $2 AND ended_at IS NULL";
const CALL_OFF: &str = "UPDATE jobs SET state = 'cancelled', cancel_asked = TRUE, ended_at = $3, \
     updated_at = CASE WHEN $3 > updated_at THEN $3 ELSE updated_at + 1 END \
     WHERE id = $1 AND owner_id = $2 AND state = 'queued' AND attempts = 0 AND ended_at IS NULL";
const LEAVE: &str =
    "UPDATE jobs SET node = '', lease_until = 0 WHERE node = $1 AND ended_at IS NULL";
const FREE: &str = "UPDATE jobs SET deaths = deaths + CASE WHEN node <> '' THEN 1 ELSE 0 END, node = '', lease_until = 0 \
     WHERE node <> $1 AND ended_at IS NULL";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("OF_SUBMISSION", asking::OF_SUBMISSION),
    ("RENEW", RENEW),
    ("STEP", STEP),
    ("AGAIN", AGAIN),
    ("END", END),
    ("CANCEL", CANCEL),
    ("CALL_OFF", CALL_OFF),
    ("UNFINISHED", asking::UNFINISHED),
    ("FIND", reading::FIND),
    ("MAKING", reading::MAKING),
    ("PAGE", reading::PAGE),
    ("CHANGED", reading::CHANGED),
    ("SINCE", reading::SINCE),
    ("OPEN", reading::OPEN),
    ("RUNNING_STEPS", reading::RUNNING_STEPS),
    ("CLAIM", CLAIM),
];

/// A job as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) id: JobId,
    pub(crate) owner: UserId,
    pub(crate) kind: JobKind,
    pub(crate) state: JobState,
    pub(crate) attempts: i64,
    /// How often in a row a process died over it.
    pub(crate) deaths: i64,
    pub(crate) cancel_asked: bool,
    /// What was asked for, as JSON.
    pub(crate) input: String,
    /// How far it has come, as JSON.
    pub(crate) step: String,
    /// Why it failed, as JSON.
    pub(crate) failure: Option<String>,
    /// In micro-yuan.
    pub(crate) at_most: Option<i64>,
    /// In micro-yuan.
    pub(crate) cost: Option<i64>,
    pub(crate) created_at: Millis,
    pub(crate) updated_at: Millis,
    pub(crate) ended_at: Option<Millis>,
}

/// Whose work on a job it is: which process took it, and how often it was taken by then. A process that slept over its lease may have taken the job
/// once more while its first work on it goes on; that one is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken<'a> {
    pub(crate) node: &'a str,
    pub(crate) attempts: i64,
}

impl Job {
    /// The work of that process, which has just taken it.
    pub(crate) const fn taken_by<'a>(&self, node: &'a str) -> Taken<'a> {
        Taken {
            node,
            attempts: self.attempts,
        }
    }
}

#[derive(FromRow)]
struct Row {
    id: String,
    owner_id: String,
    kind: String,
    state: String,
    attempts: i64,
    deaths: i64,
    cancel_asked: bool,
    input: String,
    step: String,
    failure: Option<String>,
    at_most: Option<i64>,
    cost: Option<i64>,
    created_at: i64,
    updated_at: i64,
    ended_at: Option<i64>,
}

impl TryFrom<Row> for Job {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        let corrupt = |column| rows::corrupt("jobs", column, &row.id);
        Ok(Self {
            id: rows::id("jobs", "id", &row.id)?,
            owner: rows::id("jobs", "owner_id", &row.owner_id)?,
            kind: JobKind::from_name(&row.kind).ok_or_else(|| corrupt("kind"))?,
            state: JobState::from_name(&row.state).ok_or_else(|| corrupt("state"))?,
            attempts: row.attempts,
            deaths: row.deaths,
            cancel_asked: row.cancel_asked,
            input: row.input,
            step: row.step,
            failure: row.failure,
            at_most: row.at_most,
            cost: row.cost,
            created_at: Millis::new(row.created_at),
            updated_at: Millis::new(row.updated_at),
            ended_at: row.ended_at.map(Millis::new),
        })
    }
}

impl Db {
    /// Takes the job whose turn it is, for this process until then. Nobody has more than `per_owner` running.
    #[tracing::instrument(name = "store.jobs.claim", level = "debug", skip_all)]
    pub(crate) async fn claim_job(
        &self,
        node: &str,
        until: Millis,
        now: Millis,
        per_owner: i64,
    ) -> Result<Option<Job>> {
        let row: Option<Row> = match self.writer() {
            Pool::Sqlite(pool) => {
                sqlx::query_as(CLAIM)
                    .bind(node)
                    .bind(until.get())
                    .bind(now.get())
                    .bind(per_owner)
                    .fetch_optional(pool)
                    .await?
            }
            Pool::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                sqlx::query(CLAIM_TURN).execute(&mut *transaction).await?;
                let row = sqlx::query_as(CLAIM)
                    .bind(node)
                    .bind(until.get())
                    .bind(now.get())
                    .bind(per_owner)
                    .fetch_optional(&mut *transaction)
                    .await?;
                transaction.commit().await?;
                row
            }
        };
        row.map(Job::try_from).transpose()
    }

    /// Goes on vouching for a job. Whether it was asked to stop; `None` when it is no longer theirs who took it.
    #[tracing::instrument(name = "store.jobs.renew", level = "debug", skip_all)]
    pub(crate) async fn renew_job(
        &self,
        id: JobId,
        taken: Taken<'_>,
        until: Millis,
    ) -> Result<Option<bool>> {
        Ok(on_pool!(self.writer(), |pool| sqlx::query_scalar(RENEW)
            .bind(id.to_string())
            .bind(taken.node)
            .bind(until.get())
            .bind(taken.attempts)
            .fetch_optional(pool)
            .await?))
    }

    /// Keeps how far a job has come. Whether it is still theirs who took it.
    #[tracing::instrument(name = "store.jobs.step", level = "debug", skip_all)]
    pub(crate) async fn step_job(
        &self,
        id: JobId,
        taken: Taken<'_>,
        step: &str,
        now: Millis,
    ) -> Result<bool> {
        let changed = on_pool!(self.writer(), |pool| sqlx::query(STEP)
            .bind(id.to_string())
            .bind(taken.node)
            .bind(step)
            .bind(now.get())
            .bind(taken.attempts)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(changed > 0)
    }

    /// Puts a job back, to be taken up again at that time.
    #[tracing::instrument(name = "store.jobs.again", skip_all)]
    pub(crate) async fn postpone_job(
        &self,
        id: JobId,
        taken: Taken<'_>,
        run_at: Millis,
        now: Millis,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(AGAIN)
            .bind(id.to_string())
            .bind(taken.node)
            .bind(run_at.get())
            .bind(now.get())
            .bind(taken.attempts)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Ends a job. Whether it was still theirs who took it.
    #[tracing::instrument(name = "store.jobs.end", skip_all)]
    pub(crate) async fn end_job(
        &self,
        id: JobId,
        taken: Taken<'_>,
        (state, failure, cost): (JobState, Option<&str>, Option<i64>),
        now: Millis,
    ) -> Result<bool> {
        let changed = on_pool!(self.writer(), |pool| sqlx::query(END)
            .bind(id.to_string())
            .bind(taken.node)
            .bind(state.as_str())
            .bind(failure)
            .bind(cost)
            .bind(now.get())
            .bind(taken.attempts)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(changed > 0)
    }

    /// Asks a job of the owner's to stop. Whether there is one that has not ended.
    #[tracing::instrument(name = "store.jobs.cancel", skip_all)]
    pub(crate) async fn cancel_job(&self, id: JobId, owner: UserId, now: Millis) -> Result<bool> {
        let changed = on_pool!(self.writer(), |pool| sqlx::query(CANCEL)
            .bind(id.to_string())
            .bind(owner.to_string())
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(changed > 0)
    }

    /// Ends a job of the owner's on which nobody has worked. Whether it was one.
    #[tracing::instrument(name = "store.jobs.call_off", skip_all)]
    pub(crate) async fn call_off_job(&self, id: JobId, owner: UserId, now: Millis) -> Result<bool> {
        let changed = on_pool!(self.writer(), |pool| sqlx::query(CALL_OFF)
            .bind(id.to_string())
            .bind(owner.to_string())
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(changed > 0)
    }

    /// Gives up everything that this process works on: another one takes it up at once.
    #[tracing::instrument(name = "store.jobs.leave", skip_all)]
    pub(crate) async fn leave_jobs(&self, node: &str) -> Result<u64> {
        Ok(on_pool!(self.writer(), |pool| sqlx::query(LEAVE)
            .bind(node)
            .execute(pool)
            .await?
            .rows_affected()))
    }

    /// Frees what other processes work on: right when this one is the only one.
    #[tracing::instrument(name = "store.jobs.free", skip_all)]
    pub(crate) async fn free_jobs(&self, node: &str) -> Result<u64> {
        Ok(on_pool!(self.writer(), |pool| sqlx::query(FREE)
            .bind(node)
            .execute(pool)
            .await?
            .rows_affected()))
    }
}
