//! What is said in a transcript.

use model::{
    TranscriptId, UserId,
    transcript::{Participant, Sentence, WordTime},
};
use sqlx::FromRow;

use crate::store::{Db, Result, on_pool, rows, vectors::mark_due};

const CLEAR: &str = "DELETE FROM transcript_sentences WHERE transcript_id = $1";
const INSERT: &str = "INSERT INTO transcript_sentences (transcript_id, position, begin_ms, end_ms, speaker, text, words, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, 0)";
const HEARD: &str = "UPDATE transcripts SET state = 'ready', failure = NULL, language = $3, duration_ms = $4, sentences = $5, speakers = $6, \
     cost = $7 WHERE id = $1 AND owner_id = $2";
pub(super) const SENTENCES: &str = "SELECT s.position, s.begin_ms, s.end_ms, s.speaker, s.text, s.words, s.version, r.text AS translation \
     FROM transcript_sentences s JOIN transcripts t ON t.id = s.transcript_id \
     LEFT JOIN transcript_translations r ON r.transcript_id = s.transcript_id AND r.position = s.position AND r.language = $3 \
     WHERE s.transcript_id = $1 AND t.owner_id = $2 AND t.deleted_at IS NULL ORDER BY s.position";
pub(super) const HIT: &str = "SELECT position, begin_ms, text FROM transcript_sentences \
     WHERE transcript_id = $1 AND LOWER(text) LIKE $2 ESCAPE '\\' ORDER BY position LIMIT 1";
pub(super) const AT: &str =
    "SELECT begin_ms, text FROM transcript_sentences WHERE transcript_id = $1 AND position = $2";
/// As many as a passage has at most, unless they are very short.
pub(super) const SAID_FROM: &str = "SELECT text FROM transcript_sentences WHERE transcript_id = $1 AND position >= $2 \
     ORDER BY position LIMIT 12";
pub(super) const EDIT: &str = "UPDATE transcript_sentences SET text = $4, words = $5, version = version + 1 \
     WHERE transcript_id = $1 AND position = $2 AND version = $3 \
     AND EXISTS (SELECT 1 FROM transcripts t WHERE t.id = $1 AND t.owner_id = $6 AND t.deleted_at IS NULL)";
const STALE: &str =
    "DELETE FROM transcript_translations WHERE transcript_id = $1 AND position = $2";
pub(super) const MERGE: &str = "UPDATE transcript_sentences SET speaker = $3 WHERE transcript_id = $1 AND speaker = $2 \
     AND EXISTS (SELECT 1 FROM transcripts t WHERE t.id = $1 AND t.owner_id = $4 AND t.deleted_at IS NULL)";
const NAMED: &str = "UPDATE transcripts SET speakers = $3, version = version + 1 \
     WHERE id = $1 AND owner_id = $2 AND version = $4 AND deleted_at IS NULL";

/// Rows of a statement's transaction are inserted one by one; the longest recordings have some ten thousand.
#[derive(Debug)]
pub(crate) struct NewSentence {
    pub(crate) begin_ms: i64,
    pub(crate) end_ms: i64,
    pub(crate) speaker: Option<u32>,
    pub(crate) text: String,
    pub(crate) words: Vec<WordTime>,
}

/// What was heard in a recording.
pub(crate) struct Found<'a> {
    pub(crate) language: &'a str,
    pub(crate) duration_ms: i64,
    pub(crate) speakers: &'a [Participant],
    pub(crate) sentences: &'a [NewSentence],
    pub(crate) cost: Option<i64>,
}

#[derive(FromRow)]
struct Row {
    position: i64,
    begin_ms: i64,
    end_ms: i64,
    speaker: Option<i64>,
    text: String,
    words: String,
    version: i64,
    translation: Option<String>,
}

impl TryFrom<Row> for Sentence {
    type Error = crate::store::Error;

    fn try_from(row: Row) -> Result<Self> {
        let words: Vec<WordTime> = serde_json::from_str(&row.words)
            .map_err(|_| rows::corrupt("transcript_sentences", "words", &row.text))?;
        Ok(Self {
            id: u32::try_from(row.position).unwrap_or(0),
            begin_ms: row.begin_ms,
            end_ms: row.end_ms,
            speaker: row.speaker.and_then(|id| u32::try_from(id).ok()),
            text: row.text,
            words,
            version: row.version,
            translation: row.translation,
        })
    }
}

fn as_json(words: &[WordTime]) -> String {
    serde_json::to_string(words).unwrap_or_default()
}

