//! Generations: how an answer begins, grows and ends, each step one transaction.

pub(super) mod begin;
pub(super) mod recover;

use model::{
    AnswerFailure, CallId, ConversationId, FileId, GenerationId, MessageId, MessageStatus, Millis,
    ModelName, SubmissionId, Title, UserId,
};
use sqlx::{QueryBuilder, types::Json};
use uuid::Uuid;

use super::{
    Beginning, Db, KeptCall, Result,
    messages::{Part, Rendered, text_of},
    on_pool,
    queue::Taking,
    search::SearchIndex as _,
    sources::{Source, sources_of, with_sources},
    tool_calls::write_call,
};

/// Where a question goes.
#[derive(Clone, Debug)]
pub enum Place {
    /// Into a conversation that it opens.
    New {
        /// The conversation's id.
        conversation: ConversationId,
        /// Its first title.
        title: Title,
        /// It goes for good when it is left.
        temporary: bool,
    },
    /// To the end of the branch that is shown.
    Existing(ConversationId),
    /// Beside a question of that conversation: another version of it.
    Beside(ConversationId, MessageId),
    /// The same, shown and not answered.
    Saved(ConversationId, MessageId),
    /// To the end of the branch that is shown, out of the queue, where it waits under the submission's id.
    Queued(ConversationId, Taking),
}

/// A question and the answer that is to come.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Whose.
    pub owner: UserId,
    /// Where it goes.
    pub place: Place,
    /// The question's id.
    pub question: MessageId,
    /// What is asked.
    pub text: &'a str,
    /// The files that are handed in with it, each under the id by which that is kept.
    pub attachments: &'a [(Uuid, FileId)],
    /// When its draft was kept, as far as whoever asks knows.
    pub draft: Option<Millis>,
    /// The press of *Send*.
    pub submission: SubmissionId,
    /// What a conversation that it opens is begun with; in one that is there, the assistant that answers this question alone.
    pub assistant: Option<&'a Beginning>,
    /// The answer.
    pub answer: NewAnswer<'a>,
}

/// An answer that is to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewAnswer<'a> {
    /// The answer's message id.
    pub message: MessageId,
    /// The run.
    pub generation: GenerationId,
    /// The call by which the run will be booked.
    pub call: CallId,
    /// The model that writes it.
    pub model: &'a ModelName,
    /// The process that runs it.
    pub node: &'a str,
    /// Until when the process vouches for it.
    pub lease_until: Millis,
    /// Now.
    pub now: Millis,
}

/// What became of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It was written.
    New(ConversationId),
    /// It was written before: the conversation, the question.
    Before(ConversationId, MessageId),
    /// There is no such conversation of the owner's, or no such message in it.
    NoConversation,
    /// One of the files is not there any more.
    NoFile,
    /// It does not wait any more, was edited meanwhile, or its turn has not come.
    NotDue,
}

/// What one commit adds to an answer.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The answer.
    pub message: MessageId,
    /// Its number.
    pub seq: u64,
    /// New reasoning.
    pub reasoning: String,
    /// New text.
    pub text: String,
    /// Calls of tools that are new or have changed.
    pub calls: Vec<KeptCall>,
    /// Now.
    pub now: Millis,
    /// Where the answer comes from, when that has become known.
    pub sources: Vec<Source>,
}

/// Tokens, as the upstream counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// In the request.
    pub input: i64,
    /// In the answer, reasoning included.
    pub output: i64,
    /// Of the answer, for reasoning.
    pub reasoning: i64,
    /// Of the request, read from the upstream's cache.
    pub cached: i64,
}

/// How an answer ended.
#[derive(Clone, Debug)]
pub struct End {
    /// The run.
    pub generation: GenerationId,
    /// The answer.
    pub message: MessageId,
    /// How it ended.
    pub status: MessageStatus,
    /// The whole answer.
    pub parts: Vec<Part>,
    /// Calls of tools that are new or have changed.
    pub calls: Vec<KeptCall>,
    /// The whole answer's HTML, by the renderer of that version.
    pub rendered: (i64, Rendered),
    /// How long the model reasoned.
    pub reasoning_ms: Option<i64>,
    /// Why it failed.
    pub failure: Option<AnswerFailure>,
    /// The last event's number.
    pub last_seq: u64,
    /// The upstream's name for the request.
    pub upstream_request_id: Option<String>,
    /// What it used, if the upstream said.
    pub tokens: Option<Tokens>,
    /// Now.
    pub now: Millis,
}

const END_MESSAGE: &str = "
    UPDATE messages SET status = $2, parts = $3, rendered = $4, render_version = $5, reasoning_ms = $6, failure = $7,
           last_seq = $8, updated_at = $9
    WHERE id = $1";

const END_GENERATION: &str = "
    UPDATE generations SET status = $2, ended_at = $3, upstream_request_id = $4, input_tokens = $5, output_tokens = $6,
           reasoning_tokens = $7, cached_tokens = $8
    WHERE id = $1 AND status = 'running'";

