//! What links to conversations show: copies of what was said when each link was made or brought up to date.

use model::{ConversationId, Millis, ModelName, ShareId, Speaker, UserId};
use sqlx::{FromRow, types::Json};

use crate::{
    audit::Record,
    store::{Db, Result, Source, audit::append_audit, on_pool, rows},
};

pub(super) const KEEP: &str =
    "INSERT INTO share_snapshots (share_id, title, messages, taken_at) VALUES ($1, $2, $3, $4)";

pub(super) const KEEP_MESSAGE: &str = "
    INSERT INTO share_messages (share_id, position, role, model, text, blocks, render_version, sources)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// The conversation that a link of the owner's is to.
const SUBJECT: &str = "
    SELECT thing_id FROM shares
    WHERE id = $1 AND owner_id = $2 AND kind = 'conversation' AND (expires_at IS NULL OR expires_at > $3)";

const RENEW: &str = "
    UPDATE share_snapshots SET title = $2, messages = $3, taken_at = $4
    WHERE share_id = $1 AND EXISTS (SELECT 1 FROM shares s WHERE s.id = $1 AND s.owner_id = $5)";

const CLEAR: &str = "DELETE FROM share_messages WHERE share_id = $1";

const HEAD: &str = "SELECT title, taken_at FROM share_snapshots WHERE share_id = $1";

const MESSAGES: &str = "
    SELECT position, role, model, text, blocks, render_version, sources FROM share_messages
    WHERE share_id = $1 AND position >= $2 ORDER BY position LIMIT $3";

/// Where a newer copy is meanwhile, its blocks stay: those are of the text that it has.
const SAVE_RENDERED: &str = "
    UPDATE share_messages SET blocks = $3, render_version = $4
    WHERE share_id = $1 AND position = $2 AND render_version < $4";

/// For the proof that each uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[
    ("KEEP", KEEP),
    ("KEEP_MESSAGE", KEEP_MESSAGE),
    ("SUBJECT", SUBJECT),
    ("RENEW", RENEW),
    ("CLEAR", CLEAR),
    ("HEAD", HEAD),
    ("MESSAGES", MESSAGES),
    ("SAVE_RENDERED", SAVE_RENDERED),
];

/// A copy of a branch.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) title: String,
    pub(crate) taken_at: Millis,
    pub(crate) messages: Vec<ShownMessage>,
}

/// A message of such a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShownMessage {
    pub(crate) speaker: Speaker,
    pub(crate) model: Option<ModelName>,
    pub(crate) text: String,
    /// An answer's blocks, as the renderer of that version made them.
    pub(crate) blocks: Vec<String>,
    pub(crate) render_version: i64,
    /// What an answer cites.
    pub(crate) sources: Vec<Source>,
}

impl Snapshot {
    /// How many messages there are.
    pub(crate) fn count(&self) -> i64 {
        i64::try_from(self.messages.len()).unwrap_or(i64::MAX)
    }
}

#[derive(FromRow)]
struct Row {
    position: i64,
    role: String,
    model: Option<String>,
    text: String,
    blocks: Json<Vec<String>>,
    render_version: i64,
    sources: Option<Json<Vec<Source>>>,
}

impl Row {
    fn message(self, share: ShareId) -> Result<ShownMessage> {
        let at = |column| rows::corrupt("share_messages", column, &share.to_string());
        Ok(ShownMessage {
            speaker: match self.role.as_str() {
                "user" => Speaker::User,
                "assistant" => Speaker::Assistant,
                _ => return Err(at("role")),
            },
            model: self
                .model
                .map(ModelName::parse)
                .transpose()
                .map_err(|_| at("model"))?,
            text: self.text,
            blocks: self.blocks.0,
            render_version: self.render_version,
            sources: self
                .sources
                .map(|Json(sources)| sources)
                .unwrap_or_default(),
        })
    }
}

/// How a speaker is called in the database.
pub(super) const fn role(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::User => "user",
        Speaker::Assistant => "assistant",
    }
}

