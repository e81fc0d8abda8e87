//! Messages: a branch of the tree, read from its end upwards, a page at a time.

use std::collections::HashMap;

use model::{
    AnswerFailure, Attachment, Branch, ConversationId, MessageId, MessageStatus, Millis, ModelName,
    Rating, Speaker, UserId,
};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, types::Json};

use super::{
    Db, Error, KeptCall, Result, on_pool, rows,
    sources::{Source, sources_of},
};

/// A piece of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// What the model thought.
    Reasoning {
        /// Markdown.
        text: String,
    },
    /// What was said.
    Text {
        /// Markdown from the model, plain text from a person.
        text: String,
    },
    /// Where it comes from.
    Sources {
        /// What a search of the web found.
        sources: Vec<Source>,
    },
}

/// An answer as it was rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// The answer's blocks: safe HTML.
    pub blocks: Vec<String>,
    /// The reasoning's blocks: safe HTML.
    pub reasoning: Vec<String>,
}

/// A message as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The message it answers.
    pub parent: Option<MessageId>,
    /// Who speaks.
    pub speaker: Speaker,
    /// Where it is in its life.
    pub status: MessageStatus,
    /// What it consists of.
    pub parts: Vec<Part>,
    /// The files that were handed in with it, in their order.
    pub attachments: Vec<Attachment>,
    /// The tools that were called in it, in order.
    pub calls: Vec<KeptCall>,
    /// Its HTML, if it was rendered by the renderer of that version.
    pub rendered: Option<(i64, Rendered)>,
    /// How long the model reasoned.
    pub reasoning_ms: Option<i64>,
    /// The model that wrote it.
    pub model: Option<ModelName>,
    /// Why it failed.
    pub failure: Option<AnswerFailure>,
    /// A person wrote this version.
    pub edited: bool,
    /// The last event of its growth.
    pub last_seq: u64,
    /// Its place among siblings.
    pub branch: Branch,
    /// What the conversation's owner thinks of it.
    pub rating: Option<Rating>,
    /// When it was made.
    pub created_at: Millis,
}

impl Message {
    /// All its text, without the reasoning.
    pub fn text(&self) -> String {
        text_of(&self.parts)
    }

    /// All its reasoning.
    pub fn reasoning(&self) -> String {
        reasoning_of(&self.parts)
    }

    /// Where it comes from.
    pub fn sources(&self) -> Vec<Source> {
        sources_of(&self.parts)
    }
}

/// The text among the parts.
pub fn text_of(parts: &[Part]) -> String {
    let texts = parts.iter().filter_map(|part| match part {
        Part::Text { text } => Some(text.as_str()),
        Part::Reasoning { .. } | Part::Sources { .. } => None,
    });
    texts.collect()
}

/// The reasoning among the parts.
pub fn reasoning_of(parts: &[Part]) -> String {
    let texts = parts.iter().filter_map(|part| match part {
        Part::Reasoning { text } => Some(text.as_str()),
        Part::Text { .. } | Part::Sources { .. } => None,
    });
    texts.collect()
}

/// The parts of an answer.
pub fn parts_of(reasoning: String, text: String) -> Vec<Part> {
    let reasoning = (!reasoning.is_empty()).then_some(Part::Reasoning { text: reasoning });
    reasoning.into_iter().chain([Part::Text { text }]).collect()
}

#[derive(FromRow)]
struct MessageRow {
    id: String,
    parent_id: Option<String>,
    role: String,
    status: String,
    parts: Json<Vec<Part>>,
    rendered: Option<Json<Rendered>>,
    render_version: i64,
    reasoning_ms: Option<i64>,
    model: Option<String>,
    failure: Option<Json<AnswerFailure>>,
    edited: bool,
    last_seq: i64,
    created_at: i64,
    siblings: i64,
    place: i64,
    previous: Option<String>,
    following: Option<String>,
    rated_good: Option<bool>,
    rating_comment: Option<String>,
}

impl TryFrom<MessageRow> for Message {
    type Error = Error;

