//! Asking for a job: once for each submission, and no more than may wait.

use model::{JobId, JobKind, Millis, SubmissionId, TranscriptId, UserId};

use crate::store::{Db, Result, bounded::counted, on_pool, rows, transcripts};

const INSERT: &str = "INSERT INTO jobs (id, submission_id, owner_id, kind, state, priority, attempts, run_at, node, \
     lease_until, cancel_asked, model, input, step, at_most, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, 'queued', $5, 0, $6, '', 0, FALSE, $7, $8, '{}', $9, $6, $6)";
pub(super) const OF_SUBMISSION: &str =
    "SELECT id FROM jobs WHERE owner_id = $1 AND submission_id = $2";
pub(super) const UNFINISHED: &str =
    "SELECT COUNT(*) FROM jobs WHERE owner_id = $1 AND ended_at IS NULL AND lease_until >= 0";

/// A job that is asked for.
pub(crate) struct NewJob<'a> {
    pub(crate) id: JobId,
    pub(crate) submission: SubmissionId,
    pub(crate) owner: UserId,
    pub(crate) kind: JobKind,
    /// The highest goes first.
    pub(crate) priority: i64,
    pub(crate) model: &'a str,
    pub(crate) input: &'a str,
    pub(crate) at_most: Option<i64>,
    /// Jobs of the owner's that may wait or run, with this one.
    pub(crate) waiting_at_most: i64,
    /// The transcript that it works on from now on, and the job that has worked on it so far.
    pub(crate) takes_up: Option<(TranscriptId, Option<JobId>)>,
    pub(crate) now: Millis,
}

/// What became of asking for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HandedIn {
    /// It waits for its turn.
    New(JobId),
    /// This submission made that one before.
    Before(JobId),
    /// As many of the owner's wait or run as may.
    TooMany,
    /// Another job works on that transcript by now.
    TakenUp,
}

impl Db {
    /// Keeps a job that waits for its turn, unless this submission made one before, or as many of the owner's wait or run as may. Where it
    /// takes a transcript up, both or none.
    #[tracing::instrument(name = "store.jobs.insert", skip_all)]
    pub(crate) async fn insert_job(&self, job: &NewJob<'_>) -> Result<HandedIn> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let unfinished = counted!(transaction, UNFINISHED, job.owner);
            let before: Option<String> = sqlx::query_scalar(OF_SUBMISSION)
                .bind(job.owner.to_string())
                .bind(job.submission.to_string())
                .fetch_optional(&mut *transaction)
                .await?;
            if let Some(before) = before {
                return Ok(HandedIn::Before(rows::id("jobs", "id", &before)?));
            }
            if unfinished >= job.waiting_at_most {
                return Ok(HandedIn::TooMany);
            }
            sqlx::query(INSERT)
                .bind(job.id.to_string())
                .bind(job.submission.to_string())
                .bind(job.owner.to_string())
                .bind(job.kind.as_str())
                .bind(job.priority)
                .bind(job.now.get())
                .bind(job.model)
                .bind(job.input)
                .bind(job.at_most)
                .execute(&mut *transaction)
                .await?;
            if let Some((transcript, seen)) = job.takes_up {
                let taken_up = sqlx::query(transcripts::TAKE_UP)
                    .bind(transcript.to_string())
                    .bind(job.owner.to_string())
                    .bind(job.id.to_string())
                    .bind(seen.map(|seen| seen.to_string()).unwrap_or_default())
                    .execute(&mut *transaction)
                    .await?
                    .rows_affected();
                if taken_up == 0 {
                    return Ok(HandedIn::TakenUp);
                }
            }
            transaction.commit().await?;
        });
        Ok(HandedIn::New(job.id))
    }

    /// The job that this submission of the owner's made.
    #[tracing::instrument(name = "store.jobs.of_submission", skip_all)]
    pub(crate) async fn job_of_submission(
        &self,
        owner: UserId,
        submission: SubmissionId,
    ) -> Result<Option<JobId>> {
        let id: Option<String> = on_pool!(self.reader(), |pool| sqlx::query_scalar(OF_SUBMISSION)
            .bind(owner.to_string())
            .bind(submission.to_string())
            .fetch_optional(pool)
            .await?);
        id.map(|id| rows::id("jobs", "id", &id)).transpose()
    }

    /// How many of the owner's jobs have not ended.
    #[tracing::instrument(name = "store.jobs.unfinished", skip_all)]
    pub(crate) async fn unfinished_jobs(&self, owner: UserId) -> Result<i64> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_scalar(
            UNFINISHED
        )
        .bind(owner.to_string())
        .fetch_one(pool)
        .await?))
    }
}
