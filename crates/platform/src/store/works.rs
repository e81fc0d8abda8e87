//! What people have made.

use model::{JobId, JobKind, Millis, Pixels, UserId, WorkId, WorkView};
use sqlx::FromRow;

use super::{Db, Result, on_pool, rows};

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT w.id, w.kind, w.job_id, w.file_id, f.mime, f.bytes, f.width, f.height, f.duration_ms, w.prompt, \
             w.actual_prompt, w.model, w.created_at, w.position FROM works w JOIN files f ON f.id = w.file_id \
             WHERE w.deleted_at IS NULL AND ",
            $condition
        )
    };
}

pub(super) const INSERT: &str = "INSERT INTO works (id, owner_id, job_id, position, kind, file_id, prompt, actual_prompt, model, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (job_id, position) DO NOTHING";
/// Also of what was deleted and can be brought back.
const PLACES: &str = "SELECT position FROM works WHERE job_id = $1 AND owner_id = $2";
const OF_JOBS: &str =
    select!("w.job_id >= $1 AND w.job_id <= $2 AND w.owner_id = $3 ORDER BY w.job_id, w.position");
const PAGE: &str = select!(
    "w.owner_id = $1 AND w.id < $2 AND LOWER(w.prompt) LIKE $3 ESCAPE '\\' ORDER BY w.id DESC LIMIT $4"
);
const PAGE_OF_KIND: &str = select!(
    "w.owner_id = $1 AND w.kind = $5 AND w.id < $2 AND LOWER(w.prompt) LIKE $3 ESCAPE '\\' ORDER BY w.id DESC LIMIT $4"
);
const FIND: &str = select!("w.owner_id = $1 AND w.id = $2");
const FILES: &str =
    "SELECT file_id FROM works WHERE owner_id = $1 AND id = $2 AND deleted_at IS NULL";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("PLACES", PLACES),
    ("OF_JOBS", OF_JOBS),
    ("PAGE", PAGE),
    ("PAGE_OF_KIND", PAGE_OF_KIND),
    ("FIND", FIND),
    ("FILES", FILES),
];

/// Greater than every id.
const NEWEST: &str = "g";

/// A work that was made; its file is kept with it.
#[derive(Clone, Debug)]
pub(crate) struct NewWork {
    pub(crate) id: WorkId,
    pub(crate) job: JobId,
    /// Its place among the results of its job.
    pub(crate) position: u32,
    pub(crate) kind: JobKind,
    pub(crate) prompt: String,
    pub(crate) actual_prompt: Option<String>,
    pub(crate) model: String,
}

/// Keeps a work of that file in a transaction, and that it is to be read. Whether there was none at that place of its job, deleted or not.
macro_rules! insert_work {
    ($transaction:expr, $work:expr, $owner:expr, $file:expr, $now:expr) => {{
        let inserted = sqlx::query($crate::store::works::INSERT)
            .bind($work.id.to_string())
            .bind($owner.to_string())
            .bind($work.job.to_string())
            .bind(i64::from($work.position))
            .bind($work.kind.as_str())
            .bind($file.to_string())
            .bind(&$work.prompt)
            .bind(&$work.actual_prompt)
            .bind(&$work.model)
            .bind($now)
            .execute(&mut *$transaction)
            .await?
            .rows_affected();
        if inserted > 0 {
            $crate::store::vectors::mark_due!($transaction, Works, $work.id, $owner);
        }
        inserted > 0
    }};
}
pub(super) use insert_work;

#[derive(FromRow)]
struct Row {
    id: String,
    kind: String,
    job_id: Option<String>,
    file_id: String,
    mime: String,
    bytes: i64,
    width: Option<i64>,
    height: Option<i64>,
    duration_ms: Option<i64>,
    prompt: String,
    actual_prompt: Option<String>,
    model: String,
    created_at: i64,
    position: i64,
}

