//! How an answer begins: to a new question, once more to an old one, or again where it was cut.

use model::{ConversationId, MessageId, SubmissionId, ToolCallId, ToolCallState, UserId};
use sqlx::types::Json;

use super::{NewAnswer, Place, Question, Submitted};
use crate::store::{
    Db, Error, Result,
    assistants::{begun, once},
    attachments, branches, drafts, files,
    messages::Part,
    on_pool, parameters,
    queue::take_queued,
    rows,
    search::SearchIndex as _,
    tool_calls,
};

/// The lane of whatever begins alone, and of the first of several answers.
const FIRST_LANE: i64 = 0;

/// How long a temporary conversation lasts after its last question, where nobody leaves it before.
const TEMPORARY_MS: i64 = 60 * 60 * 1000;

const FIND_SUBMISSION: &str = "
    SELECT m.conversation_id, m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.submission_id = $1 AND c.owner_id = $2";

/// With what was set for it before it was begun.
const NEW_CONVERSATION: &str = "
    INSERT INTO conversations (id, owner_id, title, title_source, model, created_at, updated_at, parameters, expires_at)
    VALUES ($1, $2, $3, 'question', $4, $5, $5, (SELECT parameters FROM next_parameters WHERE user_id = $2), $6)";

/// Also takes the row's lock, so that two answers can't both begin. What goes on is not put away any more,
/// and a temporary conversation lasts as long as if it had begun now. Who answers a single question is not who answers next.
const TOUCH: &str = "
    UPDATE conversations SET updated_at = $3, model = CASE WHEN $6 THEN model ELSE $4 END, archived_at = NULL,
           expires_at = CASE WHEN expires_at IS NULL THEN NULL ELSE $5 END
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL RETURNING leaf_id";

const NEW_QUESTION: &str = "
    INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, submission_id, created_at, updated_at)
    VALUES ($1, $2, $3, 'user', 'complete', $4, $5, $6, $6)";

const NEW_ANSWER: &str = "
    INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, model, created_at, updated_at)
    VALUES ($1, $2, $3, 'assistant', 'generating', $4, $5, $6, $6)";

const NEW_GENERATION: &str = "
    INSERT INTO generations (id, conversation_id, message_id, owner_id, model, status, node, lease_until, started_at, call_id, lane)
    VALUES ($1, $2, $3, $4, $5, 'running', $6, $7, $8, $9, $10)";

/// A question that was not deleted, and what it hangs on.
const FIND_QUESTION: &str = "
    SELECT parent_id FROM messages WHERE id = $1 AND conversation_id = $2 AND role = 'user' AND deleted_at IS NULL";

const SET_LEAF: &str = "UPDATE conversations SET leaf_id = $2 WHERE id = $1";

const FORGET_DRAFT: &str = "DELETE FROM drafts WHERE user_id = $1 AND slot = $2";

const REOPEN: &str = "
    UPDATE messages SET status = 'generating', failure = NULL, rendered = NULL, render_version = 0, updated_at = $3
    WHERE id = $1 AND conversation_id = $2 AND role = 'assistant' AND deleted_at IS NULL
      AND status IN ('stopped', 'interrupted', 'failed', 'truncated')";

/// The same where all calls that waited for the person are decided.
const GO_ON: &str = "
    UPDATE messages SET status = 'generating', failure = NULL, rendered = NULL, render_version = 0, updated_at = $3
    WHERE id = $1 AND conversation_id = $2 AND status = 'waiting'";

/// Writes one answer's beginning inside an open transaction of either dialect. The answer in the first lane is the one that is shown.
macro_rules! insert_answer {
    ($tx:expr, $conversation:expr, $parent:expr, $owner:expr, $answer:expr, $lane:expr) => {{
        let (conversation, answer, lane): (_, _, i64) = ($conversation, $answer, $lane);
        sqlx::query(NEW_ANSWER)
            .bind(answer.message.to_string())
            .bind(conversation.to_string())
            .bind($parent.to_string())
            .bind(Json(Vec::<Part>::new()))
            .bind(answer.model.as_str())
            .bind(answer.now.get())
            .execute(&mut *$tx)
            .await?;
        insert_generation!($tx, conversation, $owner, answer, lane);
        if lane == FIRST_LANE {
            sqlx::query(SET_LEAF)
                .bind(conversation.to_string())
                .bind(answer.message.to_string())
                .execute(&mut *$tx)
                .await?;
        }
    }};
}

