//! Transcripts: what is known of each, and its sentences.

mod sentences;
mod translations;

use model::{
    FileId, JobFailure, JobId, Millis, TranscriptId, UserId,
    transcript::{Notes, NotesState, Participant, TranscriptState},
};
use sqlx::FromRow;

use super::{Db, Result, files::take_turn, on_pool, rows, vectors::mark_due};
pub(crate) use sentences::{Found, NewSentence};

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT t.id, t.job_id, t.file_id, t.title, t.wish, t.state, t.failure, t.language, t.duration_ms, t.sentences, t.cost, \
             t.speakers, t.version, t.notes_state, t.notes, t.notes_failure, t.translating, t.created_at, f.mime, \
             j.state AS job_state, j.step AS job_step, j.input AS job_input \
             FROM transcripts t LEFT JOIN files f ON f.id = t.file_id LEFT JOIN jobs j ON j.id = t.job_id \
             WHERE t.deleted_at IS NULL AND ",
            $condition
        )
    };
}

const INSERT: &str = "INSERT INTO transcripts (id, owner_id, job_id, file_id, title, wish, state, language, duration_ms, sentences, \
     speakers, version, notes_state, notes, translating, created_at) \
     VALUES ($1, $2, (SELECT id FROM jobs WHERE id = $3), (SELECT id FROM files WHERE id = $4 AND owner_id = $2), $5, $6, 'making', $7, $8, 0, '[]', 0, 'none', '{}', 'none', $9) ON CONFLICT (id) DO NOTHING";
const FIND: &str = select!("t.id = $1 AND t.owner_id = $2");
const OF_JOB: &str = select!("t.job_id = $1 AND t.owner_id = $2");
const PAGE: &str = select!("t.owner_id = $1 AND t.id < $2 ORDER BY t.id DESC LIMIT $3");
/// Those with the words in their title or in one of their sentences. SQLite has no index that finds words anywhere in Chinese
/// text, so it reads the owner's sentences; the page's limit ends that early.
const SEARCH: &str = select!(
    "t.owner_id = $1 AND t.id < $2 AND (LOWER(t.title) LIKE $4 ESCAPE '\\' OR EXISTS (SELECT 1 FROM transcript_sentences s \
     WHERE s.transcript_id = t.id AND LOWER(s.text) LIKE $4 ESCAPE '\\')) ORDER BY t.id DESC LIMIT $3"
);
/// Says which job works on it from now on, unless another one does already.
pub(super) const TAKE_UP: &str = "UPDATE transcripts SET job_id = $3, state = CASE WHEN sentences = 0 THEN 'making' ELSE state END, failure = NULL \
     WHERE id = $1 AND owner_id = $2 AND COALESCE(job_id, '') = $4 AND deleted_at IS NULL";
const FAILED: &str = "UPDATE transcripts SET state = $3, failure = $4, cost = $5 WHERE id = $1 AND owner_id = $2 AND sentences = 0";
const NOTES: &str = "UPDATE transcripts SET notes_state = $3, notes = COALESCE($4, notes), notes_failure = $5 WHERE id = $1 AND owner_id = $2";
const TRANSLATING: &str = "UPDATE transcripts SET translating = $3 WHERE id = $1 AND owner_id = $2";
const CHANGE: &str = "UPDATE transcripts SET title = $3, speakers = $4, version = version + 1 WHERE id = $1 AND owner_id = $2 AND version = $5 \
     AND deleted_at IS NULL";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("FIND", FIND),
    ("OF_JOB", OF_JOB),
    ("PAGE", PAGE),
    ("SEARCH", SEARCH),
    ("TAKE_UP", TAKE_UP),
    ("FAILED", FAILED),
    ("NOTES", NOTES),
    ("TRANSLATING", TRANSLATING),
    ("CHANGE", CHANGE),
    ("SENTENCES", sentences::SENTENCES),
    ("HIT", sentences::HIT),
    ("AT", sentences::AT),
    ("SAID_FROM", sentences::SAID_FROM),
    ("EDIT", sentences::EDIT),
    ("MERGE", sentences::MERGE),
    ("LANGUAGES", translations::LANGUAGES),
    ("FORGET", translations::FORGET),
];

/// Greater than every id.
const NEWEST: &str = "g";

/// A transcript that is asked for.
pub(crate) struct NewTranscript<'a> {
    pub(crate) id: TranscriptId,
    pub(crate) owner: UserId,
    pub(crate) job: JobId,
    pub(crate) file: FileId,
    pub(crate) title: &'a str,
    /// As JSON.
    pub(crate) wish: &'a str,
    pub(crate) language: &'a str,
    pub(crate) duration_ms: i64,
    pub(crate) now: Millis,
}