/// Writes the messages of a copy inside an open transaction of either dialect.
macro_rules! keep_messages {
    ($transaction:expr, $share:expr, $snapshot:expr) => {
        for (position, message) in (0_i64..).zip(&$snapshot.messages) {
            sqlx::query($crate::store::shares::snapshots::KEEP_MESSAGE)
                .bind($share.to_string())
                .bind(position)
                .bind($crate::store::shares::snapshots::role(message.speaker))
                .bind(message.model.as_ref().map(model::ModelName::as_str))
                .bind(&message.text)
                .bind(sqlx::types::Json(&message.blocks))
                .bind(message.render_version)
                .bind((!message.sources.is_empty()).then(|| sqlx::types::Json(&message.sources)))
                .execute(&mut *$transaction)
                .await?;
        }
    };
}
pub(super) use keep_messages;

impl Db {
    /// The conversation that a link of the owner's shows, if it is one to a conversation and works.
    #[tracing::instrument(name = "store.shares.subject", skip_all)]
    pub(crate) async fn shared_conversation(
        &self,
        owner: UserId,
        share: ShareId,
        now: Millis,
    ) -> Result<Option<ConversationId>> {
        let found: Option<String> = on_pool!(self.reader(), |pool| sqlx::query_scalar(SUBJECT)
            .bind(share.to_string())
            .bind(owner.to_string())
            .bind(now.get())
            .fetch_optional(pool)
            .await?);
        found
            .map(|id| rows::id("shares", "thing_id", &id))
            .transpose()
    }

    /// Puts another copy in the place of what a link of the owner's shows, with the log's line. Whether there is such a link.
    #[tracing::instrument(name = "store.shares.renew", skip_all)]
    pub(crate) async fn renew_snapshot(
        &self,
        owner: UserId,
        share: ShareId,
        snapshot: &Snapshot,
        record: &Record,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let renewed = sqlx::query(RENEW)
                .bind(share.to_string())
                .bind(&snapshot.title)
                .bind(snapshot.count())
                .bind(snapshot.taken_at.get())
                .bind(owner.to_string())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if renewed == 0 {
                return Ok(false);
            }
            sqlx::query(CLEAR)
                .bind(share.to_string())
                .execute(&mut *transaction)
                .await?;
            keep_messages!(transaction, share, snapshot);
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// What the conversation of a link was called, and as of when it is shown.
    #[tracing::instrument(name = "store.shares.snapshot", skip_all)]
    pub(crate) async fn snapshot_head(&self, share: ShareId) -> Result<Option<(String, Millis)>> {
        let head: Option<(String, i64)> = on_pool!(self.reader(), |pool| sqlx::query_as(HEAD)
            .bind(share.to_string())
            .fetch_optional(pool)
            .await?);
        Ok(head.map(|(title, taken_at)| (title, Millis::new(taken_at))))
    }

    /// Up to `limit` messages of what a link shows, with their places, from that place on.
    #[tracing::instrument(name = "store.shares.messages", skip_all)]
    pub(crate) async fn shown_messages(
        &self,
        share: ShareId,
        from: u32,
        limit: u32,
    ) -> Result<Vec<(i64, ShownMessage)>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(MESSAGES)
            .bind(share.to_string())
            .bind(i64::from(from))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let each = found
            .into_iter()
            .map(|row| -> Result<_> { Ok((row.position, row.message(share)?)) });
        each.collect()
    }

    /// Keeps what an answer was rendered to anew, unless a renderer as new has been there.
    #[tracing::instrument(name = "store.shares.save_rendered", skip_all)]
    pub(crate) async fn save_shown(
        &self,
        share: ShareId,
        position: i64,
        blocks: &[String],
        version: i64,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            let query = sqlx::query(SAVE_RENDERED)
                .bind(share.to_string())
                .bind(position)
                .bind(Json(blocks))
                .bind(version);
            query.execute(pool).await?.rows_affected()
        });
        Ok(())
    }
}
