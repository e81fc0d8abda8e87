//! What a person has made, and what they keep.

use model::UserId;
use serde::Serialize;
use sqlx::FromRow;

use super::{Db, Result, on_pool, page};

const FILES: &str = "SELECT id, kind, name, mime, bytes, width, height, duration_ms, created_at \
     FROM files WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const WORKS: &str = "SELECT id, kind, file_id, prompt, actual_prompt, model, created_at \
     FROM works WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const ATTACHMENTS: &str = "SELECT id, message_id, position, file_id, name, mime, bytes \
     FROM message_attachments WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const PROMPTS: &str = "SELECT id, name, text, created_at, updated_at, deleted_at \
     FROM prompts WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const TRANSCRIPTS: &str = "SELECT id, file_id, title, language, duration_ms, speakers, notes, created_at \
     FROM transcripts WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const SENTENCES: &str = "SELECT s.position, s.begin_ms, s.end_ms, s.speaker, s.text \
     FROM transcript_sentences s JOIN transcripts t ON t.id = s.transcript_id \
     WHERE t.owner_id = $1 AND s.transcript_id = $2 AND s.position > $3 ORDER BY s.position LIMIT $4";

/// For the proof that each page uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[
    ("EXPORT_FILES", FILES),
    ("EXPORT_WORKS", WORKS),
    ("EXPORT_ATTACHMENTS", ATTACHMENTS),
    ("EXPORT_PROMPTS", PROMPTS),
    ("EXPORT_TRANSCRIPTS", TRANSCRIPTS),
    ("EXPORT_SENTENCES", SENTENCES),
];

/// A file, without its content.
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
}

/// A work; its content is the file's.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptWork {
    pub(crate) id: String,
    kind: String,
    file_id: String,
    prompt: String,
    actual_prompt: Option<String>,
    model: String,
    created_at: i64,
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

/// A transcript, without its sentences.
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

    /// The person's transcripts behind that one, by id.
    #[tracing::instrument(name = "store.export.transcripts", skip_all)]
    pub(crate) async fn kept_transcripts(
        &self,
        owner: UserId,
        after: &str,
    ) -> Result<Vec<KeptTranscript>> {
        behind!(self, TRANSCRIPTS, owner, after)
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
