//! Vectors by which things are found by what they mean, and which things are yet to be read for one.

use model::{JobKind, Millis, TranscriptId, UserId, WorkId};
use sqlx::FromRow;

use super::{Db, Result, on_pool, rows};

/// Notes that a thing is to be read, also while somebody reads what it was before.
pub(super) const DUE: &str = "INSERT INTO vectors_due (thing_id, kind, owner_id, due_at, attempts, changes) VALUES ($1, $2, $3, 0, 0, 0) \
     ON CONFLICT (thing_id) DO UPDATE SET due_at = 0, attempts = 0, changes = vectors_due.changes + 1";
const NEXT_OWNER: &str =
    "SELECT owner_id FROM vectors_due WHERE due_at <= $1 ORDER BY due_at LIMIT 1";
/// Of two processes the second finds, once the first has written, that it is not due any more.
const TAKE: &str = "UPDATE vectors_due SET due_at = $3, attempts = attempts + 1 WHERE due_at <= $2 AND thing_id IN \
       (SELECT thing_id FROM vectors_due WHERE owner_id = $1 AND due_at <= $2 ORDER BY due_at LIMIT $4) \
     RETURNING thing_id, kind, attempts, changes";
const DONE: &str = "DELETE FROM vectors_due WHERE thing_id = $1 AND changes = $2";
const LATER: &str = "UPDATE vectors_due SET due_at = $3 WHERE thing_id = $1 AND changes = $2";
const UNREAD: &str = "SELECT COUNT(*) FROM vectors_due WHERE owner_id = $1 AND kind = $2";
const OTHER_WORKS: &str = "INSERT INTO vectors_due (thing_id, kind, owner_id, due_at, attempts, changes) \
     SELECT work_id, 'work', owner_id, 0, 0, 0 FROM work_vectors WHERE model < $1 \
     UNION ALL SELECT work_id, 'work', owner_id, 0, 0, 0 FROM work_vectors WHERE model > $1 ON CONFLICT (thing_id) DO NOTHING";
const OTHER_TRANSCRIPTS: &str = "INSERT INTO vectors_due (thing_id, kind, owner_id, due_at, attempts, changes) \
     SELECT transcript_id, 'transcript', owner_id, 0, 0, 0 FROM transcript_vectors WHERE model < $1 \
     UNION ALL SELECT transcript_id, 'transcript', owner_id, 0, 0, 0 FROM transcript_vectors WHERE model > $1 \
     ON CONFLICT (thing_id) DO NOTHING";

/// Who deletes a work meanwhile deletes what is known of it.
const KEEP_WORK: &str = "INSERT INTO work_vectors (work_id, owner_id, kind, model, vector) \
     SELECT id, owner_id, kind, $3, $4 FROM works WHERE id = $1 AND owner_id = $2 \
     ON CONFLICT (work_id) DO UPDATE SET model = excluded.model, vector = excluded.vector";
const WORKS: &str = "SELECT work_id, vector FROM work_vectors WHERE owner_id = $1 AND model = $2 ORDER BY work_id DESC LIMIT $3";
const WORKS_OF_KIND: &str = "SELECT work_id, vector FROM work_vectors WHERE owner_id = $1 AND model = $2 AND kind = $4 \
     ORDER BY work_id DESC LIMIT $3";
const KEEP_PASSAGE: &str = "INSERT INTO transcript_vectors (transcript_id, part, owner_id, model, sentence, text_hash, vector) \
     SELECT id, $3, owner_id, $4, $5, $6, $7 FROM transcripts WHERE id = $1 AND owner_id = $2 \
     ON CONFLICT (transcript_id, part) DO UPDATE SET model = excluded.model, sentence = excluded.sentence, \
       text_hash = excluded.text_hash, vector = excluded.vector";
const PASSAGES_OF: &str = "SELECT part, text_hash FROM transcript_vectors WHERE transcript_id = $1 AND owner_id = $2 AND model = $3";
const DROP_PASSAGES: &str = "DELETE FROM transcript_vectors WHERE transcript_id = $1 AND owner_id = $2 AND part >= $3 AND part <= $4";
const PASSAGES: &str = "SELECT transcript_id, sentence, vector FROM transcript_vectors WHERE owner_id = $1 AND model = $2 \
     ORDER BY transcript_id DESC, part LIMIT $3";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("NEXT_OWNER", NEXT_OWNER),
    ("TAKE", TAKE),
    ("DONE", DONE),
    ("LATER", LATER),
    ("UNREAD", UNREAD),
    ("OTHER_WORKS", OTHER_WORKS),
    ("OTHER_TRANSCRIPTS", OTHER_TRANSCRIPTS),
    ("KEEP_WORK", KEEP_WORK),
    ("WORKS", WORKS),
    ("WORKS_OF_KIND", WORKS_OF_KIND),
    ("KEEP_PASSAGE", KEEP_PASSAGE),
    ("PASSAGES_OF", PASSAGES_OF),
    ("DROP_PASSAGES", DROP_PASSAGES),
    ("PASSAGES", PASSAGES),
];

