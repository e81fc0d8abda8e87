//! What a conversation was begun with, the session of the application behind it, and what its answers refer to.

use model::{
    AnsweringAssistant, ApplicationId, AssistantId, AssistantPicture, AssistantSnapshot,
    ConversationId, DocumentReference, GenerationId, MessageId, Millis, ModelName, Parameters,
    UserId,
};
use sqlx::{FromRow, types::Json};

use super::{open_to, pictures};
use crate::store::{Db, Result, on_pool, rows};

/// In the transaction that writes the first question.
pub(in crate::store) const BEGIN: &str = "INSERT INTO conversation_assistants (conversation_id, assistant_id, snapshot) VALUES ($1, $2, $3)";

/// What the person set themselves for this conversation goes before what the assistant brings.
pub(in crate::store) const PRESET: &str =
    "UPDATE conversations SET parameters = $2 WHERE id = $1 AND parameters IS NULL";

/// With the application, as far as it is open to the conversation's owner now.
const OF_CONVERSATION: &str = concat!(
    "SELECT s.snapshot, a.id AS open_id, a.app_id AS open_app, p.version, s.session_id, s.session_message, s.session_at \
     FROM conversation_assistants s JOIN conversations c ON c.id = s.conversation_id \
     LEFT JOIN assistants a ON a.id = s.assistant_id AND ",
    open_to!("$2"),
    " LEFT JOIN assistant_pictures p ON p.assistant_id = a.id \
     WHERE s.conversation_id = $1 AND c.owner_id = $2 AND c.deleted_at IS NULL"
);

const NOTE_SESSION: &str = "
    UPDATE conversation_assistants SET session_id = $2, session_message = $3, session_at = $4 WHERE conversation_id = $1";

const NOTE_REFERENCES: &str = "UPDATE generations SET doc_references = $2 WHERE id = $1";

/// Of the messages whose ids lie between two: more than are asked for, where there are branches.
const REFERENCES: &str = "
    SELECT g.message_id, g.doc_references FROM generations g
    WHERE g.conversation_id = $1 AND g.message_id BETWEEN $2 AND $3 AND g.doc_references IS NOT NULL
    ORDER BY g.message_id, g.id";

/// For the proof that each uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[
    ("BEGIN", BEGIN),
    ("PRESET", PRESET),
    ("OF_CONVERSATION", OF_CONVERSATION),
    ("NOTE_SESSION", NOTE_SESSION),
    ("NOTE_REFERENCES", NOTE_REFERENCES),
    ("REFERENCES", REFERENCES),
];

/// What a conversation is begun with, or a single question is put to.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// Whose copy it is; none for those that everybody has.
    pub assistant: Option<AssistantId>,
    /// Its own model, if it has one: a conversation begins with the one that is chosen, a single question is put to this.
    pub model: Option<ModelName>,
    /// The copy.
    pub snapshot: AssistantSnapshot,
    /// How its answers are to be written, unless the person has set that themselves.
    pub parameters: Parameters,
}

/// Who answers in a conversation.
#[derive(Clone, Debug)]
pub(crate) struct Answering {
    pub(crate) snapshot: AssistantSnapshot,
    /// Its picture, as far as the assistant is open to the conversation's owner now.
    pub(crate) picture: Option<AssistantPicture>,
    /// The application was withdrawn from the conversation's owner.
    pub(crate) is_withdrawn: bool,
    pub(crate) session: Option<Session>,
}

impl Answering {
    /// The application that is asked, where one is and it was not withdrawn.
    pub(crate) fn open_application(&self) -> Option<&ApplicationId> {
        let application = self.snapshot.application.as_ref();
        application.filter(|_| !self.is_withdrawn)
    }
}

/// A session of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) id: String,
    /// The last answer that it knows.
    pub(crate) message: MessageId,
    /// When it was used last.
    pub(crate) at: Millis,
}

impl From<Answering> for AnsweringAssistant {
    fn from(answering: Answering) -> Self {
        let snapshot = answering.snapshot;
        Self {
            name: snapshot.name,
            emoji: snapshot.emoji,
            picture: answering.picture,
            instructions: snapshot.instructions,
            is_application: snapshot.application.is_some(),
            is_withdrawn: answering.is_withdrawn,
        }
    }
}

#[derive(FromRow)]
struct Row {
    snapshot: Json<AssistantSnapshot>,
    open_id: Option<String>,
    version: Option<String>,
    open_app: Option<String>,
    session_id: Option<String>,
    session_message: Option<String>,
    session_at: Option<i64>,
}

impl Row {
    fn answering(self) -> Result<Answering> {
        let Json(snapshot) = self.snapshot;
        let id = self.open_id.unwrap_or_default();
        let picture = pictures::named(&id, self.version)?;
        let application = snapshot.application.as_ref();
        let is_open = application.is_none_or(|id| self.open_app.as_deref() == Some(id.as_str()));
        let session = match (self.session_id, self.session_message, self.session_at) {
            (Some(id), Some(message), Some(at)) => Some(Session {
                id,
                message: rows::id("conversation_assistants", "session_message", &message)?,
                at: Millis::new(at),
            }),
            _ => None,
        };
        Ok(Answering {
            snapshot,
            picture,
            is_withdrawn: !is_open,
            session,
        })
    }
}

impl Db {
    /// Who answers in the owner's conversation, where that was begun with an assistant.
    #[tracing::instrument(name = "store.assistants.of_conversation", skip_all, fields(conversation.id = %id))]
    pub(crate) async fn answering(
        &self,
        owner: UserId,
        id: ConversationId,
    ) -> Result<Option<Answering>> {
        let found: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(OF_CONVERSATION)
            .bind(id.to_string())
            .bind(owner.to_string())
            .fetch_optional(pool)
            .await?);
        found.map(Row::answering).transpose()
    }

    /// Keeps the application's session, or forgets it.
    #[tracing::instrument(name = "store.assistants.note_session", skip_all, fields(conversation.id = %id))]
    pub(crate) async fn note_session(
        &self,
        id: ConversationId,
        session: Option<&Session>,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(NOTE_SESSION)
            .bind(id.to_string())
            .bind(session.map(|session| session.id.clone()))
            .bind(session.map(|session| session.message.to_string()))
            .bind(session.map(|session| session.at.get()))
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Keeps what a run's answer refers to.
    #[tracing::instrument(name = "store.assistants.note_references", skip_all, fields(generation.id = %run))]
    pub(crate) async fn note_references(
        &self,
        run: GenerationId,
        references: &[DocumentReference],
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(NOTE_REFERENCES)
            .bind(run.to_string())
            .bind(Json(references))
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// What the conversation's answers between these two messages refer to, by message.
    #[tracing::instrument(name = "store.assistants.references", skip_all, fields(conversation.id = %id))]
    pub(crate) async fn references(
        &self,
        id: ConversationId,
        (first, last): (MessageId, MessageId),
    ) -> Result<Vec<(MessageId, Vec<DocumentReference>)>> {
        let found: Vec<(String, Json<Vec<DocumentReference>>)> =
            on_pool!(self.reader(), |pool| sqlx::query_as(REFERENCES)
                .bind(id.to_string())
                .bind(first.to_string())
                .bind(last.to_string())
                .fetch_all(pool)
                .await?);
        let parsed = found.into_iter().map(|(message, Json(references))| {
            let message = rows::id("generations", "message_id", &message)?;
            Ok((message, references))
        });
        parsed.collect()
    }
}
