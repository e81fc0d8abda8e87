//! Generations: how an answer begins, grows and ends, each step one transaction.

use model::{
    AnswerFailure, ConversationId, GenerationId, MessageId, MessageStatus, Millis, ModelName,
    SubmissionId, Title, UserId,
};
use sqlx::{QueryBuilder, types::Json};

use super::{
    Db, Result, drafts,
    messages::{Part, Rendered, parts_of, reasoning_of, text_of},
    on_pool, rows,
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
    },
    /// To the end of the branch that is shown.
    Existing(ConversationId),
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
    /// The press of *Send*.
    pub submission: SubmissionId,
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
    /// There is no such conversation of the owner's.
    NoConversation,
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

const FIND_SUBMISSION: &str = "
    SELECT m.conversation_id, m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.submission_id = $1 AND c.owner_id = $2";

const NEW_CONVERSATION: &str = "
    INSERT INTO conversations (id, owner_id, title, title_source, model, created_at, updated_at)
    VALUES ($1, $2, $3, 'question', $4, $5, $5)";

/// Also takes the row's lock, so that two answers can't both begin.
const TOUCH: &str = "
    UPDATE conversations SET updated_at = $3, model = $4
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL RETURNING leaf_id";

const NEW_QUESTION: &str = "
    INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, submission_id, created_at, updated_at)
    VALUES ($1, $2, $3, 'user', 'complete', $4, $5, $6, $6)";

const NEW_ANSWER: &str = "
    INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, model, created_at, updated_at)
    VALUES ($1, $2, $3, 'assistant', 'generating', $4, $5, $6, $6)";

const NEW_GENERATION: &str = "
    INSERT INTO generations (id, conversation_id, message_id, owner_id, model, status, node, lease_until, started_at)
    VALUES ($1, $2, $3, $4, $5, 'running', $6, $7, $8)";

const SET_LEAF: &str = "UPDATE conversations SET leaf_id = $2 WHERE id = $1";

const FORGET_DRAFT: &str = "DELETE FROM drafts WHERE user_id = $1 AND slot = $2";

const REOPEN: &str = "
    UPDATE messages SET status = 'generating', failure = NULL, rendered = NULL, render_version = 0, updated_at = $3
    WHERE id = $1 AND conversation_id = $2 AND role = 'assistant'
      AND status IN ('stopped', 'interrupted', 'failed', 'truncated')";

const END_MESSAGE: &str = "
    UPDATE messages SET status = $2, parts = $3, rendered = $4, render_version = $5, reasoning_ms = $6, failure = $7,
           last_seq = $8, updated_at = $9
    WHERE id = $1";

const END_GENERATION: &str = "
    UPDATE generations SET status = $2, ended_at = $3, upstream_request_id = $4, input_tokens = $5, output_tokens = $6,
           reasoning_tokens = $7, cached_tokens = $8
    WHERE id = $1 AND status = 'running'";

const FORGET_CHUNKS: &str = "DELETE FROM generation_chunks WHERE message_id = $1";

const RENEW: &str =
    "UPDATE generations SET lease_until = $2 WHERE node = $1 AND status = 'running'";

const ABANDONED: &str = "
    SELECT g.id, g.message_id, m.parts FROM generations g JOIN messages m ON m.id = g.message_id
    WHERE g.status = 'running' AND g.lease_until < $1";

const ABANDONED_CHUNKS: &str =
    "SELECT seq, reasoning, text FROM generation_chunks WHERE message_id = $1 ORDER BY seq";

const INTERRUPT_GENERATION: &str = "
    UPDATE generations SET status = 'interrupted', ended_at = $2 WHERE id = $1 AND status = 'running'";

const INTERRUPT_MESSAGE: &str = "
    UPDATE messages SET status = 'interrupted', parts = $2, last_seq = CASE WHEN $3 > last_seq THEN $3 ELSE last_seq END,
           updated_at = $4
    WHERE id = $1 AND status = 'generating'";

/// Writes one answer's beginning inside an open transaction of either dialect.
macro_rules! insert_answer {
    ($tx:expr, $conversation:expr, $parent:expr, $owner:expr, $answer:expr) => {{
        let (conversation, answer) = ($conversation, $answer);
        sqlx::query(NEW_ANSWER)
            .bind(answer.message.to_string())
            .bind(conversation.to_string())
            .bind($parent.to_string())
            .bind(Json(Vec::<Part>::new()))
            .bind(answer.model.as_str())
            .bind(answer.now.get())
            .execute(&mut *$tx)
            .await?;
        insert_generation!($tx, conversation, $owner, answer);
        sqlx::query(SET_LEAF)
            .bind(conversation.to_string())
            .bind(answer.message.to_string())
            .execute(&mut *$tx)
            .await?;
    }};
}

