//! The assistant that one question is put to, within a conversation that goes on with whoever else answers in it.

use model::{
    AskedAssistant, AssistantSnapshot, ConversationId, Given, MessageId, ModelName, Parameters,
    UserId,
};
use sqlx::{FromRow, types::Json};

use super::{begun::Beginning, open_to, pictures};
use crate::store::{Db, Result, on_pool, rows};

/// In the transaction that writes the question.
pub(in crate::store) const NOTE: &str = "
    INSERT INTO message_assistants (message_id, conversation_id, assistant_id, model, snapshot, parameters)
    VALUES ($1, $2, $3, $4, $5, $6)";

/// Whether that question, or the one to which that is an answer, was put to an assistant of its own.
pub(in crate::store) const IS_ONCE: &str = "
    SELECT COUNT(*) FROM message_assistants
    WHERE message_id IN ($1, (SELECT m.parent_id FROM messages m WHERE m.id = $1))";

const OF_MESSAGE: &str = "
    SELECT o.assistant_id, o.model, o.snapshot, o.parameters
    FROM message_assistants o JOIN conversations c ON c.id = o.conversation_id
    WHERE o.message_id IN ($1, (SELECT m.parent_id FROM messages m WHERE m.id = $1))
      AND o.conversation_id = $2 AND c.owner_id = $3 AND c.deleted_at IS NULL";

/// Of the questions whose ids lie between two: more than are asked for, where there are branches.
const SHOWN: &str = concat!(
    "SELECT o.message_id, o.model, o.snapshot, a.id AS open_id, p.version FROM message_assistants o \
     LEFT JOIN assistants a ON a.id = o.assistant_id AND ",
    open_to!("$4"),
    " LEFT JOIN assistant_pictures p ON p.assistant_id = a.id \
     WHERE o.conversation_id = $1 AND o.message_id BETWEEN $2 AND $3"
);

/// What is to be asked of a draft's assistant.
const IN_DRAFT: &str = "SELECT assistant, given_values FROM drafts WHERE user_id = $1 AND slot = $2 AND assistant <> ''";

const CALL_IN_DRAFT: &str =
    "UPDATE drafts SET assistant = $3, given_values = $4 WHERE user_id = $1 AND slot = $2";

/// Where what is withdrawn stands before a draft that calls nobody itself.
pub(in crate::store) const TAKE_INTO_DRAFT: &str = "UPDATE drafts SET assistant = $3, given_values = $4 WHERE user_id = $1 AND slot = $2 AND assistant = ''";

/// For the proof that each uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[
    ("ONCE_NOTE", NOTE),
    ("ONCE_IS", IS_ONCE),
    ("ONCE_OF_MESSAGE", OF_MESSAGE),
    ("ONCE_SHOWN", SHOWN),
    ("ONCE_IN_DRAFT", IN_DRAFT),
    ("ONCE_CALL_IN_DRAFT", CALL_IN_DRAFT),
    ("ONCE_TAKE_INTO_DRAFT", TAKE_INTO_DRAFT),
];

#[derive(FromRow)]
struct Row {
    assistant_id: Option<String>,
    model: Option<String>,
    snapshot: Json<AssistantSnapshot>,
    parameters: Json<Parameters>,
}

impl Row {
    fn beginning(self, message: MessageId) -> Result<Beginning> {
        let wrong = |_| rows::corrupt("message_assistants", "model", &message.to_string());
        let id = self.assistant_id.as_deref();
        let id = id.map(|id| rows::id("message_assistants", "assistant_id", id));
        let model = self.model.as_deref().map(ModelName::parse).transpose();
        Ok(Beginning {
            assistant: id.transpose()?,
            model: model.map_err(wrong)?,
            snapshot: self.snapshot.0,
            parameters: self.parameters.0,
        })
    }
}

#[derive(FromRow)]
struct ShownRow {
    message_id: String,
    model: Option<String>,
    snapshot: Json<AssistantSnapshot>,
    open_id: Option<String>,
    version: Option<String>,
}

impl ShownRow {
    fn asked(self) -> Result<(MessageId, AskedAssistant)> {
        let Json(snapshot) = self.snapshot;
        let id = self.open_id.unwrap_or_default();
        let asked = AskedAssistant {
            name: snapshot.name,
            emoji: snapshot.emoji,
            picture: pictures::named(&id, self.version)?,
            model: self.model.and_then(|name| ModelName::parse(name).ok()),
        };
        let message = rows::id("message_assistants", "message_id", &self.message_id)?;
        Ok((message, asked))
    }
}

impl Db {
    /// The assistant of its own to which that question of the owner's was put, or the question that this message answers.
    #[tracing::instrument(name = "store.assistants.asked_once", skip_all, fields(message.id = %message))]
    pub(crate) async fn asked_once(
        &self,
        owner: UserId,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<Option<Beginning>> {
        let found: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(OF_MESSAGE)
            .bind(message.to_string())
            .bind(conversation.to_string())
            .bind(owner.to_string())
            .fetch_optional(pool)
            .await?);
        found.map(|row| row.beginning(message)).transpose()
    }

    /// Which of the conversation's questions between these two messages were put to an assistant of their own, with its picture as far
    /// as it is open to the reader.
    #[tracing::instrument(name = "store.assistants.asked_between", skip_all, fields(conversation.id = %id))]
    pub(crate) async fn asked_assistants(
        &self,
        reader: UserId,
        id: ConversationId,
        (first, last): (MessageId, MessageId),
    ) -> Result<Vec<(MessageId, AskedAssistant)>> {
        let found: Vec<ShownRow> = on_pool!(self.reader(), |pool| sqlx::query_as(SHOWN)
            .bind(id.to_string())
            .bind(first.to_string())
            .bind(last.to_string())
            .bind(reader.to_string())
            .fetch_all(pool)
            .await?);
        found.into_iter().map(ShownRow::asked).collect()
    }

    /// The key of the assistant that a draft calls, and what was given for its variables.
    #[tracing::instrument(name = "store.assistants.in_draft", skip_all)]
    pub(crate) async fn called_in_draft(
        &self,
        user: UserId,
        slot: Option<ConversationId>,
    ) -> Result<Option<(String, Vec<Given>)>> {
        let found: Option<(String, Json<Vec<Given>>)> =
            on_pool!(self.reader(), |pool| sqlx::query_as(IN_DRAFT)
                .bind(user.to_string())
                .bind(crate::store::drafts::slot(slot))
                .fetch_optional(pool)
                .await?);
        Ok(found.map(|(key, Json(given))| (key, given)))
    }

    /// Keeps with a draft which assistant it calls, or that it calls none; where there is no draft, nothing.
    #[tracing::instrument(name = "store.assistants.call_in_draft", skip_all)]
    pub(crate) async fn call_in_draft(
        &self,
        user: UserId,
        slot: Option<ConversationId>,
        (key, given): (&str, &[Given]),
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(CALL_IN_DRAFT)
            .bind(user.to_string())
            .bind(crate::store::drafts::slot(slot))
            .bind(key)
            .bind(Json(given))
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