/// What is known of a transcript.
#[derive(Clone, Debug)]
pub(crate) struct KeptTranscript {
    pub(crate) id: TranscriptId,
    pub(crate) job: Option<JobId>,
    pub(crate) file: Option<FileId>,
    pub(crate) mime: Option<String>,
    pub(crate) title: String,
    /// As JSON.
    pub(crate) wish: String,
    pub(crate) state: TranscriptState,
    pub(crate) failure: Option<JobFailure>,
    pub(crate) language: String,
    pub(crate) duration_ms: i64,
    pub(crate) sentences: i64,
    pub(crate) cost: Option<i64>,
    pub(crate) speakers: Vec<Participant>,
    pub(crate) version: i64,
    pub(crate) notes_state: NotesState,
    pub(crate) notes: Notes,
    pub(crate) notes_failure: Option<JobFailure>,
    pub(crate) translating: NotesState,
    pub(crate) created_at: Millis,
    /// State, step and input of the job that works on it, while that is remembered.
    pub(crate) worked: Option<(model::JobState, String, String)>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    job_id: Option<String>,
    file_id: Option<String>,
    title: String,
    wish: String,
    state: String,
    failure: Option<String>,
    language: String,
    duration_ms: i64,
    sentences: i64,
    cost: Option<i64>,
    speakers: String,
    version: i64,
    notes_state: String,
    notes: String,
    notes_failure: Option<String>,
    translating: String,
    created_at: i64,
    mime: Option<String>,
    job_state: Option<String>,
    job_step: Option<String>,
    job_input: Option<String>,
}

impl TryFrom<Row> for KeptTranscript {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        let corrupt = |column| rows::corrupt("transcripts", column, &row.id);
        let failure =
            |text: &Option<String>, column| match text.as_deref().map(serde_json::from_str) {
                None => Ok(None),
                Some(read) => read.map(Some).map_err(|_| corrupt(column)),
            };
        let notes_state =
            |text: &str, column| NotesState::from_name(text).ok_or_else(|| corrupt(column));
        let job_state = row.job_state.as_deref();
        let job_state = job_state.and_then(model::JobState::from_name);
        let worked = job_state
            .zip(row.job_step)
            .zip(row.job_input)
            .map(|((state, step), input)| (state, step, input));
        Ok(Self {
            id: rows::id("transcripts", "id", &row.id)?,
            job: row
                .job_id
                .as_deref()
                .map(|id| rows::id("transcripts", "job_id", id))
                .transpose()?,
            file: row
                .file_id
                .as_deref()
                .map(|id| rows::id("transcripts", "file_id", id))
                .transpose()?,
            state: TranscriptState::from_name(&row.state).ok_or_else(|| corrupt("state"))?,
            failure: failure(&row.failure, "failure")?,
            speakers: serde_json::from_str(&row.speakers).map_err(|_| corrupt("speakers"))?,
            notes_state: notes_state(&row.notes_state, "notes_state")?,
            notes: serde_json::from_str(&row.notes).map_err(|_| corrupt("notes"))?,
            notes_failure: failure(&row.notes_failure, "notes_failure")?,
            translating: notes_state(&row.translating, "translating")?,
            title: row.title,
            wish: row.wish,
            language: row.language,
            duration_ms: row.duration_ms,
            sentences: row.sentences,
            cost: row.cost,
            version: row.version,
            created_at: Millis::new(row.created_at),
            mime: row.mime,
            worked,
        })
    }
}

