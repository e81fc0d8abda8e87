//! Branches of the tree: which one is shown, versions that a person wrote, and those that are deleted and brought back.
//!
//! Every act takes the conversation's row first, as the beginning of an answer does: nothing is begun below what is being
//! deleted, and the end that is shown is never in a branch that is gone.

use model::{ConversationId, MessageId, Millis, SubmissionId, UserId};
use sqlx::types::Json;

use super::{
    Db, Result, Submitted,
    messages::{Part, versions},
    on_pool,
    search::SearchIndex as _,
};

/// A version of an answer that a person wrote.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    /// Whose.
    pub(crate) owner: UserId,
    /// The conversation.
    pub(crate) conversation: ConversationId,
    /// The answer that it is a version of.
    pub(crate) of: MessageId,
    /// Its id.
    pub(crate) id: MessageId,
    /// Its text, Markdown.
    pub(crate) text: &'a str,
    /// The press of *Save*.
    pub(crate) submission: SubmissionId,
    /// Now.
    pub(crate) now: Millis,
}

/// What became of an act on a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BranchOutcome {
    /// It was done, now or by the same press before, and this message is at the top of it.
    Done(MessageId),
    /// There is no such message of the owner's.
    NotFound,
    /// An answer is being written there.
    Generating,
}

/// Proves whose the conversation is, and makes those who change its branches take turns.
const TAKE: &str = "
    UPDATE conversations SET leaf_id = leaf_id
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL RETURNING leaf_id";

const SHOW: &str = "UPDATE conversations SET leaf_id = $2 WHERE id = $1";

/// From a message down to the newest end below it.
const NEWEST_LEAF: &str = "
    WITH RECURSIVE below (id, depth) AS (
        SELECT id, 1 FROM messages WHERE id = $2 AND conversation_id = $1 AND deleted_at IS NULL
        UNION ALL
        SELECT (SELECT MAX(s.id) FROM messages s WHERE s.parent_id = b.id AND s.deleted_at IS NULL), b.depth + 1
        FROM below b WHERE b.id IS NOT NULL
    )
    SELECT id FROM below WHERE id IS NOT NULL ORDER BY depth DESC LIMIT 1";

/// Answers that are being written in the conversation, in whichever lane.
pub(super) const RUNNING: &str =
    "SELECT COUNT(*) FROM generations WHERE conversation_id = $1 AND status = 'running'";

const NEW_VERSION: &str = "
    INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, model, edited, submission_id, created_at,
                          updated_at)
    SELECT $3, conversation_id, parent_id, role, 'complete', $4, model, TRUE, $5, $6, $6 FROM messages
    WHERE id = $2 AND conversation_id = $1 AND role = 'assistant' AND status <> 'generating' AND deleted_at IS NULL";

const SHOW_NEW: &str = "UPDATE conversations SET leaf_id = $2, updated_at = $3 WHERE id = $1";

/// Clocks step back, but what was deleted with a message's parent must never be purged after it.
const LAST_DELETION: &str =
    "SELECT COALESCE(MAX(deleted_at), 0) FROM messages WHERE conversation_id = $1";

const DELETE: &str = "
    WITH RECURSIVE below (id) AS (
        SELECT id FROM messages WHERE id = $2 AND conversation_id = $1 AND deleted_at IS NULL
        UNION ALL
        SELECT m.id FROM below b JOIN messages m ON m.parent_id = b.id WHERE m.deleted_at IS NULL
    )
    UPDATE messages SET deleted_at = $3, deleted_with = $2 WHERE id IN (SELECT id FROM below)";

const RUNNING_DELETED: &str = "
    SELECT COUNT(*) FROM generations g JOIN messages m ON m.id = g.message_id
    WHERE g.conversation_id = $1 AND g.status = 'running' AND m.deleted_at IS NOT NULL";

const IS_DELETED: &str = "SELECT COUNT(*) FROM messages WHERE id = $1 AND deleted_at IS NOT NULL";

