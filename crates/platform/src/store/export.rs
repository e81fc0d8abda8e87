//! All that is kept of a person, read a page at a time by key, to be taken along. No secrets, not even as hashes.

mod made;
mod makings;
mod translations;

use model::{ConversationId, UserId};
use serde::Serialize;
use serde_json::Value;
use sqlx::{FromRow, types::Json};

#[cfg(test)]
pub(super) use made::QUERIES as MADE_QUERIES;
pub(crate) use made::{KeptSentence, KeptShare, KeptShown, KeptTranscript, NamedFile};
#[cfg(test)]
pub(super) use makings::QUERIES as MAKING_QUERIES;
#[cfg(test)]
pub(super) use translations::QUERIES as TRANSLATION_QUERIES;

use super::{Db, Part, Result, on_pool, text_of};

/// Rows of a page.
pub(crate) const PAGE: usize = 200;

/// Temporary ones are kept nowhere.
const CONVERSATIONS: &str = "SELECT c.id, c.title, c.model, c.parameters, c.folder_id, c.folder_before, c.created_at, c.updated_at, c.deleted_at, \
     s.snapshot AS assistant, (SELECT t.tools FROM conversation_tools t WHERE t.conversation_id = c.id) AS tools \
     FROM conversations c LEFT JOIN conversation_assistants s ON s.conversation_id = c.id \
     WHERE c.owner_id = $1 AND c.id > $2 AND c.expires_at IS NULL ORDER BY c.id LIMIT $3";
const MESSAGES: &str = "SELECT m.id, m.parent_id, m.role, m.status, m.model, m.edited, m.parts, m.created_at, m.deleted_at, \
     (SELECT g.doc_references FROM generations g WHERE g.conversation_id = m.conversation_id AND g.message_id = m.id \
      AND g.doc_references IS NOT NULL ORDER BY g.id DESC LIMIT 1) AS doc_references, \
     (SELECT g.sent FROM generations g WHERE g.message_id = m.id AND g.sent IS NOT NULL ORDER BY g.id DESC LIMIT 1) AS sent, \
     (SELECT o.snapshot FROM message_assistants o WHERE o.message_id = m.id) AS assistant \
     FROM messages m JOIN conversations c ON c.id = m.conversation_id \
     WHERE c.owner_id = $1 AND m.conversation_id = $2 AND m.id > $3 ORDER BY m.id LIMIT $4";
const LINES: &str = "SELECT seq, at, via, address, action, object_kind, object_id, outcome, details \
     FROM audit_log WHERE actor_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
const KEYS: &str = "SELECT id, name, hint, scopes, networks, created_at, expires_at, used_at, used_from \
     FROM api_keys WHERE user_id = $1 ORDER BY id";
const LINKS: &str = "SELECT id, provider, issuer, subject, email, created_at, used_at \
     FROM linked_accounts WHERE user_id = $1 ORDER BY id";
const PASSKEYS: &str =
    "SELECT id, name, created_at, used_at FROM passkeys WHERE user_id = $1 ORDER BY id";
const DRAFTS: &str = "SELECT d.slot, d.text, d.files, d.assistant, d.given_values, d.updated_at FROM drafts d LEFT JOIN conversations c ON c.id = d.slot \
     WHERE d.user_id = $1 AND c.expires_at IS NULL ORDER BY d.slot";
const QUEUED: &str = "SELECT q.conversation_id, q.text, q.files, q.model, q.assistant, q.given_values, q.created_at \
     FROM queued_messages q LEFT JOIN conversations c ON c.id = q.conversation_id \
     WHERE q.owner_id = $1 AND c.expires_at IS NULL ORDER BY q.id";
const NEXT_PARAMETERS: &str = "SELECT parameters FROM next_parameters WHERE user_id = $1";
const DEFAULT_TOOLS: &str = "SELECT tools FROM default_tools WHERE user_id = $1";
const INSTRUCTIONS: &str =
    "SELECT about, answers, enabled, updated_at FROM instructions WHERE user_id = $1";
