//! What a person has made, and what they keep.

use model::{ConversationId, UserId};
use serde::Serialize;
use serde_json::Value;
use sqlx::{FromRow, types::Json};

use super::{Db, Result, on_pool, page};

const FILES: &str = "SELECT id, kind, name, mime, bytes, width, height, duration_ms, created_at, deleted_at \
     FROM files WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const WORKS: &str = "SELECT id, kind, file_id, prompt, actual_prompt, model, created_at, deleted_at \
     FROM works WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3";
/// `LEFT` also keeps SQLite from beginning with the conversations.
const ATTACHMENTS: &str = "SELECT a.id, a.message_id, a.position, a.file_id, a.name, a.mime, a.bytes \
     FROM message_attachments a LEFT JOIN messages m ON m.id = a.message_id \
     LEFT JOIN conversations c ON c.id = m.conversation_id \
     WHERE a.owner_id = $1 AND a.id > $2 AND c.expires_at IS NULL ORDER BY a.id LIMIT $3";
const PROMPTS: &str = "SELECT id, name, text, created_at, updated_at, deleted_at \
     FROM prompts WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const TOOL_CALLS: &str = "SELECT t.id, t.message_id, t.position, t.name, t.arguments, t.state, t.result, t.duration_ms, t.created_at \
     FROM tool_calls t LEFT JOIN messages m ON m.id = t.message_id LEFT JOIN conversations c ON c.id = m.conversation_id \
     WHERE t.owner_id = $1 AND t.id > $2 AND c.expires_at IS NULL ORDER BY t.id LIMIT $3";
const ASSISTANTS: &str = "SELECT id, name, audience, group_id, content, created_at, updated_at, deleted_at \
     FROM assistants WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const TRANSCRIPTS: &str = "SELECT id, file_id, title, language, duration_ms, speakers, notes, created_at, deleted_at \
     FROM transcripts WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const SENTENCES: &str = "SELECT s.position, s.begin_ms, s.end_ms, s.speaker, s.text \
     FROM transcript_sentences s JOIN transcripts t ON t.id = s.transcript_id \
     WHERE t.owner_id = $1 AND s.transcript_id = $2 AND s.position > $3 ORDER BY s.position LIMIT $4";

const SHARES: &str = "SELECT s.id, s.kind, s.thing_id, s.created_at, s.expires_at, n.title, n.taken_at \
     FROM shares s LEFT JOIN share_snapshots n ON n.share_id = s.id \
     WHERE s.owner_id = $1 AND s.id > $2 ORDER BY s.id LIMIT $3";
const SHOWN: &str = "SELECT m.position, m.role, m.model, m.text, m.sources \
     FROM share_messages m JOIN shares s ON s.id = m.share_id \
     WHERE s.owner_id = $1 AND m.share_id = $2 AND m.position > $3 ORDER BY m.position LIMIT $4";
/// `CROSS` keeps SQLite from beginning with the attachments.
const NAMED_FILES: &str = "SELECT a.message_id AS message, a.name, a.mime, a.bytes \
     FROM conversations c JOIN messages m ON m.conversation_id = c.id CROSS JOIN message_attachments a \
     WHERE c.owner_id = $1 AND c.id = $2 AND a.message_id = m.id ORDER BY a.message_id, a.position";

/// For the proof that each page uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[
    ("EXPORT_FILES", FILES),
    ("EXPORT_WORKS", WORKS),
    ("EXPORT_ATTACHMENTS", ATTACHMENTS),
    ("EXPORT_PROMPTS", PROMPTS),
    ("EXPORT_TOOL_CALLS", TOOL_CALLS),
    ("EXPORT_ASSISTANTS", ASSISTANTS),
    ("EXPORT_TRANSCRIPTS", TRANSCRIPTS),
    ("EXPORT_SENTENCES", SENTENCES),
    ("EXPORT_SHARES", SHARES),
    ("EXPORT_SHOWN", SHOWN),
    ("EXPORT_NAMED_FILES", NAMED_FILES),
];

/// A file, without its content; also one that was deleted a while ago.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptFile {
    pub(crate) id: String,
    kind: String,
    name: String,
    mime: String,
    bytes: i64,
    width: Option<i64>,
    height: Option<i64>,
    duration_ms: Option<i64>,
    created_at: i64,
    deleted_at: Option<i64>,
}

/// A work, also one that was deleted a while ago; its content is the file's.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptWork {
    pub(crate) id: String,
    kind: String,
    file_id: String,
    prompt: String,
    actual_prompt: Option<String>,
    model: String,
    created_at: i64,
    deleted_at: Option<i64>,
}

/// What was handed in with a message; its content is the file's.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptAttachment {
    pub(crate) id: String,
    message_id: Option<String>,
    position: i64,
    file_id: String,
    name: String,
    mime: String,
    bytes: i64,
}

/// A prompt, also one that was deleted a while ago.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptPrompt {
    pub(crate) id: String,
    name: String,
    text: String,
    created_at: i64,
    updated_at: i64,
    deleted_at: Option<i64>,
}

/// A call of a tool in an answer.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptToolCall {
    pub(crate) id: String,
    message_id: String,
    position: i64,
    name: String,
    arguments: String,
    state: String,
    result: Option<String>,
    duration_ms: Option<i64>,
    created_at: i64,
}

/// An assistant, also one that was deleted a while ago.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptAssistant {
    pub(crate) id: String,
    name: String,
    audience: String,
    group_id: Option<String>,
    content: Json<Value>,
    created_at: i64,
    updated_at: i64,
    deleted_at: Option<i64>,
}

