//! A new question, with the answer that begins to it.

use model::{Millis, SubmissionId, UserId};
use sqlx::types::Json;

use super::{
    DAY_TURN, FIND_QUESTION, FIRST_LANE, NEW_ANSWER, NEW_GENERATION, SET_LEAF, TEMPORARY_MS, TOUCH,
};
use crate::store::{
    Db, Error, Place, Question, Result, Submitted, access,
    assistants::{begun, once},
    attachments, branches, drafts, files,
    messages::Part,
    on_pool, parameters,
    queue::take_queued,
    rows,
    search::SearchIndex as _,
    usage,
};

pub(super) const FIND_SUBMISSION: &str = "
    SELECT m.conversation_id, m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.submission_id = $1 AND c.owner_id = $2";

/// With what was set for it before it was begun.
pub(super) const NEW_CONVERSATION: &str = "
    INSERT INTO conversations (id, owner_id, title, title_source, model, created_at, updated_at, parameters, expires_at)
    VALUES ($1, $2, $3, 'question', $4, $5, $5, (SELECT parameters FROM next_parameters WHERE user_id = $2), $6)";

pub(super) const NEW_QUESTION: &str = "
    INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, submission_id, created_at, updated_at)
    VALUES ($1, $2, $3, 'user', 'complete', $4, $5, $6, $6)";

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

impl Db {
    /// Writes a question, its empty answer and the run, or nothing; one that is only saved gets neither. A conflict means that an answer is being
    /// written in that conversation already.
    #[tracing::instrument(name = "store.generations.ask", skip_all, fields(message.id = %asked.answer.message))]
    pub async fn ask(&self, asked: &Question<'_>) -> Result<Submitted> {
        let (owner, submission) = (asked.owner, asked.submission);
        if let Some(before) = self.submitted(owner, submission).await? {
            return Ok(before);
        }
        let refused = match self.write_question(asked).await {
            Err(error) if error.is_conflict() || matches!(error, Error::UsedUp { .. }) => error,
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
        let is_saved = matches!(asked.place, Place::Saved(..));
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
                Place::Beside(conversation, question) | Place::Saved(conversation, question) => {
                    // Who answers next is not chosen by what nobody answers.
                    let keeps_model = alone || is_saved;
                    if touch!(tx, owner, conversation, answer, keeps_model).is_none() {
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
                files::take_turn!(tx, owner);
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
            if is_saved {
                // What is being written stays in sight, as where another answer would begin.
                let running: i64 = sqlx::query_scalar(branches::RUNNING)
                    .bind(conversation.to_string())
                    .fetch_one(&mut *tx)
                    .await?;
                if running > 0 {
                    return Err(Error::Busy);
                }
                sqlx::query(SET_LEAF)
                    .bind(conversation.to_string())
                    .bind(asked.question.to_string())
                    .execute(&mut *tx)
                    .await?;
            } else {
                within_day!(self, tx, owner, answer.now);
                insert_answer!(tx, conversation, asked.question, owner, answer, FIRST_LANE);
            }
            let slot = match asked.place {
                Place::New { .. } => Some(drafts::slot(None)),
                Place::Existing(conversation) => Some(drafts::slot(Some(conversation))),
                // What was edited, or waited, was never the draft.
                Place::Beside(..) | Place::Saved(..) | Place::Queued(..) => None,
            };
            if let Some(slot) = slot {
                let files: Vec<_> = asked.attachments.iter().map(|(_, file)| *file).collect();
                sqlx::query(drafts::FORGET_SENT)
                    .bind(owner.to_string())
                    .bind(slot)
                    .bind(asked.draft.map(Millis::get))
                    .bind(asked.text)
                    .bind(drafts::joined(&files))
                    .execute(&mut *tx)
                    .await?;
            }
            tx.commit().await?;
            Ok(Submitted::New(conversation))
        })
    }
}