const FOLDERS: &str =
    "SELECT id, name, created_at, deleted_at FROM folders WHERE owner_id = $1 ORDER BY id";
const TAGS: &str =
    "SELECT id, name, created_at, deleted_at FROM tags WHERE owner_id = $1 ORDER BY id";
const TAGGED: &str = "SELECT p.tag_id, p.conversation_id FROM tags t JOIN conversation_tags p ON p.tag_id = t.id \
     WHERE t.owner_id = $1 ORDER BY p.tag_id, p.conversation_id";
const MEMORY: &str = "SELECT enabled FROM memories WHERE user_id = $1";
const FACTS: &str = "SELECT id, text, created_at, updated_at, forgotten_at FROM memory_facts WHERE owner_id = $1 ORDER BY id";
const DEFAULT_MODEL: &str = "SELECT model FROM default_models WHERE user_id = $1";
const ROLES: &str = "SELECT r.name FROM roles r JOIN user_roles u ON u.role_id = r.id \
     WHERE u.user_id = $1 ORDER BY r.name";
const GROUPS: &str = "SELECT g.name FROM groups g JOIN group_members m ON m.group_id = g.id \
     WHERE m.user_id = $1 ORDER BY g.name";
const RATINGS: &str = "SELECT r.message_id, r.good, r.comment, r.model, r.updated_at \
     FROM ratings r LEFT JOIN messages m ON m.id = r.message_id LEFT JOIN conversations c ON c.id = m.conversation_id \
     WHERE r.user_id = $1 AND c.expires_at IS NULL ORDER BY r.id";
const IMPORTS: &str = "SELECT report FROM imports WHERE owner_id = $1 ORDER BY id";
/// What is on its way; what has become a file is among the files.
const UPLOADS: &str = "SELECT id, name, declared, length, received, recorded_ms, expires_at FROM uploads \
     WHERE owner_id = $1 AND file_id IS NULL AND failure IS NULL ORDER BY id";
/// Without the addresses, by which anybody could ask for them.
const COPIES: &str = "SELECT file_id, reader, expires_at FROM upstream_copies WHERE owner_id = $1 ORDER BY file_id, reader";
const MADE: &str = "SELECT created_at FROM users WHERE id = $1";

/// For the proof that each page uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("EXPORT_CONVERSATIONS", CONVERSATIONS),
    ("EXPORT_MESSAGES", MESSAGES),
    ("EXPORT_UPLOADS", UPLOADS),
    ("EXPORT_COPIES", COPIES),
    ("EXPORT_LINES", LINES),
    ("EXPORT_RATINGS", RATINGS),
    ("EXPORT_FOLDERS", FOLDERS),
    ("EXPORT_TAGS", TAGS),
    ("EXPORT_TAGGED", TAGGED),
    ("EXPORT_FACTS", FACTS),
];

/// A conversation, also of the trash.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptConversation {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) model: String,
    pub(crate) parameters: Option<Json<Value>>,
    pub(crate) tools: Option<Json<Value>>,
    /// What it was begun with.
    pub(crate) assistant: Option<Json<Value>>,
    pub(crate) folder_id: Option<String>,
    /// A folder that was deleted a while ago.
    pub(crate) folder_before: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) deleted_at: Option<i64>,
}

/// A message, also of a branch that was deleted.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptMessage {
    pub(crate) id: String,
    pub(crate) parent_id: Option<String>,
    pub(crate) role: String,
    pub(crate) status: String,
    pub(crate) model: Option<String>,
    pub(crate) edited: bool,
    pub(crate) parts: Json<Vec<Part>>,
    pub(crate) created_at: i64,
    pub(crate) deleted_at: Option<i64>,
    /// What an application's answer refers to.
    doc_references: Option<Json<Value>>,
    /// What went along with the question the last time: also what the person asked of this answer alone.
    sent: Option<Json<Value>>,
    /// The assistant that a question was put to alone.
    pub(crate) assistant: Option<Json<Value>>,
}