/// Notes within a transaction of either dialect that a thing is to be read: `mark_due!(transaction, Works, id, owner)`.
macro_rules! mark_due {
    ($transaction:expr, $kind:ident, $id:expr, $owner:expr) => {
        sqlx::query($crate::store::vectors::DUE)
            .bind($crate::store::vectors::text(&$id))
            .bind($crate::store::vectors::Reading::$kind.as_str())
            .bind($crate::store::vectors::text(&$owner))
            .execute(&mut *$transaction)
            .await?
    };
}
pub(super) use mark_due;

/// An id as it stands in a row, also where it is a text already.
pub(super) fn text(id: &impl std::fmt::Display) -> String {
    id.to_string()
}

/// Vectors, each with what it is of.
pub(crate) type Vectors<T> = Vec<(T, Vec<u8>)>;

/// What kind of thing is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Works.
    Works,
    /// Transcripts.
    Transcripts,
}

impl Reading {
    /// Its name in the rows.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Works => "work",
            Self::Transcripts => "transcript",
        }
    }
}

/// Something that is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// A work, by its prompt.
    Work(WorkId),
    /// A transcript, by passages.
    Transcript(TranscriptId),
}

impl Unread {
    fn id(self) -> String {
        match self {
            Self::Work(id) => id.to_string(),
            Self::Transcript(id) => id.to_string(),
        }
    }
}

/// Something that this process reads now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    pub(crate) thing: Unread,
    /// How often it was begun, this time included.
    pub(crate) attempts: i64,
    /// How often it has changed since somebody was to read it: what is done is about that state of it.
    changes: i64,
}

/// A passage of a transcript with its vector.
pub(crate) struct NewPassage<'a> {
    /// Its place among the passages.
    pub(crate) part: u32,
    /// The sentence with which it begins; `None` for what is about all of it.
    pub(crate) sentence: Option<u32>,
    pub(crate) text_hash: &'a str,
    pub(crate) vector: &'a [u8],
}

#[derive(FromRow)]
struct DueRow {
    thing_id: String,
    kind: String,
    attempts: i64,
    changes: i64,
}

impl TryFrom<DueRow> for Due {
    type Error = super::Error;

    fn try_from(row: DueRow) -> Result<Self> {
        let thing = match row.kind.as_str() {
            "work" => Unread::Work(rows::id("vectors_due", "thing_id", &row.thing_id)?),
            "transcript" => Unread::Transcript(rows::id("vectors_due", "thing_id", &row.thing_id)?),
            _ => return Err(rows::corrupt("vectors_due", "kind", &row.thing_id)),
        };
        Ok(Self {
            thing,
            attempts: row.attempts,
            changes: row.changes,
        })
    }
}