/// The version before a message, else the one after it; and what it answers.
const BESIDE: &str = concat!(
    "SELECT COALESCE(",
    versions!("MAX(s.id)", "s.id < m.id"),
    ", ",
    versions!("MIN(s.id)", "s.id > m.id"),
    ") AS beside, m.parent_id FROM messages m WHERE m.id = $1"
);

/// Not where what it hung on was deleted too: that has to come back first.
const RESTORE: &str = "
    UPDATE messages SET deleted_at = NULL, deleted_with = NULL
    WHERE conversation_id = $1 AND deleted_with = $2
      AND NOT EXISTS (SELECT 1 FROM messages m JOIN messages p ON p.id = m.parent_id
                      WHERE m.id = $2 AND p.deleted_at IS NOT NULL)";

const PURGE: &str = "DELETE FROM messages WHERE deleted_at < $1";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("TAKE", TAKE),
    ("SHOW", SHOW),
    ("NEWEST_LEAF", NEWEST_LEAF),
    ("RUNNING", RUNNING),
    ("NEW_VERSION", NEW_VERSION),
    ("SHOW_NEW", SHOW_NEW),
    ("LAST_DELETION", LAST_DELETION),
    ("DELETE", DELETE),
    ("RUNNING_DELETED", RUNNING_DELETED),
    ("IS_DELETED", IS_DELETED),
    ("BESIDE", BESIDE),
    ("RESTORE", RESTORE),
    ("PURGE", PURGE),
];

/// The end of the branch that is shown, if the owner has such a conversation; nobody else changes its branches until the
/// transaction ends.
macro_rules! take {
    ($tx:expr, $owner:expr, $conversation:expr) => {{
        let taken: Option<(Option<String>,)> = sqlx::query_as(TAKE)
            .bind($conversation.to_string())
            .bind($owner.to_string())
            .fetch_optional(&mut *$tx)
            .await?;
        taken
    }};
}

/// Shows the newest end below a message; whether there is one.
macro_rules! show_newest {
    ($tx:expr, $conversation:expr, $message:expr) => {{
        let leaf: Option<String> = sqlx::query_scalar(NEWEST_LEAF)
            .bind($conversation.to_string())
            .bind($message)
            .fetch_optional(&mut *$tx)
            .await?;
        let is_there = leaf.is_some();
        if is_there {
            show!($tx, $conversation, leaf);
        }
        is_there
    }};
}

macro_rules! show {
    ($tx:expr, $conversation:expr, $leaf:expr) => {
        sqlx::query(SHOW)
            .bind($conversation.to_string())
            .bind($leaf)
            .execute(&mut *$tx)
            .await?
    };
}

macro_rules! count {
    ($tx:expr, $query:expr, $id:expr) => {{
        let count: i64 = sqlx::query_scalar($query)
            .bind($id)
            .fetch_one(&mut *$tx)
            .await?;
        count
    }};
}