/// A line of the audit log about what the person did.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptLine {
    pub(crate) seq: i64,
    at: i64,
    via: String,
    address: String,
    action: String,
    object_kind: String,
    object_id: String,
    outcome: String,
    details: String,
}

#[derive(FromRow, Serialize)]
struct KeptKey {
    id: String,
    name: String,
    hint: String,
    scopes: Json<Value>,
    networks: Json<Value>,
    created_at: i64,
    expires_at: Option<i64>,
    used_at: Option<i64>,
    used_from: Option<String>,
}

#[derive(FromRow, Serialize)]
struct KeptLink {
    id: String,
    provider: String,
    issuer: String,
    subject: String,
    email: Option<String>,
    created_at: i64,
    used_at: Option<i64>,
}

#[derive(FromRow, Serialize)]
struct KeptPasskey {
    id: String,
    name: String,
    created_at: i64,
    used_at: Option<i64>,
}

#[derive(FromRow, Serialize)]
struct KeptDraft {
    slot: String,
    text: String,
    files: String,
    assistant: String,
    given_values: Json<Value>,
    updated_at: i64,
}

/// A message that waits for the answer before it.
#[derive(FromRow, Serialize)]
struct KeptQueued {
    conversation_id: String,
    text: String,
    files: String,
    model: String,
    assistant: String,
    given_values: Json<Value>,
    created_at: i64,
}

#[derive(FromRow, Serialize)]
struct KeptInstructions {
    about: String,
    answers: String,
    enabled: bool,
    updated_at: i64,
}

#[derive(FromRow, Serialize)]
struct KeptRating {
    message_id: String,
    good: bool,
    comment: String,
    model: Option<String>,
    updated_at: i64,
}

/// A folder or a tag, also one that was deleted a while ago.
#[derive(FromRow, Serialize)]
struct KeptName {
    id: String,
    name: String,
    created_at: i64,
    deleted_at: Option<i64>,
}

#[derive(FromRow, Serialize)]
struct KeptTagging {
    tag_id: String,
    conversation_id: String,
}

#[derive(FromRow, Serialize)]
struct KeptFact {
    id: String,
    text: String,
    created_at: i64,
    updated_at: i64,
    /// It was forgotten less than a day ago.
    forgotten_at: Option<i64>,
}

/// A file on its way, also a recording that was not ended.
#[derive(FromRow, Serialize)]
struct KeptUpload {
    id: String,
    name: String,
    declared: String,
    length: i64,
    received: i64,
    recorded_ms: Option<i64>,
    expires_at: i64,
}

/// A copy of a file that lies at the upstream for a while.
#[derive(FromRow, Serialize)]
struct KeptCopy {
    file_id: String,
    reader: String,
    expires_at: i64,
}

/// What is kept of a person that is never much.
#[derive(Serialize)]
pub(crate) struct KeptAccount {
    created_at: i64,
    roles: Vec<String>,
    groups: Vec<String>,
    api_keys: Vec<KeptKey>,
    linked_accounts: Vec<KeptLink>,
    passkeys: Vec<KeptPasskey>,
    drafts: Vec<KeptDraft>,
    queued: Vec<KeptQueued>,
    next_parameters: Vec<Json<Value>>,
    default_tools: Vec<Json<Value>>,
    instructions: Vec<KeptInstructions>,
    folders: Vec<KeptName>,
    tags: Vec<KeptName>,
    tagged: Vec<KeptTagging>,
    memory_enabled: Vec<bool>,
    memory: Vec<KeptFact>,
    default_model: Vec<String>,
    imports: Vec<Json<Value>>,
    ratings: Vec<KeptRating>,
    uploads: Vec<KeptUpload>,
    copies: Vec<KeptCopy>,
}

impl KeptMessage {
    /// All its text, without the reasoning.
    pub(crate) fn text(&self) -> String {
        text_of(&self.parts.0)
    }
}

