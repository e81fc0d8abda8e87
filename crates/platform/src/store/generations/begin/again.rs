//! An answer to a question that is there: another one, several at once, or one that goes on.

use std::slice;

use model::{ConversationId, MessageId, Millis, Sent, ToolCallId, ToolCallState, UserId};
use sqlx::types::Json;

use super::{
    DAY_TURN, FIND_QUESTION, FIRST_LANE, NEW_ANSWER, NEW_GENERATION, SET_LEAF, TEMPORARY_MS, TOUCH,
};
use crate::store::{
    Db, Error, NewAnswer, Result, access, assistants::once, branches, messages::Part, on_pool,
    parameters, tool_calls, usage,
};

pub(super) const REOPEN: &str = "
    UPDATE messages SET status = 'generating', failure = NULL, rendered = NULL, render_version = 0, updated_at = $3
    WHERE id = $1 AND conversation_id = $2 AND role = 'assistant' AND deleted_at IS NULL
      AND status IN ('stopped', 'interrupted', 'failed', 'truncated')";

/// The same where all calls that waited for the person are decided.
pub(super) const GO_ON: &str = "
    UPDATE messages SET status = 'generating', failure = NULL, rendered = NULL, render_version = 0, updated_at = $3
    WHERE id = $1 AND conversation_id = $2 AND status = 'waiting'";

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

impl Db {
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

    /// The same for an answer of which something is asked that no other is: that is noted with it at once, as all that is sent so far.
    #[tracing::instrument(name = "store.generations.answer_wishing", skip_all, fields(message.id = %answer.message))]
    pub(crate) async fn answer_wishing(
        &self,
        owner: UserId,
        conversation: ConversationId,
        question: MessageId,
        answer: NewAnswer<'_>,
        sent: &Sent,
    ) -> Result<bool> {
        let answers = slice::from_ref(&answer);
        self.begin_answers(owner, conversation, question, answers, Some(sent))
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
        self.begin_answers(owner, conversation, question, answers, None)
            .await
    }

    async fn begin_answers(
        &self,
        owner: UserId,
        conversation: ConversationId,
        question: MessageId,
        answers: &[NewAnswer<'_>],
        sent: Option<&Sent>,
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
                within_day!(self, tx, owner, answer.now);
                insert_answer!(tx, conversation, question, owner, answer, lane);
            }
            if let Some(sent) = sent {
                sqlx::query(parameters::NOTE_SENT)
                    .bind(first.generation.to_string())
                    .bind(Json(sent))
                    .execute(&mut *tx)
                    .await?;
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
            within_day!(self, tx, owner, answer.now);
            insert_generation!(tx, conversation, owner, answer, FIRST_LANE);
            tx.commit().await?;
            Ok(true)
        })
    }
}