    fn try_from(row: MessageRow) -> Result<Self> {
        const TABLE: &str = "messages";
        let at = |column| rows::corrupt(TABLE, column, &row.id);
        let sibling = |id: &Option<String>| {
            id.as_deref()
                .map(|id| rows::id(TABLE, "id", id))
                .transpose()
        };
        Ok(Self {
            id: rows::id(TABLE, "id", &row.id)?,
            parent: sibling(&row.parent_id)?,
            speaker: match row.role.as_str() {
                "user" => Speaker::User,
                "assistant" => Speaker::Assistant,
                _ => return Err(at("role")),
            },
            status: MessageStatus::from_name(&row.status).ok_or_else(|| at("status"))?,
            model: row
                .model
                .as_ref()
                .map(ModelName::parse)
                .transpose()
                .map_err(|_| at("model"))?,
            last_seq: u64::try_from(row.last_seq).map_err(|_| at("last_seq"))?,
            branch: Branch {
                index: u32::try_from(row.place).map_err(|_| at("parent_id"))?,
                count: u32::try_from(row.siblings).map_err(|_| at("parent_id"))?,
                previous: sibling(&row.previous)?,
                next: sibling(&row.following)?,
            },
            parts: row.parts.0,
            attachments: Vec::new(),
            calls: Vec::new(),
            rendered: row
                .rendered
                .map(|Json(rendered)| (row.render_version, rendered)),
            reasoning_ms: row.reasoning_ms,
            failure: row.failure.map(|Json(failure)| failure),
            edited: row.edited,
            rating: row.rated_good.map(|good| Rating {
                good,
                comment: row.rating_comment.unwrap_or_default(),
            }),
            created_at: Millis::new(row.created_at),
        })
    }
}

/// Looks at the versions of `m` that were not deleted, itself among them; the first questions of a conversation are
/// versions of one another.
macro_rules! versions {
    ($what:literal $(, $which:literal)?) => {
        concat!(
            "(SELECT ", $what, " FROM messages s WHERE s.conversation_id = m.conversation_id \
             AND COALESCE(s.parent_id, '') = COALESCE(m.parent_id, '') AND s.deleted_at IS NULL",
            $(" AND ", $which,)? ")"
        )
    };
}
pub(super) use versions;

/// Walks up from a message, so its cost is the page's, not the conversation's. What is above a message that was not
/// deleted was not deleted either.
const BRANCH: &str = concat!(
    "
    WITH RECURSIVE branch (id, parent_id, depth) AS (
        SELECT m.id, m.parent_id, 1
        FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.id = $3 AND c.id = $2 AND c.owner_id = $1 AND c.deleted_at IS NULL AND m.deleted_at IS NULL
        UNION ALL
        SELECT p.id, p.parent_id, b.depth + 1
        FROM branch b JOIN messages p ON p.id = b.parent_id
        WHERE b.depth < $4
    )
    SELECT m.id, m.parent_id, m.role, m.status, m.parts, m.rendered, m.render_version, m.reasoning_ms, m.model,
           m.failure, m.edited, m.last_seq, m.created_at, ",
    versions!("COUNT(*)"),
    " AS siblings, ",
    versions!("COUNT(*)", "s.id <= m.id"),
    " AS place, ",
    versions!("MAX(s.id)", "s.id < m.id"),
    " AS previous, ",
    versions!("MIN(s.id)", "s.id > m.id"),
    " AS following, r.good AS rated_good, r.comment AS rating_comment
    FROM branch b JOIN messages m ON m.id = b.id
    LEFT JOIN ratings r ON r.message_id = m.id AND r.user_id = $1
    ORDER BY b.depth DESC"
);

/// The ids of the same walk and nothing else, so that the whole of a branch can be known without being read.
const PATH: &str = "
    WITH RECURSIVE branch (id, parent_id, depth) AS (
        SELECT m.id, m.parent_id, 1
        FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.id = $3 AND c.id = $2 AND c.owner_id = $1 AND c.deleted_at IS NULL AND m.deleted_at IS NULL
        UNION ALL
        SELECT p.id, p.parent_id, b.depth + 1
        FROM branch b JOIN messages p ON p.id = b.parent_id
        WHERE b.depth < $4
    )
    SELECT id FROM branch ORDER BY depth DESC";

const SAVE_RENDERED: &str = "
    UPDATE messages SET rendered = $2, render_version = $3 WHERE id = $1 AND status <> 'generating'";