impl Db {
    /// Keeps a transcript that is to be made. Whether it is new. It takes its recording up in the turn of whoever removes files for good.
    #[tracing::instrument(name = "store.transcripts.insert", skip_all)]
    pub(crate) async fn insert_transcript(&self, new: &NewTranscript<'_>) -> Result<bool> {
        let inserted = on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take_turn!(transaction, new.owner);
            let inserted = sqlx::query(INSERT)
                .bind(new.id.to_string())
                .bind(new.owner.to_string())
                .bind(new.job.to_string())
                .bind(new.file.to_string())
                .bind(new.title)
                .bind(new.wish)
                .bind(new.language)
                .bind(new.duration_ms)
                .bind(new.now.get())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            transaction.commit().await?;
            inserted
        });
        Ok(inserted > 0)
    }

    /// One of the owner's transcripts.
    #[tracing::instrument(name = "store.transcripts.find", level = "debug", skip_all)]
    pub(crate) async fn transcript(
        &self,
        owner: UserId,
        id: TranscriptId,
    ) -> Result<Option<KeptTranscript>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(FIND)
            .bind(id.to_string())
            .bind(owner.to_string())
            .fetch_optional(pool)
            .await?);
        row.map(KeptTranscript::try_from).transpose()
    }

    /// The owner's transcript that a job works on, or worked on last.
    #[tracing::instrument(name = "store.transcripts.of_job", level = "debug", skip_all)]
    pub(crate) async fn transcript_of_job(
        &self,
        owner: UserId,
        job: JobId,
    ) -> Result<Option<KeptTranscript>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(OF_JOB)
            .bind(job.to_string())
            .bind(owner.to_string())
            .fetch_optional(pool)
            .await?);
        row.map(KeptTranscript::try_from).transpose()
    }

    /// The owner's transcripts, newest first, those before `before`, with these words in title or text.
    #[tracing::instrument(name = "store.transcripts.page", skip_all)]
    pub(crate) async fn transcripts(
        &self,
        owner: UserId,
        words: Option<&str>,
        before: Option<TranscriptId>,
        limit: u32,
    ) -> Result<Vec<KeptTranscript>> {
        let before = before.map_or_else(|| NEWEST.to_owned(), |id| id.to_string());
        let text = if words.is_some() { SEARCH } else { PAGE };
        let found: Vec<Row> = on_pool!(self.reader(), |pool| {
            let mut query = sqlx::query_as(text)
                .bind(owner.to_string())
                .bind(&before)
                .bind(i64::from(limit));
            if let Some(words) = words {
                query = query.bind(rows::containing(words));
            }
            query.fetch_all(pool).await?
        });
        found.into_iter().map(KeptTranscript::try_from).collect()
    }

    /// Keeps that there is nothing to read, and why.
    #[tracing::instrument(name = "store.transcripts.failed", skip_all)]
    pub(crate) async fn fail_transcript(
        &self,
        owner: UserId,
        id: TranscriptId,
        state: TranscriptState,
        failure: Option<&JobFailure>,
        cost: Option<i64>,
    ) -> Result<()> {
        let failure = failure.and_then(|failure| serde_json::to_string(failure).ok());
        on_pool!(self.writer(), |pool| sqlx::query(FAILED)
            .bind(id.to_string())
            .bind(owner.to_string())
            .bind(state.as_str())
            .bind(failure)
            .bind(cost)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Keeps how far the notes are; with `None` what is written of them stays.
    #[tracing::instrument(name = "store.transcripts.notes", skip_all)]
    pub(crate) async fn note_transcript(
        &self,
        owner: UserId,
        id: TranscriptId,
        state: NotesState,
        notes: Option<&Notes>,
        failure: Option<&JobFailure>,
    ) -> Result<()> {
        let notes = notes.and_then(|notes| serde_json::to_string(notes).ok());
        let failure = failure.and_then(|failure| serde_json::to_string(failure).ok());
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let changed = sqlx::query(NOTES)
                .bind(id.to_string())
                .bind(owner.to_string())
                .bind(state.as_str())
                .bind(&notes)
                .bind(failure)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if changed > 0 && notes.is_some() {
                mark_due!(transaction, Transcripts, id, owner);
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Keeps how far the translation is.
    #[tracing::instrument(name = "store.transcripts.translating", skip_all)]
    pub(crate) async fn translating_transcript(
        &self,
        owner: UserId,
        id: TranscriptId,
        state: NotesState,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(TRANSLATING)
            .bind(id.to_string())
            .bind(owner.to_string())
            .bind(state.as_str())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Changes title and speakers, if nobody else has since that version. Whether it did.
    #[tracing::instrument(name = "store.transcripts.change", skip_all)]
    pub(crate) async fn change_transcript(
        &self,
        owner: UserId,
        id: TranscriptId,
        title: &str,
        speakers: &[Participant],
        version: i64,
    ) -> Result<bool> {
        let speakers = serde_json::to_string(speakers).unwrap_or_default();
        let changed = on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let changed = sqlx::query(CHANGE)
                .bind(id.to_string())
                .bind(owner.to_string())
                .bind(title)
                .bind(&speakers)
                .bind(version)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if changed > 0 {
                mark_due!(transaction, Transcripts, id, owner);
            }
            transaction.commit().await?;
            changed
        });
        Ok(changed > 0)
    }
}