/// What an answer that is taken up again had before.
const GROWING_PARTS: &str = "SELECT parts FROM messages WHERE id = $1 AND status = 'generating'";

/// What is known before the text is written down beside what there was before, once.
const TELL_SOURCES: &str = "UPDATE messages SET parts = $2 WHERE id = $1 AND status = 'generating'";

const FORGET_CHUNKS: &str = "DELETE FROM generation_chunks WHERE message_id = $1";

/// Writes one answer's end inside an open transaction of either dialect.
macro_rules! end_answer {
    ($tx:expr, $end:expr) => {{
        let end = $end;
        let (version, rendered) = &end.rendered;
        sqlx::query(END_MESSAGE)
            .bind(end.message.to_string())
            .bind(end.status.as_str())
            .bind(Json(&end.parts))
            .bind(Json(rendered))
            .bind(*version)
            .bind(end.reasoning_ms)
            .bind(end.failure.as_ref().map(Json))
            .bind(i64::try_from(end.last_seq).unwrap_or(i64::MAX))
            .bind(end.now.get())
            .execute(&mut *$tx)
            .await?;
        for call in &end.calls {
            write_call!($tx, end.message, call, end.now);
        }
        $tx.index_text(end.message, &text_of(&end.parts)).await?;
        sqlx::query(END_GENERATION)
            .bind(end.generation.to_string())
            .bind(run_status(end.status))
            .bind(end.now.get())
            .bind(end.upstream_request_id.as_deref())
            .bind(end.tokens.map(|tokens| tokens.input))
            .bind(end.tokens.map(|tokens| tokens.output))
            .bind(end.tokens.map(|tokens| tokens.reasoning))
            .bind(end.tokens.map(|tokens| tokens.cached))
            .execute(&mut *$tx)
            .await?;
        sqlx::query(FORGET_CHUNKS)
            .bind(end.message.to_string())
            .execute(&mut *$tx)
            .await?;
    }};
}

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("END_MESSAGE", END_MESSAGE),
    ("END_GENERATION", END_GENERATION),
    ("GROWING_PARTS", GROWING_PARTS),
    ("TELL_SOURCES", TELL_SOURCES),
    ("FORGET_CHUNKS", FORGET_CHUNKS),
];

impl Db {
    /// Stores what all running answers have grown by, and those that ended, in one transaction.
    #[tracing::instrument(name = "store.generations.commit", skip_all, fields(chunks = chunks.len(), ends = ends.len()))]
    pub async fn commit_progress(&self, chunks: &[Chunk], ends: &[End]) -> Result<()> {
        // Four values a row; SQLite takes 32,766 in one statement.
        const ROWS: usize = 1_000;
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            for chunks in chunks.chunks(ROWS) {
                let mut insert = QueryBuilder::new(
                    "INSERT INTO generation_chunks (message_id, seq, reasoning, text) \
                     SELECT column1, column2, column3, column4 FROM (",
                );
                insert.push_values(chunks, |mut row, chunk| {
                    row.push_bind(chunk.message.to_string())
                        .push_bind(i64::try_from(chunk.seq).unwrap_or(i64::MAX))
                        .push_bind(&chunk.reasoning)
                        .push_bind(&chunk.text);
                });
                // An account that was deleted meanwhile took its answers along: that must not hold up everybody's.
                insert.push(
                    ") AS grown WHERE EXISTS (SELECT 1 FROM messages WHERE messages.id = grown.column1)",
                );
                // A commit that was done may be tried again: its answer can be lost with the connection.
                insert.push(" ON CONFLICT (message_id, seq) DO NOTHING");
                insert.build().execute(&mut *tx).await?;
            }
            for chunk in chunks {
                for call in &chunk.calls {
                    write_call!(tx, chunk.message, call, chunk.now);
                }
            }
            for chunk in chunks.iter().filter(|chunk| !chunk.sources.is_empty()) {
                let parts: Option<Json<Vec<Part>>> = sqlx::query_scalar(GROWING_PARTS)
                    .bind(chunk.message.to_string())
                    .fetch_optional(&mut *tx)
                    .await?;
                let Some(Json(parts)) = parts.filter(|parts| sources_of(parts).is_empty()) else {
                    continue;
                };
                sqlx::query(TELL_SOURCES)
                    .bind(chunk.message.to_string())
                    .bind(Json(with_sources(parts, chunk.sources.clone())))
                    .execute(&mut *tx)
                    .await?;
            }
            for end in ends {
                end_answer!(tx, end);
            }
            tx.commit().await?;
        });
        Ok(())
    }
}

/// The run's state for an answer that ended so.
const fn run_status(status: MessageStatus) -> &'static str {
    match status {
        MessageStatus::Complete | MessageStatus::Truncated | MessageStatus::Waiting => "done",
        MessageStatus::Stopped => "stopped",
        MessageStatus::Interrupted | MessageStatus::Generating => "interrupted",
        MessageStatus::Failed => "failed",
    }
}