const CHUNKS: &str =
    "SELECT seq, reasoning, text FROM generation_chunks WHERE message_id = $1 ORDER BY seq";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("BRANCH", BRANCH),
    ("PATH", PATH),
    ("SAVE_RENDERED", SAVE_RENDERED),
    ("CHUNKS", CHUNKS),
];

impl Db {
    /// Up to `limit` messages of the owner's conversation that end in `end`, oldest first. Empty when the
    /// message is not in such a conversation.
    #[tracing::instrument(name = "store.messages.branch", skip_all, fields(conversation.id = %conversation))]
    pub async fn branch(
        &self,
        owner: UserId,
        conversation: ConversationId,
        end: MessageId,
        limit: u32,
    ) -> Result<Vec<Message>> {
        let rows: Vec<MessageRow> = on_pool!(self.reader(), |pool| {
            sqlx::query_as(BRANCH)
                .bind(owner.to_string())
                .bind(conversation.to_string())
                .bind(end.to_string())
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        });
        // Only questions have files, and only answers calls.
        let has = |role: &str| rows.iter().any(|row| row.role == role);
        let mut attached = HashMap::new();
        if has("user") {
            let found = self.attachments_of_branch(owner, conversation, end, limit);
            attached = found.await?;
        }
        let mut calls = HashMap::new();
        if has("assistant") {
            let found = self.calls_of_branch(owner, conversation, end, limit);
            calls = found.await?;
        }
        let read = |row: MessageRow| -> Result<Message> {
            let mut message = Message::try_from(row)?;
            message.attachments = attached.remove(&message.id).unwrap_or_default();
            message.calls = calls.remove(&message.id).unwrap_or_default();
            Ok(message)
        };
        rows.into_iter().map(read).collect()
    }

    /// The ids of up to `limit` messages of the owner's conversation that end in `end`, oldest first.
    #[tracing::instrument(name = "store.messages.path", skip_all, fields(conversation.id = %conversation))]
    pub(crate) async fn path(
        &self,
        owner: UserId,
        conversation: ConversationId,
        end: MessageId,
        limit: u32,
    ) -> Result<Vec<MessageId>> {
        let ids: Vec<String> = on_pool!(self.reader(), |pool| {
            sqlx::query_scalar(PATH)
                .bind(owner.to_string())
                .bind(conversation.to_string())
                .bind(end.to_string())
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        });
        ids.iter()
            .map(|id| rows::id("messages", "id", id))
            .collect()
    }

    /// One message of the owner's conversation.
    pub async fn message(
        &self,
        owner: UserId,
        conversation: ConversationId,
        id: MessageId,
    ) -> Result<Option<Message>> {
        Ok(self.branch(owner, conversation, id, 1).await?.pop())
    }

    /// Keeps what a settled answer was rendered to.
    #[tracing::instrument(name = "store.messages.save_rendered", skip_all, fields(message.id = %id))]
    pub async fn save_rendered(
        &self,
        id: MessageId,
        version: i64,
        rendered: &Rendered,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            let query = sqlx::query(SAVE_RENDERED)
                .bind(id.to_string())
                .bind(Json(rendered))
                .bind(version);
            query.execute(pool).await?.rows_affected()
        });
        Ok(())
    }

    /// What a running generation has stored so far beyond the message's parts: reasoning, text, and the last
    /// number.
    #[tracing::instrument(name = "store.messages.chunks", skip_all, fields(message.id = %id))]
    pub async fn chunks(&self, id: MessageId) -> Result<Option<Chunks>> {
        let rows: Vec<(i64, String, String)> = on_pool!(self.reader(), |pool| {
            sqlx::query_as(CHUNKS)
                .bind(id.to_string())
                .fetch_all(pool)
                .await?
        });
        let Some(&(last, ..)) = rows.last() else {
            return Ok(None);
        };
        let last_seq = u64::try_from(last)
            .map_err(|_| rows::corrupt("generation_chunks", "seq", &id.to_string()))?;
        let (reasoning, text) = rows
            .into_iter()
            .map(|(_, reasoning, text)| (reasoning, text))
            .unzip::<_, _, String, String>();
        Ok(Some(Chunks {
            reasoning,
            text,
            last_seq,
        }))
    }
}

/// What a running generation has stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunks {
    /// The reasoning since the generation began.
    pub reasoning: String,
    /// The text since the generation began.
    pub text: String,
    /// The number of the last chunk.
    pub last_seq: u64,
}