macro_rules! insert_generation {
    ($tx:expr, $conversation:expr, $owner:expr, $answer:expr) => {
        sqlx::query(NEW_GENERATION)
            .bind($answer.generation.to_string())
            .bind($conversation.to_string())
            .bind($answer.message.to_string())
            .bind($owner.to_string())
            .bind($answer.model.as_str())
            .bind($answer.node)
            .bind($answer.lease_until.get())
            .bind($answer.now.get())
            .execute(&mut *$tx)
            .await?
    };
}

/// Notes that something happens in the owner's conversation: the end of its branch, if there is one.
macro_rules! touch {
    ($tx:expr, $owner:expr, $conversation:expr, $answer:expr) => {{
        let touched: Option<(Option<String>,)> = sqlx::query_as(TOUCH)
            .bind($conversation.to_string())
            .bind($owner.to_string())
            .bind($answer.now.get())
            .bind($answer.model.as_str())
            .fetch_optional(&mut *$tx)
            .await?;
        touched
    }};
}

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
    ("FIND_SUBMISSION", FIND_SUBMISSION),
    ("NEW_CONVERSATION", NEW_CONVERSATION),
    ("TOUCH", TOUCH),
    ("NEW_QUESTION", NEW_QUESTION),
    ("NEW_ANSWER", NEW_ANSWER),
    ("NEW_GENERATION", NEW_GENERATION),
    ("SET_LEAF", SET_LEAF),
    ("FORGET_DRAFT", FORGET_DRAFT),
    ("REOPEN", REOPEN),
    ("END_MESSAGE", END_MESSAGE),
    ("END_GENERATION", END_GENERATION),
    ("FORGET_CHUNKS", FORGET_CHUNKS),
    ("RENEW", RENEW),
    ("ABANDONED", ABANDONED),
    ("ABANDONED_CHUNKS", ABANDONED_CHUNKS),
    ("INTERRUPT_GENERATION", INTERRUPT_GENERATION),
    ("INTERRUPT_MESSAGE", INTERRUPT_MESSAGE),
];

impl Db {
    /// Writes a question, its empty answer and the run, or nothing. A conflict means that an answer is being
    /// written in that conversation already.
    #[tracing::instrument(name = "store.generations.ask", skip_all, fields(message.id = %asked.answer.message))]
    pub async fn ask(&self, asked: &Question<'_>) -> Result<Submitted> {
        if let Some(before) = self.submitted(asked).await? {
            return Ok(before);
        }
        let refused = match self.write_question(asked).await {
            Err(error) if error.is_conflict() => error,
            settled => return settled,
        };
        // The same submission may have been on its way at the same time, and been faster.
        self.submitted(asked).await?.ok_or(refused)
    }

    async fn submitted(&self, asked: &Question<'_>) -> Result<Option<Submitted>> {
        let found: Option<(String, String)> = on_pool!(self.writer(), |pool| {
            sqlx::query_as(FIND_SUBMISSION)
                .bind(asked.submission.to_string())
                .bind(asked.owner.to_string())
                .fetch_optional(pool)
                .await?
        });
        let Some((conversation, question)) = found else {
            return Ok(None);
        };
        Ok(Some(Submitted::Before(
            rows::id("messages", "conversation_id", &conversation)?,
            rows::id("messages", "id", &question)?,
        )))
    }

