//! Changing what waits, and taking it back.

use model::{
    ConversationId, FailureCode, Millis, SubmissionId, UserId,
    queue::{Direction, MOST_QUEUED, QUEUED_TOGETHER},
};
use sqlx::types::Json;

use super::{LIST, QueueOutcome, Queued, Row, SUMS, TURN, room, turn};
use crate::store::{
    Db, Result,
    assistants::once,
    drafts,
    drafts::{joined, parted},
    on_pool,
};

const EDIT: &str = "
    UPDATE queued_messages SET text = $4, refused = NULL, version = version + 1
    WHERE id = $1 AND conversation_id = $2 AND owner_id = $3 AND version = $5";

const PLACE: &str = "UPDATE queued_messages SET position = $2 WHERE id = $1";

const WITHDRAW: &str = "
    DELETE FROM queued_messages WHERE id = $1 AND conversation_id = $2 AND owner_id = $3
    RETURNING id, text, files, model, assistant, given_values, refused, version";

const DROP: &str =
    "DELETE FROM queued_messages WHERE id = $1 AND conversation_id = $2 AND owner_id = $3";

const REFUSE: &str =
    "UPDATE queued_messages SET refused = $3 WHERE id = $1 AND owner_id = $2 AND version = $4";

/// For the proof that each uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[
    ("QUEUE_EDIT", EDIT),
    ("QUEUE_PLACE", PLACE),
    ("QUEUE_WITHDRAW", WITHDRAW),
    ("QUEUE_DROP", DROP),
    ("QUEUE_REFUSE", REFUSE),
];

impl Db {
    /// Changes the text of a message that waits, if it is at that version.
    #[tracing::instrument(name = "store.queue.edit", skip_all, fields(conversation.id = %conversation))]
    pub(crate) async fn edit_queued(
        &self,
        owner: UserId,
        conversation: ConversationId,
        (id, version): (SubmissionId, i64),
        text: &str,
    ) -> Result<QueueOutcome> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            if !turn!(tx, owner, conversation) {
                return Ok(QueueOutcome::NoConversation);
            }
            let (fits, _) = room!(tx, conversation, id, text);
            if !fits {
                return Ok(QueueOutcome::Full);
            }
            let edited = sqlx::query(EDIT)
                .bind(id.to_string())
                .bind(conversation.to_string())
                .bind(owner.to_string())
                .bind(text)
                .bind(version)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            tx.commit().await?;
            Ok(if edited == 1 {
                QueueOutcome::Done
            } else {
                QueueOutcome::Outdated
            })
        })
    }

    /// Moves a message that waits by one place, towards the front or away from it. At the end nothing happens.
    #[tracing::instrument(name = "store.queue.move", skip_all, fields(conversation.id = %conversation))]
    pub(crate) async fn move_queued(
        &self,
        owner: UserId,
        conversation: ConversationId,
        id: SubmissionId,
        direction: Direction,
    ) -> Result<QueueOutcome> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            if !turn!(tx, owner, conversation) {
                return Ok(QueueOutcome::NoConversation);
            }
            let found: Vec<Row> = sqlx::query_as(LIST)
                .bind(conversation.to_string())
                .bind(owner.to_string())
                .fetch_all(&mut *tx)
                .await?;
            let mut ids: Vec<String> = found.into_iter().map(|row| row.id).collect();
            let Some(place) = ids.iter().position(|known| *known == id.to_string()) else {
                return Ok(QueueOutcome::Outdated);
            };
            let other = match direction {
                Direction::Up => place.checked_sub(1),
                Direction::Down => Some(place + 1).filter(|next| *next < ids.len()),
            };
            if let Some(other) = other {
                ids.swap(place, other);
            }
            for (position, id) in (0_i64..).zip(&ids) {
                sqlx::query(PLACE)
                    .bind(id)
                    .bind(position)
                    .execute(&mut *tx)
                    .await?;
            }
            tx.commit().await?;
            Ok(QueueOutcome::Done)
        })
    }

    /// Takes a message out of the queue and puts it before the conversation's draft. What it was; nothing when it was sent or
    /// withdrawn meanwhile.
    #[tracing::instrument(name = "store.queue.withdraw", skip_all, fields(conversation.id = %conversation))]
    pub(crate) async fn withdraw_queued(
        &self,
        owner: UserId,
        conversation: ConversationId,
        id: SubmissionId,
        now: Millis,
    ) -> Result<Option<Queued>> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            if !turn!(tx, owner, conversation) {
                return Ok(None);
            }
            let gone: Option<Row> = sqlx::query_as(WITHDRAW)
                .bind(id.to_string())
                .bind(conversation.to_string())
                .bind(owner.to_string())
                .fetch_optional(&mut *tx)
                .await?;
            let Some(gone) = gone else { return Ok(None) };
            let queued = Queued::try_from(gone)?;
            let slot = drafts::slot(Some(conversation));
            let draft: Option<(String, String, i64)> = sqlx::query_as(drafts::READ)
                .bind(owner.to_string())
                .bind(&slot)
                .fetch_optional(&mut *tx)
                .await?;
            let (text, files, _) = draft.unwrap_or_default();
            let (text, files) = drafts::before(&queued, text, &parted("drafts", &files)?);
            sqlx::query(drafts::WRITE)
                .bind(owner.to_string())
                .bind(&slot)
                .bind(text)
                .bind(now.get())
                .bind(joined(&files))
                .execute(&mut *tx)
                .await?;
            sqlx::query(once::TAKE_INTO_DRAFT)
                .bind(owner.to_string())
                .bind(&slot)
                .bind(&queued.assistant)
                .bind(Json(&queued.given))
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(Some(queued))
        })
    }

    /// Forgets a waiting message that was sent otherwise.
    #[tracing::instrument(name = "store.queue.drop", skip_all, fields(conversation.id = %conversation))]
    pub(crate) async fn drop_queued(
        &self,
        owner: UserId,
        conversation: ConversationId,
        id: SubmissionId,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(DROP)
            .bind(id.to_string())
            .bind(conversation.to_string())
            .bind(owner.to_string())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Notes why a message could not be sent, unless it was edited meanwhile.
    #[tracing::instrument(name = "store.queue.refuse", skip_all)]
    pub(crate) async fn refuse_queued(
        &self,
        owner: UserId,
        (id, version): (SubmissionId, i64),
        code: FailureCode,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(REFUSE)
            .bind(id.to_string())
            .bind(owner.to_string())
            .bind(code.as_str())
            .bind(version)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
