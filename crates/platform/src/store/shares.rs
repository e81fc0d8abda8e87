//! Links to what is shared: the hash of each one's secret, and what it is to.

mod snapshots;

use model::{Millis, Share, ShareId, Shareable, SharedKind, UserId};
use sqlx::FromRow;

use super::{
    Db, Result,
    audit::{append_audit, audited},
    bounded::TURN,
    on_pool, rows,
};
use crate::audit::Record;

#[cfg(test)]
pub(super) use snapshots::QUERIES as SNAPSHOT_QUERIES;
use snapshots::{KEEP, keep_messages};
pub(crate) use snapshots::{ShownMessage, Snapshot};

/// Only what is the owner's, and there, can be shared.
const SHARE_WORK: &str = "INSERT INTO shares (id, owner_id, token_hash, kind, thing_id, created_at, expires_at) \
     SELECT $1, owner_id, $2, 'work', id, $3, $4 FROM works WHERE id = $5 AND owner_id = $6 AND deleted_at IS NULL";
const SHARE_TRANSCRIPT: &str = "INSERT INTO shares (id, owner_id, token_hash, kind, thing_id, created_at, expires_at) \
     SELECT $1, owner_id, $2, 'transcript', id, $3, $4 FROM transcripts WHERE id = $5 AND owner_id = $6 AND sentences > 0 AND deleted_at IS NULL";
const SHARE_CONVERSATION: &str = "INSERT INTO shares (id, owner_id, token_hash, kind, thing_id, created_at, expires_at) \
     SELECT $1, owner_id, $2, 'conversation', id, $3, $4 FROM conversations WHERE id = $5 AND owner_id = $6 AND deleted_at IS NULL AND expires_at IS NULL";
/// The file of a work is shared as the work.
const SHARE_FILE: &str = "INSERT INTO shares (id, owner_id, token_hash, kind, thing_id, created_at, expires_at) \
     SELECT $1, owner_id, $2, 'file', id, $3, $4 FROM files WHERE id = $5 AND owner_id = $6 AND kind = 'upload' AND deleted_at IS NULL";
const COUNT: &str =
    "SELECT COUNT(*) FROM shares WHERE owner_id = $1 AND (expires_at IS NULL OR expires_at > $2)";
const OPEN: &str = "SELECT s.id, s.owner_id, s.kind, s.thing_id, s.expires_at FROM shares s JOIN users u ON u.id = s.owner_id \
     WHERE s.token_hash = $1 AND (s.expires_at IS NULL OR s.expires_at > $2) AND u.disabled = FALSE";
const LIST: &str = "SELECT s.id, s.kind, s.thing_id, COALESCE(w.kind, s.kind) AS medium, \
       SUBSTR(COALESCE(w.prompt, t.title, n.title, f.name), 1, 200) AS title, s.created_at, s.expires_at, n.taken_at \
     FROM shares s LEFT JOIN works w ON s.kind = 'work' AND w.id = s.thing_id AND w.deleted_at IS NULL \
       LEFT JOIN transcripts t ON s.kind = 'transcript' AND t.id = s.thing_id AND t.deleted_at IS NULL \
       LEFT JOIN conversations c ON s.kind = 'conversation' AND c.id = s.thing_id AND c.deleted_at IS NULL \
       LEFT JOIN files f ON s.kind = 'file' AND f.id = s.thing_id AND f.deleted_at IS NULL \
       LEFT JOIN share_snapshots n ON n.share_id = s.id \
     WHERE s.owner_id = $1 AND s.id < $2 AND (s.expires_at IS NULL OR s.expires_at > $3) \
       AND (w.id IS NOT NULL OR t.id IS NOT NULL OR c.id IS NOT NULL OR f.id IS NOT NULL) ORDER BY s.id DESC LIMIT $4";
const REVOKE: &str = "DELETE FROM shares WHERE id = $1 AND owner_id = $2";
const FORGET_EXPIRED: &str = "DELETE FROM shares WHERE expires_at <= $1";
const FORGET_WORKS: &str = "DELETE FROM shares WHERE kind = 'work' \
     AND NOT EXISTS (SELECT 1 FROM works w WHERE w.id = shares.thing_id)";