/// Begins a run. Whoever takes the first lane has the conversation's row, so that nobody else begins meanwhile, and finds that nothing
/// runs in any lane, or gives up with a conflict; the other lanes are taken behind it in the same transaction.
macro_rules! insert_generation {
    ($tx:expr, $conversation:expr, $owner:expr, $answer:expr, $lane:expr) => {{
        let lane: i64 = $lane;
        if lane == FIRST_LANE {
            let running: i64 = sqlx::query_scalar(branches::RUNNING)
                .bind($conversation.to_string())
                .fetch_one(&mut *$tx)
                .await?;
            if running > 0 {
                return Err(Error::Busy);
            }
        }
        sqlx::query(NEW_GENERATION)
            .bind($answer.generation.to_string())
            .bind($conversation.to_string())
            .bind($answer.message.to_string())
            .bind($owner.to_string())
            .bind($answer.model.as_str())
            .bind($answer.node)
            .bind($answer.lease_until.get())
            .bind($answer.now.get())
            .bind($answer.call.to_string())
            .bind(lane)
            .execute(&mut *$tx)
            .await?;
    }};
}

/// Notes what a new conversation is begun with, and sets what that brings along.
macro_rules! begin_with {
    ($tx:expr, $conversation:expr, $begun:expr) => {{
        let (conversation, begun) = ($conversation, $begun);
        sqlx::query(begun::BEGIN)
            .bind(conversation.to_string())
            .bind(begun.assistant.map(|id| id.to_string()))
            .bind(Json(&begun.snapshot))
            .execute(&mut *$tx)
            .await?;
        if !begun.parameters.is_empty() {
            sqlx::query(begun::PRESET)
                .bind(conversation.to_string())
                .bind(Json(&begun.parameters))
                .execute(&mut *$tx)
                .await?;
        }
    }};
}

/// What a question of the conversation hangs on, if there is such a question.
macro_rules! find_question {
    ($tx:expr, $conversation:expr, $question:expr) => {{
        let found: Option<(Option<String>,)> = sqlx::query_as(FIND_QUESTION)
            .bind($question.to_string())
            .bind($conversation.to_string())
            .fetch_optional(&mut *$tx)
            .await?;
        found
    }};
}

/// Whether that question, or the one that this message answers, was put to an assistant of its own.
macro_rules! is_once {
    ($tx:expr, $message:expr) => {{
        let count: i64 = sqlx::query_scalar(once::IS_ONCE)
            .bind($message.to_string())
            .fetch_one(&mut *$tx)
            .await?;
        count > 0
    }};
}

/// Notes that something happens in the owner's conversation, also `once`, for a single question: the end of its branch, if there is one.
macro_rules! touch {
    ($tx:expr, $owner:expr, $conversation:expr, $answer:expr, $once:expr) => {{
        let once: bool = $once;
        let touched: Option<(Option<String>,)> = sqlx::query_as(TOUCH)
            .bind($conversation.to_string())
            .bind($owner.to_string())
            .bind($answer.now.get())
            .bind($answer.model.as_str())
            .bind($answer.now.plus(TEMPORARY_MS).get())
            .bind(once)
            .fetch_optional(&mut *$tx)
            .await?;
        touched
    }};
}

/// What became of a click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decided {
    /// No call of the owner's waits there, or not any more.
    NotThere,
    /// It is noted, and other calls wait still.
    Noted,
    /// It is noted, and the answer goes on.
    GoesOn,
}

/// For the proof that each uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[
    ("FIND_SUBMISSION", FIND_SUBMISSION),
    ("NEW_CONVERSATION", NEW_CONVERSATION),
    ("TOUCH", TOUCH),
    ("NEW_QUESTION", NEW_QUESTION),
    ("NEW_ANSWER", NEW_ANSWER),
    ("NEW_GENERATION", NEW_GENERATION),
    ("FIND_QUESTION", FIND_QUESTION),
    ("SET_LEAF", SET_LEAF),
    ("FORGET_DRAFT", FORGET_DRAFT),
    ("REOPEN", REOPEN),
    ("GO_ON", GO_ON),
];