impl Db {
    /// Shows the branch of the owner's conversation that `message` is in, down to its newest end. Whether there is such
    /// a message.
    #[tracing::instrument(name = "store.branches.show", skip_all, fields(conversation.id = %conversation))]
    pub async fn show_branch(
        &self,
        owner: UserId,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let shown = take!(tx, owner, conversation).is_some()
                && show_newest!(tx, conversation, message.to_string());
            tx.commit().await?;
            Ok(shown)
        })
    }

    /// Puts a version beside an answer and shows it, unless an answer is being written in that conversation. A conflict
    /// means that the submission is somebody else's.
    #[tracing::instrument(name = "store.branches.add_version", skip_all, fields(message.id = %version.id))]
    pub(crate) async fn add_version(&self, version: Version<'_>) -> Result<BranchOutcome> {
        let (owner, submission) = (version.owner, version.submission);
        if let Some(Submitted::Before(_, before)) = self.submitted(owner, submission).await? {
            return Ok(BranchOutcome::Done(before));
        }
        let refused = match self.write_version(version).await {
            Err(error) if error.is_conflict() => error,
            settled => return settled,
        };
        // The same press may have been on its way at the same time, and been faster.
        match self.submitted(owner, submission).await? {
            Some(Submitted::Before(_, before)) => Ok(BranchOutcome::Done(before)),
            Some(
                Submitted::New(_)
                | Submitted::NoConversation
                | Submitted::NoFile
                | Submitted::NotDue,
            )
            | None => Err(refused),
        }
    }

    async fn write_version(&self, version: Version<'_>) -> Result<BranchOutcome> {
        let conversation = version.conversation;
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            if take!(tx, version.owner, conversation).is_none() {
                return Ok(BranchOutcome::NotFound);
            }
            if count!(tx, RUNNING, conversation.to_string()) > 0 {
                return Ok(BranchOutcome::Generating);
            }
            let written = sqlx::query(NEW_VERSION)
                .bind(conversation.to_string())
                .bind(version.of.to_string())
                .bind(version.id.to_string())
                .bind(Json([Part::Text {
                    text: version.text.to_owned(),
                }]))
                .bind(version.submission.to_string())
                .bind(version.now.get())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if written == 0 {
                return Ok(BranchOutcome::NotFound);
            }
            tx.index_text(version.id, version.text).await?;
            sqlx::query(SHOW_NEW)
                .bind(conversation.to_string())
                .bind(version.id.to_string())
                .bind(version.now.get())
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(BranchOutcome::Done(version.id))
        })
    }

    /// Deletes a message with all that is below it. If that was shown, the version before it is now, else the one after
    /// it, else what it answered.
    #[tracing::instrument(name = "store.branches.delete", skip_all, fields(message.id = %top))]
    pub(crate) async fn delete_branch(
        &self,
        owner: UserId,
        conversation: ConversationId,
        top: MessageId,
        now: Millis,
    ) -> Result<BranchOutcome> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let Some((leaf,)) = take!(tx, owner, conversation) else {
                return Ok(BranchOutcome::NotFound);
            };
            let last = count!(tx, LAST_DELETION, conversation.to_string());
            let deleted = sqlx::query(DELETE)
                .bind(conversation.to_string())
                .bind(top.to_string())
                .bind(now.get().max(last))
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if deleted == 0 {
                return Ok(BranchOutcome::NotFound);
            }
            if count!(tx, RUNNING_DELETED, conversation.to_string()) > 0 {
                return Ok(BranchOutcome::Generating);
            }
            if let Some(leaf) = leaf
                && count!(tx, IS_DELETED, leaf) > 0
            {
                let (beside, parent): (Option<String>, Option<String>) = sqlx::query_as(BESIDE)
                    .bind(top.to_string())
                    .fetch_one(&mut *tx)
                    .await?;
                match beside {
                    Some(beside) => {
                        show_newest!(tx, conversation, beside);
                    }
                    None => {
                        show!(tx, conversation, parent);
                    }
                }
            }
            tx.commit().await?;
            Ok(BranchOutcome::Done(top))
        })
    }

    /// Brings back what was deleted with that message, and shows it. Whether there was something to bring back, and a
    /// place for it.
    #[tracing::instrument(name = "store.branches.restore", skip_all, fields(message.id = %top))]
    pub(crate) async fn restore_branch(
        &self,
        owner: UserId,
        conversation: ConversationId,
        top: MessageId,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            if take!(tx, owner, conversation).is_none() {
                return Ok(false);
            }
            let restored = sqlx::query(RESTORE)
                .bind(conversation.to_string())
                .bind(top.to_string())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if restored == 0 {
                return Ok(false);
            }
            show_newest!(tx, conversation, top.to_string());
            tx.commit().await?;
            Ok(true)
        })
    }

    /// Removes for good what was deleted before `before`. How many messages.
    #[tracing::instrument(name = "store.branches.purge", skip_all)]
    pub(crate) async fn purge_branches(&self, before: Millis) -> Result<u64> {
        self.removed_before(PURGE, before).await
    }
}
