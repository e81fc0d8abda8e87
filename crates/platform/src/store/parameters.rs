//! How answers are to be written: set for a conversation, for the one that is begun next, and as it was sent with a run.

use model::{ConversationId, GenerationId, MessageId, Millis, Parameters, Sent, UserId};
use sqlx::types::Json;

use super::{Db, Result, on_pool};

const READ: &str = "
    SELECT parameters FROM conversations WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

const READ_NEXT: &str = "SELECT parameters FROM next_parameters WHERE user_id = $1";

const WRITE: &str = "
    UPDATE conversations SET parameters = $3 WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

const WRITE_NEXT: &str = "
    INSERT INTO next_parameters (user_id, parameters, updated_at) VALUES ($1, $2, $3)
    ON CONFLICT (user_id) DO UPDATE SET parameters = excluded.parameters, updated_at = excluded.updated_at";

pub(super) const FORGET_NEXT: &str = "DELETE FROM next_parameters WHERE user_id = $1";

pub(super) const NOTE_SENT: &str = "UPDATE generations SET sent = $2 WHERE id = $1";

/// What was sent with the runs of that message, in their order.
const READ_SENT: &str = "
    SELECT sent FROM generations WHERE message_id = $1 AND conversation_id = $2 AND sent IS NOT NULL ORDER BY started_at, id";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("READ", READ),
    ("READ_NEXT", READ_NEXT),
    ("WRITE", WRITE),
    ("WRITE_NEXT", WRITE_NEXT),
    ("FORGET_NEXT", FORGET_NEXT),
    ("NOTE_SENT", NOTE_SENT),
    ("READ_SENT", READ_SENT),
];

impl Db {
    /// What is set for the owner's conversation, or for the one that they begin next. `None` when they have no such conversation.
    #[tracing::instrument(name = "store.parameters.read", skip_all)]
    pub async fn parameters(
        &self,
        owner: UserId,
        conversation: Option<ConversationId>,
    ) -> Result<Option<Parameters>> {
        let Some(id) = conversation else {
            let next: Option<Json<Parameters>> =
                on_pool!(self.reader(), |pool| sqlx::query_scalar(READ_NEXT)
                    .bind(owner.to_string())
                    .fetch_optional(pool)
                    .await?);
            return Ok(Some(next.map(|Json(set)| set).unwrap_or_default()));
        };
        let row: Option<(Option<Json<Parameters>>,)> =
            on_pool!(self.reader(), |pool| sqlx::query_as(READ)
                .bind(id.to_string())
                .bind(owner.to_string())
                .fetch_optional(pool)
                .await?);
        Ok(row.map(|(set,)| set.map(|Json(set)| set).unwrap_or_default()))
    }

    /// Sets it anew. Whether the owner has such a conversation.
    #[tracing::instrument(name = "store.parameters.write", skip_all)]
    pub async fn set_parameters(
        &self,
        owner: UserId,
        conversation: Option<ConversationId>,
        parameters: &Parameters,
        now: Millis,
    ) -> Result<bool> {
        let set = (!parameters.is_empty()).then_some(Json(parameters));
        let written = match (conversation, set) {
            (Some(id), set) => {
                on_pool!(self.writer(), |pool| sqlx::query(WRITE)
                    .bind(id.to_string())
                    .bind(owner.to_string())
                    .bind(set)
                    .execute(pool)
                    .await?
                    .rows_affected())
            }
            (None, Some(set)) => {
                on_pool!(self.writer(), |pool| sqlx::query(WRITE_NEXT)
                    .bind(owner.to_string())
                    .bind(set)
                    .bind(now.get())
                    .execute(pool)
                    .await?
                    .rows_affected())
            }
            (None, None) => {
                on_pool!(self.writer(), |pool| sqlx::query(FORGET_NEXT)
                    .bind(owner.to_string())
                    .execute(pool)
                    .await?
                    .rows_affected());
                return Ok(true);
            }
        };
        Ok(written == 1)
    }

    /// What the person asked of that answer alone when it was begun: it holds for all that is written of it.
    #[tracing::instrument(name = "store.parameters.wish", skip_all, fields(message.id = %answer))]
    pub(crate) async fn wish(
        &self,
        conversation: ConversationId,
        answer: MessageId,
    ) -> Result<Option<String>> {
        let sent: Vec<Json<Sent>> = on_pool!(self.reader(), |pool| sqlx::query_scalar(READ_SENT)
            .bind(answer.to_string())
            .bind(conversation.to_string())
            .fetch_all(pool)
            .await?);
        let mut wishes = sent.into_iter().map(|Json(sent)| sent.wish);
        Ok(wishes.find(|wish| !wish.is_empty()))
    }

    /// Notes what a run sends to its model beside the conversation.
    #[tracing::instrument(name = "store.parameters.note_sent", skip_all, fields(generation.id = %generation))]
    pub(crate) async fn note_sent(&self, generation: GenerationId, sent: &Sent) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(NOTE_SENT)
            .bind(generation.to_string())
            .bind(Json(sent))
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