impl Db {
    /// Keeps what was heard, in place of what was kept before: all of it or nothing. Whether there is such a transcript.
    #[tracing::instrument(name = "store.transcripts.heard", skip_all)]
    pub(crate) async fn keep_sentences(
        &self,
        owner: UserId,
        id: TranscriptId,
        found: &Found<'_>,
    ) -> Result<bool> {
        let (id, owner) = (id.to_string(), owner.to_string());
        let speakers = serde_json::to_string(found.speakers).unwrap_or_default();
        let count = i64::try_from(found.sentences.len()).unwrap_or(i64::MAX);
        let kept = on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let changed = sqlx::query(HEARD)
                .bind(&id)
                .bind(&owner)
                .bind(found.language)
                .bind(found.duration_ms)
                .bind(count)
                .bind(&speakers)
                .bind(found.cost)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if changed > 0 {
                sqlx::query(CLEAR)
                    .bind(&id)
                    .execute(&mut *transaction)
                    .await?;
                for (position, sentence) in (0_i64..).zip(found.sentences) {
                    sqlx::query(INSERT)
                        .bind(&id)
                        .bind(position)
                        .bind(sentence.begin_ms)
                        .bind(sentence.end_ms)
                        .bind(sentence.speaker.map(i64::from))
                        .bind(&sentence.text)
                        .bind(as_json(&sentence.words))
                        .execute(&mut *transaction)
                        .await?;
                }
                mark_due!(transaction, Transcripts, id, owner);
            }
            transaction.commit().await?;
            changed > 0
        });
        Ok(kept)
    }

    /// What is said in one of the owner's transcripts, with its translation into that language where there is one.
    #[tracing::instrument(name = "store.transcripts.sentences", skip_all)]
    pub(crate) async fn sentences(
        &self,
        owner: UserId,
        id: TranscriptId,
        language: &str,
    ) -> Result<Vec<Sentence>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(SENTENCES)
            .bind(id.to_string())
            .bind(owner.to_string())
            .bind(language)
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Sentence::try_from).collect()
    }

    /// The first sentence with these words in it.
    #[tracing::instrument(name = "store.transcripts.hit", level = "debug", skip_all)]
    pub(crate) async fn sentence_with(
        &self,
        id: TranscriptId,
        words: &str,
    ) -> Result<Option<(i64, i64, String)>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(HIT)
            .bind(id.to_string())
            .bind(rows::containing(words))
            .fetch_optional(pool)
            .await?))
    }

    /// When a sentence begins and what is said in it.
    #[tracing::instrument(name = "store.transcripts.sentence_at", level = "debug", skip_all)]
    pub(crate) async fn sentence_at(
        &self,
        id: TranscriptId,
        sentence: u32,
    ) -> Result<Option<(i64, String)>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(AT)
            .bind(id.to_string())
            .bind(i64::from(sentence))
            .fetch_optional(pool)
            .await?))
    }

    /// What is said from a sentence on, as far as a passage goes.
    #[tracing::instrument(name = "store.transcripts.said_from", level = "debug", skip_all)]
    pub(crate) async fn said_from(&self, id: TranscriptId, sentence: u32) -> Result<Vec<String>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_scalar(
            SAID_FROM
        )
        .bind(id.to_string())
        .bind(i64::from(sentence))
        .fetch_all(pool)
        .await?))
    }

    /// Changes what is said, if nobody else has since that version; its translations no longer hold. Whether it did.
    #[tracing::instrument(name = "store.transcripts.edit", skip_all)]
    pub(crate) async fn edit_sentence(
        &self,
        owner: UserId,
        id: TranscriptId,
        (sentence, version): (u32, i64),
        (text, words): (&str, &[WordTime]),
    ) -> Result<bool> {
        let id = id.to_string();
        let edited = on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let changed = sqlx::query(EDIT)
                .bind(&id)
                .bind(i64::from(sentence))
                .bind(version)
                .bind(text)
                .bind(as_json(words))
                .bind(owner.to_string())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if changed > 0 {
                sqlx::query(STALE)
                    .bind(&id)
                    .bind(i64::from(sentence))
                    .execute(&mut *transaction)
                    .await?;
                mark_due!(transaction, Transcripts, id, owner);
            }
            transaction.commit().await?;
            changed > 0
        });
        Ok(edited)
    }

    /// Gives one voice's sentences to another, and keeps who is left, if nobody changed that since that version. Whether it did.
    #[tracing::instrument(name = "store.transcripts.merge", skip_all)]
    pub(crate) async fn merge_speakers(
        &self,
        owner: UserId,
        id: TranscriptId,
        (from, into): (u32, u32),
        left: &[Participant],
        version: i64,
    ) -> Result<bool> {
        let (id, owner) = (id.to_string(), owner.to_string());
        let left = serde_json::to_string(left).unwrap_or_default();
        let merged = on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let changed = sqlx::query(NAMED)
                .bind(&id)
                .bind(&owner)
                .bind(&left)
                .bind(version)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if changed > 0 {
                sqlx::query(MERGE)
                    .bind(&id)
                    .bind(i64::from(from))
                    .bind(i64::from(into))
                    .bind(&owner)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
            changed > 0
        });
        Ok(merged)
    }
}
