//! What was typed and not sent, with the files beside it, so that it survives a reload and a change of device.

use model::{ConversationId, FileId, Millis, UserId};

use super::{Db, Queued, Result, on_pool, rows};

pub(super) const READ: &str =
    "SELECT text, files, updated_at FROM drafts WHERE user_id = $1 AND slot = $2";

/// Only into a conversation of one's own; the new conversation's slot is always there. No two states of a draft have the same time: by
/// that what is sent says which one it was.
pub(super) const WRITE: &str = "
    INSERT INTO drafts (user_id, slot, text, updated_at, files)
    SELECT $1, $2, $3, $4, $5
    WHERE $2 = '' OR EXISTS (SELECT 1 FROM conversations WHERE id = $2 AND owner_id = $1 AND deleted_at IS NULL)
    ON CONFLICT (user_id, slot) DO UPDATE SET text = excluded.text, files = excluded.files,
        updated_at = CASE WHEN excluded.updated_at > drafts.updated_at THEN excluded.updated_at ELSE drafts.updated_at + 1 END
    RETURNING updated_at";

const CLEAR: &str = "DELETE FROM drafts WHERE user_id = $1 AND slot = $2";

/// In the transaction that takes up what is sent: the draft of that, as whoever sent it knew it, or word for word. What was typed anew
/// meanwhile on another device stays.
pub(super) const FORGET_SENT: &str = "
    DELETE FROM drafts WHERE user_id = $1 AND slot = $2 AND (updated_at = $3 OR (text = $4 AND files = $5))";

/// Leaves spaces, which say nothing.
const WITHOUT_FILE: &str = "
    UPDATE drafts SET files = REPLACE(files, $2, '') WHERE user_id = $1 AND files LIKE '%' || $2 || '%'";

/// The longest draft, in characters.
pub(crate) const LONGEST: usize = 100_000;

/// The key of a conversation's draft, or of the new conversation's.
pub(super) fn slot(conversation: Option<ConversationId>) -> String {
    conversation.map(|id| id.to_string()).unwrap_or_default()
}

/// Ids of files as they are kept in a row.
pub(super) fn joined(files: &[FileId]) -> String {
    let ids: Vec<String> = files.iter().map(ToString::to_string).collect();
    ids.join(" ")
}

/// The ids of files that a row of that table has.
pub(super) fn parted(table: &'static str, files: &str) -> Result<Vec<FileId>> {
    let ids = files.split_whitespace();
    ids.map(|id| rows::id(table, "files", id)).collect()
}

/// A draft with what was withdrawn before it: nothing that was typed is lost but what no draft has room for.
pub(super) fn before(withdrawn: &Queued, text: String, files: &[FileId]) -> (String, Vec<FileId>) {
    let text = match (withdrawn.text.as_str(), text.as_str()) {
        ("", _) => text,
        (typed, "") => typed.to_owned(),
        (typed, more) => format!("{typed}\n{more}"),
    };
    let others = files.iter().filter(|file| !withdrawn.files.contains(file));
    let all = withdrawn.files.iter().chain(others).copied().collect();
    (text.chars().take(LONGEST).collect(), all)
}

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("READ", READ),
    ("WRITE", WRITE),
    ("CLEAR", CLEAR),
    ("FORGET_SENT", FORGET_SENT),
    ("DRAFTS_WITHOUT_FILE", WITHOUT_FILE),
];

impl Db {
    /// The draft, and when it was kept; or nothing.
    #[tracing::instrument(name = "store.drafts.read", skip_all)]
    pub async fn draft(
        &self,
        user: UserId,
        conversation: Option<ConversationId>,
    ) -> Result<(String, Vec<FileId>, Option<Millis>)> {
        let found: Option<(String, String, i64)> = on_pool!(self.reader(), |pool| {
            let query = sqlx::query_as(READ)
                .bind(user.to_string())
                .bind(slot(conversation));
            query.fetch_optional(pool).await?
        });
        let Some((text, files, kept_at)) = found else {
            return Ok((String::new(), Vec::new(), None));
        };
        let files = parted("drafts", &files)?;
        Ok((text, files, Some(Millis::new(kept_at))))
    }

    /// Keeps the draft; an empty one is forgotten. By when it is known; nothing when there is no such conversation of the user's.
    #[tracing::instrument(name = "store.drafts.write", skip_all)]
    pub async fn save_draft(
        &self,
        user: UserId,
        conversation: Option<ConversationId>,
        (text, files): (&str, &[FileId]),
        now: Millis,
    ) -> Result<Option<Millis>> {
        if text.is_empty() && files.is_empty() {
            on_pool!(self.writer(), |pool| {
                sqlx::query(CLEAR)
                    .bind(user.to_string())
                    .bind(slot(conversation))
                    .execute(pool)
                    .await?
                    .rows_affected()
            });
            return Ok(Some(now));
        }
        let kept_at: Option<i64> = on_pool!(self.writer(), |pool| {
            let query = sqlx::query_scalar(WRITE)
                .bind(user.to_string())
                .bind(slot(conversation))
                .bind(text)
                .bind(now.get())
                .bind(joined(files));
            query.fetch_optional(pool).await?
        });
        Ok(kept_at.map(Millis::new))
    }

    /// Takes a file out of all drafts of the user's.
    #[tracing::instrument(name = "store.drafts.without_file", skip_all)]
    pub(crate) async fn take_from_drafts(&self, user: UserId, file: FileId) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            sqlx::query(WITHOUT_FILE)
                .bind(user.to_string())
                .bind(file.to_string())
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(())
    }
}