impl Db {
    /// Writes a question, its empty answer and the run, or nothing. A conflict means that an answer is being
    /// written in that conversation already.
    #[tracing::instrument(name = "store.generations.ask", skip_all, fields(message.id = %asked.answer.message))]
    pub async fn ask(&self, asked: &Question<'_>) -> Result<Submitted> {
        let (owner, submission) = (asked.owner, asked.submission);
        if let Some(before) = self.submitted(owner, submission).await? {
            return Ok(before);
        }
        let refused = match self.write_question(asked).await {
            Err(error) if error.is_conflict() => error,
            settled => return settled,
        };
        // The same submission may have been on its way at the same time, and been faster.
        let before = self.submitted(owner, submission).await?;
        before.ok_or(refused)
    }

    /// What was made of a submission, if it was the owner's.
    pub(in crate::store) async fn submitted(
        &self,
        owner: UserId,
        submission: SubmissionId,
    ) -> Result<Option<Submitted>> {
        let found: Option<(String, String)> = on_pool!(self.writer(), |pool| {
            sqlx::query_as(FIND_SUBMISSION)
                .bind(submission.to_string())
                .bind(owner.to_string())
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

    #[expect(
        clippy::too_many_lines,
        reason = "one transaction, each of whose steps is short"
    )]
    async fn write_question(&self, asked: &Question<'_>) -> Result<Submitted> {
        let (owner, answer) = (asked.owner, &asked.answer);
        let is_new = matches!(asked.place, Place::New { .. });
        // In a conversation that has begun, an assistant answers that question alone.
        let alone = asked.assistant.is_some();
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let (conversation, parent) = match &asked.place {
                Place::New {
                    conversation,
                    title,
                    temporary,
                } => {
                    let expires_at = temporary.then(|| answer.now.plus(TEMPORARY_MS).get());
                    sqlx::query(NEW_CONVERSATION)
                        .bind(conversation.to_string())
                        .bind(owner.to_string())
                        .bind(title.as_str())
                        .bind(answer.model.as_str())
                        .bind(answer.now.get())
                        .bind(expires_at)
                        .execute(&mut *tx)
                        .await?;
                    sqlx::query(parameters::FORGET_NEXT)
                        .bind(owner.to_string())
                        .execute(&mut *tx)
                        .await?;
                    if let Some(begun) = asked.assistant {
                        begin_with!(tx, conversation, begun);
                    }
                    tx.index_title(*conversation, title.as_str()).await?;
                    (*conversation, None)
                }
                Place::Existing(conversation) => {
                    let Some((leaf,)) = touch!(tx, owner, conversation, answer, alone) else {
                        return Ok(Submitted::NoConversation);
                    };
                    (*conversation, leaf)
                }
                Place::Beside(conversation, question) => {
                    if touch!(tx, owner, conversation, answer, alone).is_none() {
                        return Ok(Submitted::NoConversation);
                    }
                    let Some((parent,)) = find_question!(tx, conversation, question) else {
                        return Ok(Submitted::NoConversation);
                    };
                    (*conversation, parent)
                }
                Place::Queued(conversation, taking) => {
                    let Some((leaf,)) = touch!(tx, owner, conversation, answer, alone) else {
                        return Ok(Submitted::NoConversation);
                    };
                    if !take_queued!(tx, conversation, owner, asked.submission, *taking) {
                        return Ok(Submitted::NotDue);
                    }
                    (*conversation, leaf)
                }
            };
            sqlx::query(NEW_QUESTION)
                .bind(asked.question.to_string())
                .bind(conversation.to_string())
                .bind(parent)
                .bind(Json([Part::Text {
                    text: asked.text.to_owned(),
                }]))
                .bind(asked.submission.to_string())
                .bind(answer.now.get())
                .execute(&mut *tx)
                .await?;
            tx.index_text(asked.question, asked.text).await?;
            if let (Some(begun), false) = (asked.assistant, is_new) {
                sqlx::query(once::NOTE)
                    .bind(asked.question.to_string())
                    .bind(conversation.to_string())
                    .bind(begun.assistant.map(|id| id.to_string()))
                    .bind(begun.model.as_ref().map(|model| model.as_str().to_owned()))
                    .bind(Json(&begun.snapshot))
                    .bind(Json(&begun.parameters))
                    .execute(&mut *tx)
                    .await?;
            }
            if !asked.attachments.is_empty() {
                // Its turn among what changes the owner's files, so that none of these is found unused and deleted meanwhile.
                sqlx::query(files::TAKE_BACK)
                    .bind(owner.to_string())
                    .bind(0_i64)
                    .bind(0_i64)
                    .execute(&mut *tx)
                    .await?;
            }
            for (position, (id, file)) in (0_i64..).zip(asked.attachments) {
                let attached = sqlx::query(attachments::ATTACH)
                    .bind(id.to_string())
                    .bind(owner.to_string())
                    .bind(asked.question.to_string())
                    .bind(position)
                    .bind(file.to_string())
                    .execute(&mut *tx)
                    .await?
                    .rows_affected();
                if attached == 0 {
                    return Ok(Submitted::NoFile);
                }
            }
            insert_answer!(tx, conversation, asked.question, owner, answer, FIRST_LANE);
            let slot = match asked.place {
                Place::New { .. } => Some(drafts::slot(None)),
                Place::Existing(conversation) => Some(drafts::slot(Some(conversation))),
                // What was edited, or waited, was never the draft.
                Place::Beside(..) | Place::Queued(..) => None,
            };
            if let Some(slot) = slot {
                sqlx::query(FORGET_DRAFT)
                    .bind(owner.to_string())
                    .bind(slot)
                    .execute(&mut *tx)
                    .await?;
            }
            tx.commit().await?;
            Ok(Submitted::New(conversation))
        })
    }

    /// Begins another answer to `question`, beside those that are there. Whether the owner has such a
    /// question; a conflict means that an answer is being written in it already.
    #[tracing::instrument(name = "store.generations.answer_again", skip_all, fields(message.id = %answer.message))]
    pub async fn answer_again(
        &self,
        owner: UserId,
        conversation: ConversationId,
        question: MessageId,
        answer: NewAnswer<'_>,
    ) -> Result<bool> {
        self.answer_with(owner, conversation, question, &[answer])
            .await
    }

    /// Begins several answers to `question` at once, each in a lane of its own: all of them or none. The first is shown. Whether the owner
    /// has such a question; a conflict means that an answer is being written in it already.
    #[tracing::instrument(name = "store.generations.answer_with", skip_all, fields(answers = answers.len()))]
    pub async fn answer_with(
        &self,
        owner: UserId,
        conversation: ConversationId,
        question: MessageId,
        answers: &[NewAnswer<'_>],
    ) -> Result<bool> {
        let Some(first) = answers.first() else {
            return Ok(false);
        };
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let once = is_once!(tx, question);
            if touch!(tx, owner, conversation, first, once).is_none() {
                return Ok(false);
            }
            if find_question!(tx, conversation, question).is_none() {
                return Ok(false);
            }
            for (lane, answer) in (FIRST_LANE..).zip(answers) {
                insert_answer!(tx, conversation, question, owner, answer, lane);
            }
            tx.commit().await?;
            Ok(true)
        })
    }

    /// Notes what the person said about a call that waits for them, once. When none waits any more, the answer goes on. A conflict
    /// means that another answer is being written in that conversation, and nothing was noted.
    #[tracing::instrument(name = "store.generations.decide", skip_all, fields(message.id = %answer.message))]
    pub(crate) async fn decide_call(
        &self,
        owner: UserId,
        conversation: ConversationId,
        (call, decision): (ToolCallId, ToolCallState),
        answer: NewAnswer<'_>,
    ) -> Result<Decided> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let once = is_once!(tx, answer.message);
            if touch!(tx, owner, conversation, answer, once).is_none() {
                return Ok(Decided::NotThere);
            }
            let noted = sqlx::query(tool_calls::DECIDE)
                .bind(call.to_string())
                .bind(answer.message.to_string())
                .bind(conversation.to_string())
                .bind(owner.to_string())
                .bind(decision.as_str())
                .bind(answer.now.get())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if noted == 0 {
                return Ok(Decided::NotThere);
            }
            let waiting: i64 = sqlx::query_scalar(tool_calls::COUNT_WAITING)
                .bind(answer.message.to_string())
                .fetch_one(&mut *tx)
                .await?;
            if waiting > 0 {
                tx.commit().await?;
                return Ok(Decided::Noted);
            }
            sqlx::query(GO_ON)
                .bind(answer.message.to_string())
                .bind(conversation.to_string())
                .bind(answer.now.get())
                .execute(&mut *tx)
                .await?;
            insert_generation!(tx, conversation, owner, answer, FIRST_LANE);
            tx.commit().await?;
            Ok(Decided::GoesOn)
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
            let once = is_once!(tx, answer.message);
            if touch!(tx, owner, conversation, answer, once).is_none() {
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
            insert_generation!(tx, conversation, owner, answer, FIRST_LANE);
            tx.commit().await?;
            Ok(true)
        })
    }
}