/// All rows of a query about a person.
macro_rules! all {
    ($db:expr, $run:ident, $query:expr, $user:expr) => {
        on_pool!($db.reader(), |pool| sqlx::$run($query)
            .bind($user.to_string())
            .fetch_all(pool)
            .await?)
    };
}

impl Db {
    /// The person's conversations behind that one, by id.
    #[tracing::instrument(name = "store.export.conversations", skip_all)]
    pub(crate) async fn kept_conversations(
        &self,
        owner: UserId,
        after: &str,
    ) -> Result<Vec<KeptConversation>> {
        let mut kept: Vec<KeptConversation> =
            on_pool!(self.reader(), |pool| sqlx::query_as(CONVERSATIONS)
                .bind(owner.to_string())
                .bind(after)
                .bind(page())
                .fetch_all(pool)
                .await?);
        for conversation in &mut kept {
            if let Some(Json(Value::Object(assistant))) = &mut conversation.assistant {
                // Which application answered is its owner's matter.
                assistant.remove("application");
            }
        }
        Ok(kept)
    }

    /// The messages of the person's conversation behind that one, by id: older ones first, all branches.
    #[tracing::instrument(name = "store.export.messages", skip_all, fields(conversation.id = %conversation))]
    pub(crate) async fn kept_messages(
        &self,
        owner: UserId,
        conversation: ConversationId,
        after: &str,
    ) -> Result<Vec<KeptMessage>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(MESSAGES)
            .bind(owner.to_string())
            .bind(conversation.to_string())
            .bind(after)
            .bind(page())
            .fetch_all(pool)
            .await?))
    }

    /// What the person did, as the audit log has it, behind that line.
    #[tracing::instrument(name = "store.export.lines", skip_all)]
    pub(crate) async fn kept_lines(&self, user: UserId, after: i64) -> Result<Vec<KeptLine>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(LINES)
            .bind(user.to_string())
            .bind(after)
            .bind(page())
            .fetch_all(pool)
            .await?))
    }

    /// The rest of what is kept of the person.
    #[tracing::instrument(name = "store.export.account", skip_all)]
    pub(crate) async fn kept_account(&self, user: UserId) -> Result<KeptAccount> {
        let created_at: Option<i64> = on_pool!(self.reader(), |pool| sqlx::query_scalar(MADE)
            .bind(user.to_string())
            .fetch_optional(pool)
            .await?);
        Ok(KeptAccount {
            created_at: created_at.unwrap_or_default(),
            roles: all!(self, query_scalar, ROLES, user),
            groups: all!(self, query_scalar, GROUPS, user),
            api_keys: all!(self, query_as, KEYS, user),
            linked_accounts: all!(self, query_as, LINKS, user),
            passkeys: all!(self, query_as, PASSKEYS, user),
            drafts: all!(self, query_as, DRAFTS, user),
            queued: all!(self, query_as, QUEUED, user),
            next_parameters: all!(self, query_scalar, NEXT_PARAMETERS, user),
            default_tools: all!(self, query_scalar, DEFAULT_TOOLS, user),
            instructions: all!(self, query_as, INSTRUCTIONS, user),
            folders: all!(self, query_as, FOLDERS, user),
            tags: all!(self, query_as, TAGS, user),
            tagged: all!(self, query_as, TAGGED, user),
            memory_enabled: all!(self, query_scalar, MEMORY, user),
            memory: all!(self, query_as, FACTS, user),
            default_model: all!(self, query_scalar, DEFAULT_MODEL, user),
            imports: all!(self, query_scalar, IMPORTS, user),
            ratings: all!(self, query_as, RATINGS, user),
            uploads: all!(self, query_as, UPLOADS, user),
            copies: all!(self, query_as, COPIES, user),
        })
    }
}

fn page() -> i64 {
    i64::try_from(PAGE).unwrap_or(i64::MAX)
}