    async fn write_question(&self, asked: &Question<'_>) -> Result<Submitted> {
        let (owner, answer) = (asked.owner, &asked.answer);
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let (conversation, leaf) = match &asked.place {
                Place::New {
                    conversation,
                    title,
                } => {
                    sqlx::query(NEW_CONVERSATION)
                        .bind(conversation.to_string())
                        .bind(owner.to_string())
                        .bind(title.as_str())
                        .bind(answer.model.as_str())
                        .bind(answer.now.get())
                        .execute(&mut *tx)
                        .await?;
                    (*conversation, None)
                }
                Place::Existing(conversation) => {
                    let Some((leaf,)) = touch!(tx, owner, conversation, answer) else {
                        return Ok(Submitted::NoConversation);
                    };
                    (*conversation, leaf)
                }
            };
            sqlx::query(NEW_QUESTION)
                .bind(asked.question.to_string())
                .bind(conversation.to_string())
                .bind(leaf)
                .bind(Json([Part::Text {
                    text: asked.text.to_owned(),
                }]))
                .bind(asked.submission.to_string())
                .bind(answer.now.get())
                .execute(&mut *tx)
                .await?;
            insert_answer!(tx, conversation, asked.question, owner, answer);
            let slot = match asked.place {
                Place::New { .. } => drafts::slot(None),
                Place::Existing(conversation) => drafts::slot(Some(conversation)),
            };
            sqlx::query(FORGET_DRAFT)
                .bind(owner.to_string())
                .bind(slot)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(Submitted::New(conversation))
        })
    }

    /// Begins another answer to `question`, beside those that are there. Whether the owner has such a
    /// conversation; a conflict means that an answer is being written in it already.
    #[tracing::instrument(name = "store.generations.answer_again", skip_all, fields(message.id = %answer.message))]
    pub async fn answer_again(
        &self,
        owner: UserId,
        conversation: ConversationId,
        question: MessageId,
        answer: NewAnswer<'_>,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            if touch!(tx, owner, conversation, answer).is_none() {
                return Ok(false);
            }
            insert_answer!(tx, conversation, question, owner, answer);
            tx.commit().await?;
            Ok(true)
        })
    }

    /// Begins to write on in a cut answer. Whether it is one, and the owner's; a conflict means that an answer
    /// is being written in that conversation already.
    #[tracing::instrument(name = "store.generations.reopen", skip_all, fields(message.id = %answer.message))]
    pub async fn reopen_answer(
        &self,
        owner: UserId,
        conversation: ConversationId,
        answer: NewAnswer<'_>,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            if touch!(tx, owner, conversation, answer).is_none() {
                return Ok(false);
            }
            let reopened = sqlx::query(REOPEN)
                .bind(answer.message.to_string())
                .bind(conversation.to_string())
                .bind(answer.now.get())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if reopened == 0 {
                return Ok(false);
            }
            insert_generation!(tx, conversation, owner, answer);
            tx.commit().await?;
            Ok(true)
        })
    }

    /// Stores what all running answers have grown by, and those that ended, in one transaction.
    #[tracing::instrument(name = "store.generations.commit", skip_all, fields(chunks = chunks.len(), ends = ends.len()))]
    pub async fn commit_progress(&self, chunks: &[Chunk], ends: &[End]) -> Result<()> {
        // Four values a row; SQLite takes 32,766 in one statement.
        const ROWS: usize = 1_000;
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            for chunks in chunks.chunks(ROWS) {
                let mut insert = QueryBuilder::new(
                    "INSERT INTO generation_chunks (message_id, seq, reasoning, text) ",
                );
                insert.push_values(chunks, |mut row, chunk| {
                    row.push_bind(chunk.message.to_string())
                        .push_bind(i64::try_from(chunk.seq).unwrap_or(i64::MAX))
                        .push_bind(&chunk.reasoning)
                        .push_bind(&chunk.text);
                });
                // A commit that was done may be tried again: its answer can be lost with the connection.
                insert.push(" ON CONFLICT (message_id, seq) DO NOTHING");
                insert.build().execute(&mut *tx).await?;
            }
            for end in ends {
                end_answer!(tx, end);
            }
            tx.commit().await?;
        });
        Ok(())
    }

    /// Vouches for this process's running generations until then.
    #[tracing::instrument(name = "store.generations.renew", skip_all)]
    pub async fn renew_leases(&self, node: &str, until: Millis) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            sqlx::query(RENEW)
                .bind(node)
                .bind(until.get())
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(())
    }

    /// Folds the answers of dead processes together and marks them interrupted. How many. `now` far in the
    /// future takes every running one: right when this process is the only one.
    #[tracing::instrument(name = "store.generations.recover", skip_all)]
    pub async fn interrupt_abandoned(&self, lease_before: Millis, now: Millis) -> Result<u32> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let abandoned: Vec<(String, String, Json<Vec<Part>>)> = sqlx::query_as(ABANDONED)
                .bind(lease_before.get())
                .fetch_all(&mut *tx)
                .await?;
            let mut count = 0;
            for (generation, message, Json(parts)) in abandoned {
                let chunks: Vec<(i64, String, String)> = sqlx::query_as(ABANDONED_CHUNKS)
                    .bind(&message)
                    .fetch_all(&mut *tx)
                    .await?;
                let (mut reasoning, mut text) = (reasoning_of(&parts), text_of(&parts));
                let last_seq = chunks.last().map_or(0, |&(seq, ..)| seq);
                for (_, more_reasoning, more_text) in chunks {
                    reasoning.push_str(&more_reasoning);
                    text.push_str(&more_text);
                }
                let taken = sqlx::query(INTERRUPT_GENERATION)
                    .bind(&generation)
                    .bind(now.get())
                    .execute(&mut *tx)
                    .await?;
                if taken.rows_affected() == 0 {
                    continue;
                }
                sqlx::query(INTERRUPT_MESSAGE)
                    .bind(&message)
                    .bind(Json(parts_of(reasoning, text)))
                    .bind(last_seq)
                    .bind(now.get())
                    .execute(&mut *tx)
                    .await?;
                sqlx::query(FORGET_CHUNKS)
                    .bind(&message)
                    .execute(&mut *tx)
                    .await?;
                count += 1;
            }
            tx.commit().await?;
            Ok(count)
        })
    }
}

/// The run's state for an answer that ended so.
const fn run_status(status: MessageStatus) -> &'static str {
    match status {
        MessageStatus::Complete | MessageStatus::Truncated => "done",
        MessageStatus::Stopped => "stopped",
        MessageStatus::Interrupted | MessageStatus::Generating => "interrupted",
        MessageStatus::Failed => "failed",
    }
}