impl Db {
    /// Takes things of one person that are due, until then: who does not finish them leaves them to others.
    #[tracing::instrument(name = "store.vectors.take", level = "debug", skip_all)]
    pub(crate) async fn take_unread(
        &self,
        now: Millis,
        until: Millis,
        limit: u32,
    ) -> Result<Option<(UserId, Vec<Due>)>> {
        let owner: Option<String> = on_pool!(self.reader(), |pool| sqlx::query_scalar(NEXT_OWNER)
            .bind(now.get())
            .fetch_optional(pool)
            .await?);
        let Some(owner) = owner else { return Ok(None) };
        let taken: Vec<DueRow> = on_pool!(self.writer(), |pool| sqlx::query_as(TAKE)
            .bind(&owner)
            .bind(now.get())
            .bind(until.get())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let due: Vec<Due> = taken
            .into_iter()
            .map(Due::try_from)
            .collect::<Result<_>>()?;
        Ok(Some((rows::id("vectors_due", "owner_id", &owner)?, due)))
    }

    /// It was read, unless it has changed meanwhile.
    #[tracing::instrument(name = "store.vectors.done", level = "debug", skip_all)]
    pub(crate) async fn read_done(&self, due: &Due) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(DONE)
            .bind(due.thing.id())
            .bind(due.changes)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// It is to be read then, unless it has changed meanwhile.
    #[tracing::instrument(name = "store.vectors.later", level = "debug", skip_all)]
    pub(crate) async fn read_later(&self, due: &Due, at: Millis) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(LATER)
            .bind(due.thing.id())
            .bind(due.changes)
            .bind(at.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// How many of such things of the owner's are yet to be read.
    #[tracing::instrument(name = "store.vectors.unread", skip_all)]
    pub(crate) async fn count_unread(&self, owner: UserId, kind: Reading) -> Result<i64> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_scalar(UNREAD)
            .bind(owner.to_string())
            .bind(kind.as_str())
            .fetch_one(pool)
            .await?))
    }

    /// Has all things read anew that another model has read.
    #[tracing::instrument(name = "store.vectors.of_other_models", skip_all)]
    pub(crate) async fn reread_for(&self, model: &str) -> Result<u64> {
        Ok(on_pool!(self.writer(), |pool| {
            let mut changed = 0;
            for text in [OTHER_WORKS, OTHER_TRANSCRIPTS] {
                let noted = sqlx::query(text).bind(model).execute(pool).await?;
                changed += noted.rows_affected();
            }
            changed
        }))
    }

    /// Keeps the vector of one of the owner's works, if it is still there.
    #[tracing::instrument(name = "store.vectors.keep_work", skip_all)]
    pub(crate) async fn keep_work_vector(
        &self,
        owner: UserId,
        work: WorkId,
        model: &str,
        vector: &[u8],
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(KEEP_WORK)
            .bind(work.to_string())
            .bind(owner.to_string())
            .bind(model)
            .bind(vector)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The vectors of the owner's newest works, of one kind or of all.
    #[tracing::instrument(name = "store.vectors.works", skip_all)]
    pub(crate) async fn work_vectors(
        &self,
        owner: UserId,
        kind: Option<JobKind>,
        model: &str,
        limit: u32,
    ) -> Result<Vectors<WorkId>> {
        let text = if kind.is_some() { WORKS_OF_KIND } else { WORKS };
        let found: Vec<(String, Vec<u8>)> = on_pool!(self.reader(), |pool| {
            let mut query = sqlx::query_as(text)
                .bind(owner.to_string())
                .bind(model)
                .bind(i64::from(limit));
            if let Some(kind) = kind {
                query = query.bind(kind.as_str());
            }
            query.fetch_all(pool).await?
        });
        let vectors = found.into_iter().map(|(id, vector)| {
            let id = rows::id("work_vectors", "work_id", &id)?;
            Ok((id, vector))
        });
        vectors.collect()
    }

    /// Keeps the vector of a passage of one of the owner's transcripts, if that is still there.
    #[tracing::instrument(name = "store.vectors.keep_passage", skip_all)]
    pub(crate) async fn keep_passage(
        &self,
        owner: UserId,
        transcript: TranscriptId,
        model: &str,
        passage: &NewPassage<'_>,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(KEEP_PASSAGE)
            .bind(transcript.to_string())
            .bind(owner.to_string())
            .bind(i64::from(passage.part))
            .bind(model)
            .bind(passage.sentence.map(i64::from))
            .bind(passage.text_hash)
            .bind(passage.vector)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Which passages of a transcript have a vector by that model, with the hashes of their texts.
    #[tracing::instrument(name = "store.vectors.passages_of", skip_all)]
    pub(crate) async fn passages_of(
        &self,
        owner: UserId,
        transcript: TranscriptId,
        model: &str,
    ) -> Result<Vec<(u32, String)>> {
        let found: Vec<(i64, String)> = on_pool!(self.reader(), |pool| sqlx::query_as(PASSAGES_OF)
            .bind(transcript.to_string())
            .bind(owner.to_string())
            .bind(model)
            .fetch_all(pool)
            .await?);
        let known = found
            .into_iter()
            .filter_map(|(part, hash)| Some((u32::try_from(part).ok()?, hash)));
        Ok(known.collect())
    }

    /// Forgets the passages of a transcript from one to another.
    #[tracing::instrument(name = "store.vectors.drop_passages", skip_all)]
    pub(crate) async fn drop_passages(
        &self,
        owner: UserId,
        transcript: TranscriptId,
        (first, last): (u32, u32),
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(DROP_PASSAGES)
            .bind(transcript.to_string())
            .bind(owner.to_string())
            .bind(i64::from(first))
            .bind(i64::from(last))
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The vectors of the passages of the owner's newest transcripts, each with the sentence with which it begins.
    #[tracing::instrument(name = "store.vectors.passages", skip_all)]
    pub(crate) async fn passage_vectors(
        &self,
        owner: UserId,
        model: &str,
        limit: u32,
    ) -> Result<Vectors<(TranscriptId, Option<u32>)>> {
        let found: Vec<(String, Option<i64>, Vec<u8>)> =
            on_pool!(self.reader(), |pool| sqlx::query_as(PASSAGES)
                .bind(owner.to_string())
                .bind(model)
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?);
        let vectors = found.into_iter().map(|(id, sentence, vector)| {
            let id = rows::id("transcript_vectors", "transcript_id", &id)?;
            let sentence = sentence.and_then(|sentence| u32::try_from(sentence).ok());
            Ok(((id, sentence), vector))
        });
        vectors.collect()
    }
}