/// A transcript, without its sentences; also one that was deleted a while ago.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptTranscript {
    pub(crate) id: String,
    file_id: Option<String>,
    title: String,
    language: String,
    duration_ms: i64,
    speakers: String,
    notes: String,
    created_at: i64,
    deleted_at: Option<i64>,
}

/// What was said.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptSentence {
    pub(crate) position: i64,
    begin_ms: i64,
    end_ms: i64,
    speaker: Option<i64>,
    text: String,
}

/// A link to something, and what the copy that it shows is called and when that was taken.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptShare {
    pub(crate) id: String,
    kind: String,
    thing_id: String,
    created_at: i64,
    expires_at: Option<i64>,
    title: Option<String>,
    pub(crate) taken_at: Option<i64>,
}

/// A message that a link shows.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptShown {
    pub(crate) position: i64,
    role: String,
    model: Option<String>,
    text: String,
    /// What it cites.
    sources: Option<Json<Value>>,
}

/// What is told of a file that was handed in with a message.
#[derive(FromRow)]
pub(crate) struct NamedFile {
    /// The message's id.
    pub(crate) message: String,
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) bytes: i64,
}

/// A page of a query about a person, behind an id.
macro_rules! behind {
    ($db:expr, $query:expr, $owner:expr, $after:expr) => {
        Ok(on_pool!($db.reader(), |pool| sqlx::query_as($query)
            .bind($owner.to_string())
            .bind($after)
            .bind(page())
            .fetch_all(pool)
            .await?))
    };
}

impl Db {
    /// The person's files behind that one, by id.
    #[tracing::instrument(name = "store.export.files", skip_all)]
    pub(crate) async fn kept_files(&self, owner: UserId, after: &str) -> Result<Vec<KeptFile>> {
        behind!(self, FILES, owner, after)
    }

    /// The person's works behind that one, by id.
    #[tracing::instrument(name = "store.export.works", skip_all)]
    pub(crate) async fn kept_works(&self, owner: UserId, after: &str) -> Result<Vec<KeptWork>> {
        behind!(self, WORKS, owner, after)
    }

    /// What the person handed in with questions behind that one, by id.
    #[tracing::instrument(name = "store.export.attachments", skip_all)]
    pub(crate) async fn kept_attachments(
        &self,
        owner: UserId,
        after: &str,
    ) -> Result<Vec<KeptAttachment>> {
        behind!(self, ATTACHMENTS, owner, after)
    }

    /// The person's prompts behind that one, by id.
    #[tracing::instrument(name = "store.export.prompts", skip_all)]
    pub(crate) async fn kept_prompts(&self, owner: UserId, after: &str) -> Result<Vec<KeptPrompt>> {
        behind!(self, PROMPTS, owner, after)
    }

    /// The calls of tools in the person's answers behind that one, by id.
    #[tracing::instrument(name = "store.export.tool_calls", skip_all)]
    pub(crate) async fn kept_tool_calls(
        &self,
        owner: UserId,
        after: &str,
    ) -> Result<Vec<KeptToolCall>> {
        behind!(self, TOOL_CALLS, owner, after)
    }

    /// The person's assistants behind that one, by id.
    #[tracing::instrument(name = "store.export.assistants", skip_all)]
    pub(crate) async fn kept_assistants(
        &self,
        owner: UserId,
        after: &str,
    ) -> Result<Vec<KeptAssistant>> {
        behind!(self, ASSISTANTS, owner, after)
    }

    /// The person's transcripts behind that one, by id.
    #[tracing::instrument(name = "store.export.transcripts", skip_all)]
    pub(crate) async fn kept_transcripts(
        &self,
        owner: UserId,
        after: &str,
    ) -> Result<Vec<KeptTranscript>> {
        behind!(self, TRANSCRIPTS, owner, after)
    }

    /// The person's links behind that one, by id, also those that have ended.
    #[tracing::instrument(name = "store.export.shares", skip_all)]
    pub(crate) async fn kept_shares(&self, owner: UserId, after: &str) -> Result<Vec<KeptShare>> {
        behind!(self, SHARES, owner, after)
    }

    /// What the person's link to a conversation shows behind that message.
    #[tracing::instrument(name = "store.export.shown", skip_all)]
    pub(crate) async fn kept_shown(
        &self,
        owner: UserId,
        share: &str,
        after: i64,
    ) -> Result<Vec<KeptShown>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(SHOWN)
            .bind(owner.to_string())
            .bind(share)
            .bind(after)
            .bind(page())
            .fetch_all(pool)
            .await?))
    }

    /// What was handed in with the messages of the person's conversation, by message and in order.
    #[tracing::instrument(name = "store.export.named_files", skip_all, fields(conversation.id = %conversation))]
    pub(crate) async fn named_files(
        &self,
        owner: UserId,
        conversation: ConversationId,
    ) -> Result<Vec<NamedFile>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(NAMED_FILES)
            .bind(owner.to_string())
            .bind(conversation.to_string())
            .fetch_all(pool)
            .await?))
    }

    /// What is said in the person's transcript behind that sentence.
    #[tracing::instrument(name = "store.export.sentences", skip_all)]
    pub(crate) async fn kept_sentences(
        &self,
        owner: UserId,
        transcript: &str,
        after: i64,
    ) -> Result<Vec<KeptSentence>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(SENTENCES)
            .bind(owner.to_string())
            .bind(transcript)
            .bind(after)
            .bind(page())
            .fetch_all(pool)
            .await?))
    }
}