impl Row {
    fn work(self) -> Result<(u32, WorkView)> {
        let side = |side: Option<i64>| side.and_then(|side| u32::try_from(side).ok());
        let pixels = side(self.width)
            .zip(side(self.height))
            .map(|(width, height)| Pixels { width, height });
        let job = self.job_id.as_deref();
        let work = WorkView {
            id: rows::id("works", "id", &self.id)?,
            kind: JobKind::from_name(&self.kind)
                .ok_or_else(|| rows::corrupt("works", "kind", &self.id))?,
            job: job.map(|id| rows::id("works", "job_id", id)).transpose()?,
            file: rows::id("works", "file_id", &self.file_id)?,
            mime: self.mime,
            bytes: self.bytes,
            pixels,
            duration_ms: self.duration_ms,
            prompt: self.prompt,
            actual_prompt: self.actual_prompt,
            model: self.model,
            created_at: Millis::new(self.created_at),
        };
        Ok((u32::try_from(self.position).unwrap_or(0), work))
    }
}

impl Db {
    /// The places of a job of the owner's at which something was made, also where it was deleted since.
    #[tracing::instrument(name = "store.works.places", level = "debug", skip_all)]
    pub(crate) async fn places_made(&self, owner: UserId, job: JobId) -> Result<Vec<u32>> {
        let found: Vec<i64> = on_pool!(self.reader(), |pool| sqlx::query_scalar(PLACES)
            .bind(job.to_string())
            .bind(owner.to_string())
            .fetch_all(pool)
            .await?);
        let places = found.into_iter().map(u32::try_from);
        Ok(places.filter_map(std::result::Result::ok).collect())
    }

    /// What the owner's jobs from one to another have made, in their order.
    #[tracing::instrument(name = "store.works.of_jobs", level = "debug", skip_all)]
    pub(crate) async fn works_of_jobs(
        &self,
        owner: UserId,
        first: JobId,
        last: JobId,
    ) -> Result<Vec<WorkView>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(OF_JOBS)
            .bind(first.to_string())
            .bind(last.to_string())
            .bind(owner.to_string())
            .fetch_all(pool)
            .await?);
        let works = found.into_iter().map(|row| Ok(row.work()?.1));
        works.collect()
    }

    /// The owner's works, newest first, those before `before`, with these words in their prompts.
    #[tracing::instrument(name = "store.works.page", skip_all)]
    pub(crate) async fn works(
        &self,
        owner: UserId,
        kind: Option<JobKind>,
        words: Option<&str>,
        before: Option<WorkId>,
        limit: u32,
    ) -> Result<Vec<WorkView>> {
        let before = before.map_or_else(|| NEWEST.to_owned(), |id| id.to_string());
        let text = if kind.is_some() { PAGE_OF_KIND } else { PAGE };
        let found: Vec<Row> = on_pool!(self.reader(), |pool| {
            let mut query = sqlx::query_as(text)
                .bind(owner.to_string())
                .bind(&before)
                .bind(rows::containing(words.unwrap_or_default()))
                .bind(i64::from(limit));
            if let Some(kind) = kind {
                query = query.bind(kind.as_str());
            }
            query.fetch_all(pool).await?
        });
        let works = found.into_iter().map(|row| Ok(row.work()?.1));
        works.collect()
    }

    /// One of the owner's works.
    #[tracing::instrument(name = "store.works.find", skip_all)]
    pub(crate) async fn work(&self, owner: UserId, id: WorkId) -> Result<Option<WorkView>> {
        let found: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(FIND)
            .bind(owner.to_string())
            .bind(id.to_string())
            .fetch_optional(pool)
            .await?);
        Ok(found.map(Row::work).transpose()?.map(|(_, work)| work))
    }

    /// The file of one of the owner's works.
    #[tracing::instrument(name = "store.works.file", skip_all)]
    pub(crate) async fn file_of_work(
        &self,
        owner: UserId,
        work: WorkId,
    ) -> Result<Option<model::FileId>> {
        let id: Option<String> = on_pool!(self.reader(), |pool| sqlx::query_scalar(FILES)
            .bind(owner.to_string())
            .bind(work.to_string())
            .fetch_optional(pool)
            .await?);
        id.map(|id| rows::id("works", "file_id", &id)).transpose()
    }
}