const FORGET_TRANSCRIPTS: &str = "DELETE FROM shares WHERE kind = 'transcript' \
     AND NOT EXISTS (SELECT 1 FROM transcripts t WHERE t.id = shares.thing_id)";
const FORGET_CONVERSATIONS: &str = "DELETE FROM shares WHERE kind = 'conversation' \
     AND NOT EXISTS (SELECT 1 FROM conversations c WHERE c.id = shares.thing_id)";
const FORGET_FILES: &str = "DELETE FROM shares WHERE kind = 'file' \
     AND NOT EXISTS (SELECT 1 FROM files f WHERE f.id = shares.thing_id)";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("SHARE_WORK", SHARE_WORK),
    ("SHARE_TRANSCRIPT", SHARE_TRANSCRIPT),
    ("SHARE_CONVERSATION", SHARE_CONVERSATION),
    ("SHARE_FILE", SHARE_FILE),
    ("COUNT", COUNT),
    ("OPEN", OPEN),
    ("LIST", LIST),
    ("REVOKE", REVOKE),
    ("FORGET_EXPIRED", FORGET_EXPIRED),
    ("FORGET_WORKS", FORGET_WORKS),
    ("FORGET_TRANSCRIPTS", FORGET_TRANSCRIPTS),
    ("FORGET_CONVERSATIONS", FORGET_CONVERSATIONS),
    ("FORGET_FILES", FORGET_FILES),
];

/// Greater than every id.
const NEWEST: &str = "g";

/// A link that is about to be made.
pub(crate) struct NewShareRow<'a> {
    pub(crate) id: ShareId,
    pub(crate) owner: UserId,
    pub(crate) token_hash: &'a str,
    pub(crate) thing: Shareable,
    pub(crate) now: Millis,
    pub(crate) expires_at: Option<Millis>,
    /// Links of the owner's that may work at once.
    pub(crate) most: i64,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SharedAs {
    /// There is a link.
    Made,
    /// The owner has no such thing.
    NoThing,
    /// The owner has as many links as they may.
    TooMany,
}

/// A link that works.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenShare {
    pub(crate) id: ShareId,
    pub(crate) owner: UserId,
    pub(crate) thing: Shareable,
    pub(crate) expires_at: Option<Millis>,
}

#[derive(FromRow)]
struct OpenRow {
    id: String,
    owner_id: String,
    kind: String,
    thing_id: String,
    expires_at: Option<i64>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    kind: String,
    thing_id: String,
    medium: String,
    title: String,
    created_at: i64,
    expires_at: Option<i64>,
    taken_at: Option<i64>,
}

fn thing(row: &str, kind: &str, id: &str) -> Result<Shareable> {
    Shareable::named(kind, id).ok_or_else(|| rows::corrupt("shares", "kind", row))
}

impl TryFrom<OpenRow> for OpenShare {
    type Error = super::Error;

    fn try_from(row: OpenRow) -> Result<Self> {
        Ok(Self {
            id: rows::id("shares", "id", &row.id)?,
            owner: rows::id("shares", "owner_id", &row.owner_id)?,
            thing: thing(&row.id, &row.kind, &row.thing_id)?,
            expires_at: row.expires_at.map(Millis::new),
        })
    }
}

impl Row {
    fn share(self) -> Result<Share> {
        Ok(Share {
            id: rows::id("shares", "id", &self.id)?,
            thing: thing(&self.id, &self.kind, &self.thing_id)?,
            medium: SharedKind::from_name(&self.medium)
                .ok_or_else(|| rows::corrupt("works", "kind", &self.thing_id))?,
            title: self.title,
            created_at: Millis::new(self.created_at),
            expires_at: self.expires_at.map(Millis::new),
            taken_at: self.taken_at.map(Millis::new),
        })
    }
}

