//! Files that were kept for as long as the operator lets them be.

use model::{FileId, Millis, UserId};
use sqlx::FromRow;

use super::{Db, Result, on_pool, rows};

/// Without what is in use just now: it goes when that is over.
const FILES: &str = concat!(
    "SELECT f.id AS file_id, f.owner_id, f.created_at, f.id AS place FROM files f WHERE f.created_at < $1 AND NOT ",
    in_hand!("f.owner_id", "f.id"),
    " AND NOT EXISTS (SELECT 1 FROM transcripts t WHERE t.file_id = f.id AND t.state = 'making') \
     ORDER BY f.created_at, f.id LIMIT $2"
);
/// Uploads that a transcript is of which nobody makes any more, where nothing else has them: no younger transcript and none that
/// is being made, no message and nothing in use just now. A work that was listened to stays a work.
const RECORDINGS: &str = concat!(
    "SELECT r.file_id, r.owner_id, r.created_at, r.id AS place FROM transcripts r \
     WHERE r.file_id IS NOT NULL AND (r.created_at, r.id) > ($1, $2) AND r.created_at < $3 AND r.state <> 'making' \
     AND EXISTS (SELECT 1 FROM files f WHERE f.id = r.file_id AND f.kind = 'upload') \
     AND NOT EXISTS (SELECT 1 FROM transcripts o WHERE o.file_id = r.file_id AND (o.state = 'making' OR o.created_at >= $3)) \
     AND NOT ",
    handed_in!("r.owner_id", "r.file_id"),
    " AND NOT ",
    in_hand!("r.owner_id", "r.file_id"),
    " ORDER BY r.created_at, r.id LIMIT $4"
);

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] =
    &[("EXPIRED_FILES", FILES), ("EXPIRED_RECORDINGS", RECORDINGS)];

/// A file whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expired {
    pub(crate) id: FileId,
    pub(crate) owner: UserId,
}

/// As a query gives one.
#[derive(FromRow)]
pub(super) struct Row {
    file_id: String,
    owner_id: String,
    created_at: i64,
    place: String,
}

impl TryFrom<Row> for Expired {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: rows::id("files", "id", &row.file_id)?,
            owner: rows::id("files", "owner_id", &row.owner_id)?,
        })
    }
}

/// How far one has come: when a transcript was asked for, and its id.
pub(crate) type Reached = (Millis, String);

impl Db {
    /// Files that were stored before that time, the oldest first.
    #[tracing::instrument(name = "store.expiry.files", skip_all)]
    pub(crate) async fn expired_files(&self, end: Millis, limit: u32) -> Result<Vec<Expired>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(FILES)
            .bind(end.get())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Expired::try_from).collect()
    }

    /// Recordings of transcripts that were asked for before that time, the oldest first, behind that place; and the last one's
    /// place.
    #[tracing::instrument(name = "store.expiry.recordings", skip_all)]
    pub(crate) async fn expired_recordings(
        &self,
        after: &Reached,
        end: Millis,
        limit: u32,
    ) -> Result<(Vec<Expired>, Option<Reached>)> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(RECORDINGS)
            .bind(after.0.get())
            .bind(&after.1)
            .bind(end.get())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let last = found.last();
        let last = last.map(|row| (Millis::new(row.created_at), row.place.clone()));
        let expired: Result<Vec<Expired>> = found.into_iter().map(Expired::try_from).collect();
        Ok((expired?, last))
    }
}
