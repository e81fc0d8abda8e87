//! The answers to one question, and how large a conversation is.

use model::{ConversationId, MessageId, UserId};

use super::{Db, Result, on_pool, rows};

const ANSWERS: &str = "
    SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.conversation_id = $2 AND m.parent_id = $3 AND m.role = 'assistant' AND m.deleted_at IS NULL
      AND c.owner_id = $1 AND c.deleted_at IS NULL
    ORDER BY m.id DESC LIMIT $4";

/// What the last question to the model of an answer's last run took in and wrote; what it reasoned is not sent again. Where a run
/// asks several times, the questions before the last one are rows of their own, with larger ids than the run's.
const TOKENS: &str = "
    SELECT g.input_tokens, g.output_tokens, g.reasoning_tokens
    FROM generations g JOIN conversations c ON c.id = g.conversation_id
    WHERE g.message_id = $3 AND g.conversation_id = $2 AND c.owner_id = $1 AND c.deleted_at IS NULL
      AND g.input_tokens IS NOT NULL
    ORDER BY g.started_at DESC, g.is_round, g.id DESC LIMIT 1";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[("ANSWERS", ANSWERS), ("ANSWER_TOKENS", TOKENS)];

impl Db {
    /// The newest answers to a question of the owner's, the oldest of them first.
    #[tracing::instrument(name = "store.answers.of_question", skip_all, fields(message.id = %question))]
    pub(crate) async fn answers_to(
        &self,
        owner: UserId,
        conversation: ConversationId,
        question: MessageId,
        limit: u32,
    ) -> Result<Vec<MessageId>> {
        let found: Vec<String> = on_pool!(self.reader(), |pool| sqlx::query_scalar(ANSWERS)
            .bind(owner.to_string())
            .bind(conversation.to_string())
            .bind(question.to_string())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let ids = found.iter().rev();
        ids.map(|id| rows::id("messages", "id", id)).collect()
    }

    /// Tokens of the conversation up to the end of that answer, as far as the upstream counted them.
    #[tracing::instrument(name = "store.answers.tokens", skip_all, fields(message.id = %answer))]
    pub(crate) async fn tokens_up_to(
        &self,
        owner: UserId,
        conversation: ConversationId,
        answer: MessageId,
    ) -> Result<Option<i64>> {
        let found: Option<(i64, Option<i64>, Option<i64>)> =
            on_pool!(self.reader(), |pool| sqlx::query_as(TOKENS)
                .bind(owner.to_string())
                .bind(conversation.to_string())
                .bind(answer.to_string())
                .fetch_optional(pool)
                .await?);
        Ok(found.map(|(input, output, reasoning)| {
            let written = output.unwrap_or(0) - reasoning.unwrap_or(0);
            input.saturating_add(written.max(0))
        }))
    }
}