impl Db {
    /// Keeps a link with the log's line, and what it shows where that is a copy.
    #[tracing::instrument(name = "store.shares.insert", skip_all)]
    pub(crate) async fn insert_share(
        &self,
        new: &NewShareRow<'_>,
        snapshot: Option<&Snapshot>,
        record: &Record,
    ) -> Result<SharedAs> {
        let text = match new.thing {
            Shareable::Work(_) => SHARE_WORK,
            Shareable::Transcript(_) => SHARE_TRANSCRIPT,
            Shareable::Conversation(_) => SHARE_CONVERSATION,
            Shareable::File(_) => SHARE_FILE,
        };
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(TURN)
                .bind(new.owner.to_string())
                .execute(&mut *transaction)
                .await?;
            let there: i64 = sqlx::query_scalar(COUNT)
                .bind(new.owner.to_string())
                .bind(new.now.get())
                .fetch_one(&mut *transaction)
                .await?;
            if there >= new.most {
                return Ok(SharedAs::TooMany);
            }
            let inserted = sqlx::query(text)
                .bind(new.id.to_string())
                .bind(new.token_hash)
                .bind(new.now.get())
                .bind(new.expires_at.map(Millis::get))
                .bind(new.thing.id())
                .bind(new.owner.to_string())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if inserted == 0 {
                return Ok(SharedAs::NoThing);
            }
            if let Some(snapshot) = snapshot {
                sqlx::query(KEEP)
                    .bind(new.id.to_string())
                    .bind(&snapshot.title)
                    .bind(snapshot.count())
                    .bind(snapshot.taken_at.get())
                    .execute(&mut *transaction)
                    .await?;
                keep_messages!(transaction, new.id, snapshot);
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(SharedAs::Made)
    }

    /// The link with that secret, if it works and its owner's account does.
    #[tracing::instrument(name = "store.shares.open", skip_all)]
    pub(crate) async fn open_share(
        &self,
        token_hash: &str,
        now: Millis,
    ) -> Result<Option<OpenShare>> {
        let row: Option<OpenRow> = on_pool!(self.reader(), |pool| sqlx::query_as(OPEN)
            .bind(token_hash)
            .bind(now.get())
            .fetch_optional(pool)
            .await?);
        row.map(OpenShare::try_from).transpose()
    }

    /// The owner's links that work, newest first, those before `before`.
    #[tracing::instrument(name = "store.shares.list", skip_all)]
    pub(crate) async fn shares(
        &self,
        owner: UserId,
        before: Option<ShareId>,
        limit: u32,
        now: Millis,
    ) -> Result<Vec<Share>> {
        let before = before.map_or_else(|| NEWEST.to_owned(), |id| id.to_string());
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(LIST)
            .bind(owner.to_string())
            .bind(&before)
            .bind(now.get())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Row::share).collect()
    }

    /// Takes a link of the owner's back, with the log's line. Whether there was one.
    #[tracing::instrument(name = "store.shares.revoke", skip_all)]
    pub(crate) async fn revoke_share(
        &self,
        owner: UserId,
        id: ShareId,
        record: &Record,
    ) -> Result<bool> {
        Ok(audited!(
            self,
            record,
            sqlx::query(REVOKE)
                .bind(id.to_string())
                .bind(owner.to_string())
        ))
    }

    /// Forgets links that have ended or whose thing is gone. How many there were.
    #[tracing::instrument(name = "store.shares.forget", skip_all)]
    pub(crate) async fn forget_shares(&self, now: Millis) -> Result<u64> {
        Ok(on_pool!(self.writer(), |pool| {
            let expired = sqlx::query(FORGET_EXPIRED).bind(now.get()).execute(pool);
            let mut forgotten = expired.await?.rows_affected();
            for text in [
                FORGET_WORKS,
                FORGET_TRANSCRIPTS,
                FORGET_CONVERSATIONS,
                FORGET_FILES,
            ] {
                forgotten += sqlx::query(text).execute(pool).await?.rows_affected();
            }
            forgotten
        }))
    }
}
