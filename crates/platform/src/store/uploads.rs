//! Uploads that come in parts: how far each is, and which objects hold what came.

mod deferred;

use model::{FileId, Millis, UploadId, UserId};
use sqlx::FromRow;

use super::{
    Blob, Db, Quota, Result,
    files::{ACCOUNT, RESERVE, TAKE_BACK, take_turn},
    on_pool, rows,
};

pub(crate) use deferred::Advanced;

/// Uploads of one person that are on their way, at most.
const OPEN_AT_MOST: i64 = 100;

/// Parts of an upload at most: whoever sends single bytes does not get one object for each.
pub(crate) const PARTS_AT_MOST: i64 = 10_000;

const OPEN: &str =
    "SELECT COUNT(*) FROM uploads WHERE owner_id = $1 AND file_id IS NULL AND failure IS NULL";
const BEGIN_PARTS: &str = "INSERT INTO blobs (id, owner_id, state, sha256, bytes, changed_at) \
     VALUES ($1, $2, 'parts', '', 0, $3)";
const INSERT: &str = "INSERT INTO uploads (id, owner_id, name, declared, length, received, parts, expires_at, deferred, recorded_ms) \
     VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7, $8)";
const ONE: &str = "SELECT name, declared, length, deferred, received, file_id, failure, expires_at FROM uploads \
     WHERE id = $1 AND owner_id = $2 AND expires_at > $3";
const ADVANCE: &str = "UPDATE uploads SET received = received + $4, parts = parts + 1, expires_at = $5 \
     WHERE id = $1 AND owner_id = $2 AND received = $3 AND received + $4 <= length AND parts < $6 \
     AND NOT deferred AND file_id IS NULL AND failure IS NULL";
const INSERT_PART: &str =
    "INSERT INTO upload_parts (upload_id, starts_at, bytes, object) VALUES ($1, $2, $3, $4)";
const PARTS: &str =
    "SELECT object, bytes FROM upload_parts WHERE upload_id = $1 ORDER BY starts_at";
const FAIL: &str = "UPDATE uploads SET failure = $3 WHERE id = $1 AND owner_id = $2 \
     AND file_id IS NULL AND failure IS NULL RETURNING length";
const DELETE: &str =
    "DELETE FROM uploads WHERE id = $1 AND owner_id = $2 RETURNING length, file_id, failure";
const DOOM: &str =
    "UPDATE blobs SET state = 'doomed', changed_at = $2 WHERE id = $1 AND state = 'parts'";
const EXPIRED: &str =
    "SELECT id, owner_id FROM uploads WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("UPLOADS_OPEN", OPEN),
    ("UPLOADS_ONE", ONE),
    ("UPLOADS_ADVANCE", ADVANCE),
    ("UPLOADS_ADVANCE_DEFERRED", deferred::ADVANCE),
    ("UPLOADS_DEFINE", deferred::DEFINE),
    ("UPLOADS_RECORDED", deferred::RECORDED),
    ("UPLOADS_UNFINISHED", deferred::UNFINISHED),
    ("UPLOADS_PARTS", PARTS),
    ("UPLOADS_EXPIRED", EXPIRED),
];

/// An upload that is about to begin.
pub(crate) struct NewUpload<'a> {
    pub(crate) id: UploadId,
    pub(crate) owner: UserId,
    pub(crate) name: &'a str,
    /// The type that its sender says, or nothing.
    pub(crate) declared: &'a str,
    /// Nothing while it is not known.
    pub(crate) length: Option<i64>,
    /// It is a recording, sent while it is made.
    pub(crate) is_recording: bool,
    pub(crate) expires_at: Millis,
}

/// What became of beginning one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    Done,
    QuotaUsedUp,
    /// As many are on their way as may be.
    TooMany,
}

/// How far an upload is.
#[derive(Clone, Debug)]
pub(crate) struct KeptUpload {
    pub(crate) name: String,
    pub(crate) declared: String,
    /// What came, as long as it is deferred.
    pub(crate) length: i64,
    /// The length is told with its end.
    pub(crate) deferred: bool,
    pub(crate) received: i64,
    pub(crate) file: Option<FileId>,
    /// The code of the failure that it ended in.
    pub(crate) failure: Option<String>,
    pub(crate) expires_at: Millis,
}

#[derive(FromRow)]
struct Row {
    name: String,
    declared: String,
    length: i64,
    deferred: bool,
    received: i64,
    file_id: Option<String>,
    failure: Option<String>,
    expires_at: i64,
}

/// A part that was stored.
pub(crate) struct NewPart<'a> {
    pub(crate) starts_at: i64,
    pub(crate) bytes: i64,
    pub(crate) object: &'a str,
}

impl Db {
    /// Begins an upload and reserves its bytes.
    #[tracing::instrument(name = "store.uploads.begin", skip_all)]
    pub(crate) async fn begin_upload(
        &self,
        upload: &NewUpload<'_>,
        quota: Quota,
        now: Millis,
    ) -> Result<Begun> {
        let (id, owner) = (upload.id.to_string(), upload.owner.to_string());
        let length = upload.length.unwrap_or(0);
        let recorded = upload.is_recording.then_some(0_i64);
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(ACCOUNT)
                .bind(&owner)
                .execute(&mut *transaction)
                .await?;
            let within = sqlx::query(RESERVE)
                .bind(&owner)
                .bind(length)
                .bind(1_i64)
                .bind(quota.bytes)
                .bind(quota.files)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if within == 0 {
                return Ok(Begun::QuotaUsedUp);
            }
            let open: i64 = sqlx::query_scalar(OPEN)
                .bind(&owner)
                .fetch_one(&mut *transaction)
                .await?;
            if open >= OPEN_AT_MOST {
                return Ok(Begun::TooMany);
            }
            sqlx::query(BEGIN_PARTS)
                .bind(&id)
                .bind(&owner)
                .bind(now.get())
                .execute(&mut *transaction)
                .await?;
            sqlx::query(INSERT)
                .bind(&id)
                .bind(&owner)
                .bind(upload.name)
                .bind(upload.declared)
                .bind(length)
                .bind(upload.expires_at.get())
                .bind(upload.length.is_none())
                .bind(recorded)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok(Begun::Done)
    }

    /// One of the owner's uploads, unless it has expired.
    #[tracing::instrument(name = "store.uploads.one", skip_all)]
    pub(crate) async fn upload(
        &self,
        owner: UserId,
        id: UploadId,
        now: Millis,
    ) -> Result<Option<KeptUpload>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(ONE)
            .bind(id.to_string())
            .bind(owner.to_string())
            .bind(now.get())
            .fetch_optional(pool)
            .await?);
        let Some(row) = row else { return Ok(None) };
        let file = row.file_id.as_deref();
        Ok(Some(KeptUpload {
            file: file
                .map(|id| rows::id("uploads", "file_id", id))
                .transpose()?,
            name: row.name,
            declared: row.declared,
            length: row.length,
            deferred: row.deferred,
            received: row.received,
            failure: row.failure,
            expires_at: Millis::new(row.expires_at),
        }))
    }

    /// Notes a part that was stored, if the upload is still where the part begins.
    #[tracing::instrument(name = "store.uploads.advance", skip_all)]
    pub(crate) async fn advance_upload(
        &self,
        owner: UserId,
        id: UploadId,
        part: &NewPart<'_>,
        expires_at: Millis,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let advanced = sqlx::query(ADVANCE)
                .bind(id.to_string())
                .bind(owner.to_string())
                .bind(part.starts_at)
                .bind(part.bytes)
                .bind(expires_at.get())
                .bind(PARTS_AT_MOST)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if advanced == 0 {
                return Ok(false);
            }
            sqlx::query(INSERT_PART)
                .bind(id.to_string())
                .bind(part.starts_at)
                .bind(part.bytes)
                .bind(part.object)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// The objects of an upload in order, with the bytes of each.
    #[tracing::instrument(name = "store.uploads.parts", skip_all)]
    pub(crate) async fn upload_parts(&self, id: UploadId) -> Result<Vec<(String, i64)>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(PARTS)
            .bind(id.to_string())
            .fetch_all(pool)
            .await?))
    }

    /// Notes why an upload becomes no file, and gives its bytes back. Whether it was still on its way.
    #[tracing::instrument(name = "store.uploads.fail", skip_all)]
    pub(crate) async fn fail_upload(
        &self,
        owner: UserId,
        id: UploadId,
        failure: &str,
        now: Millis,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take_turn!(transaction, owner);
            let failed: Option<i64> = sqlx::query_scalar(FAIL)
                .bind(id.to_string())
                .bind(owner.to_string())
                .bind(failure)
                .fetch_optional(&mut *transaction)
                .await?;
            let Some(length) = failed else {
                return Ok(false);
            };
            sqlx::query(TAKE_BACK)
                .bind(owner.to_string())
                .bind(length)
                .bind(1_i64)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(DOOM)
                .bind(id.to_string())
                .bind(now.get())
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// Ends an upload and forgets it; a file that it became stays. Whether there was one.
    #[tracing::instrument(name = "store.uploads.end", skip_all)]
    pub(crate) async fn end_upload(
        &self,
        owner: UserId,
        id: UploadId,
        now: Millis,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take_turn!(transaction, owner);
            let gone: Option<(i64, Option<String>, Option<String>)> = sqlx::query_as(DELETE)
                .bind(id.to_string())
                .bind(owner.to_string())
                .fetch_optional(&mut *transaction)
                .await?;
            let Some((length, file, failure)) = gone else {
                return Ok(false);
            };
            if file.is_none() && failure.is_none() {
                sqlx::query(TAKE_BACK)
                    .bind(owner.to_string())
                    .bind(length)
                    .bind(1_i64)
                    .execute(&mut *transaction)
                    .await?;
            }
            sqlx::query(DOOM)
                .bind(id.to_string())
                .bind(now.get())
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// Uploads that nobody went on with.
    #[tracing::instrument(name = "store.uploads.expired", skip_all)]
    pub(crate) async fn expired_uploads(&self, now: Millis, limit: u32) -> Result<Vec<Blob>> {
        let found: Vec<(String, String)> = on_pool!(self.reader(), |pool| sqlx::query_as(EXPIRED)
            .bind(now.get())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found
            .into_iter()
            .map(|(id, owner)| {
                Ok(Blob {
                    owner: rows::id("uploads", "owner_id", &owner)?,
                    id: rows::id("uploads", "id", &id)?,
                })
            })
            .collect()
    }
}
