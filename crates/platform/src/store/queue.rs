//! Messages that wait for the answer that is being written. Who changes a queue takes the conversation's row first, as
//! whoever begins an answer does: that is the order in which tabs and processes agree.

pub(super) mod changes;

use model::{
    ConversationId, FailureCode, FileId, Given, Millis, ModelName, SubmissionId, UserId,
    queue::{MOST_QUEUED, QUEUED_TOGETHER},
};
use sqlx::{FromRow, types::Json};

use super::{
    Db, Result, drafts,
    drafts::{joined, parted},
    on_pool, rows,
};

/// The turn of whoever changes the queue of the owner's conversation.
const TURN: &str = "
    UPDATE conversations SET leaf_id = leaf_id WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

const LIST: &str = "
    SELECT id, text, files, model, assistant, given_values, refused, version FROM queued_messages
    WHERE conversation_id = $1 AND owner_id = $2 ORDER BY position, id";

const SUMS: &str = "
    SELECT COUNT(*), CAST(COALESCE(SUM(LENGTH(text)), 0) AS BIGINT), COALESCE(MAX(position), 0)
    FROM queued_messages WHERE conversation_id = $1 AND id <> $2";

const WAS_SENT: &str = "SELECT COUNT(*) FROM messages WHERE submission_id = $1";

const ADD: &str = "
    INSERT INTO queued_messages (id, conversation_id, owner_id, position, text, files, model, version, created_at, assistant, given_values)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10) ON CONFLICT (id) DO NOTHING";

pub(super) const TAKE: &str = "
    DELETE FROM queued_messages WHERE id = $1 AND conversation_id = $2 AND owner_id = $3 AND version = $4";

/// The one whose turn it is, how the run that was begun last ended, and how many were refused. A run that ended because its answer
/// waits for a click has left no whole answer, and a question of a run that goes on is none. Of several answers that were begun at once
/// the first counts, once none of them is being written any more; where another is shown by now, that has to be whole as well.
pub(super) const NEXT: &str = "
    SELECT q.id,
           CASE WHEN EXISTS (SELECT 1 FROM generations r WHERE r.conversation_id = $1 AND r.status = 'running') THEN 'running'
                WHEN EXISTS (SELECT 1 FROM conversations c JOIN messages l ON l.id = c.leaf_id
                             WHERE c.id = $1 AND l.status NOT IN ('complete', 'truncated')) THEN 'waiting'
                ELSE (SELECT CASE WHEN g.status = 'done' AND m.status = 'waiting' THEN 'waiting' ELSE g.status END
                      FROM generations g JOIN messages m ON m.id = g.message_id
                      WHERE g.conversation_id = $1 AND g.lane = 0 AND NOT g.is_round ORDER BY g.id DESC LIMIT 1) END,
           (SELECT COUNT(*) FROM queued_messages r WHERE r.conversation_id = $1 AND r.refused IS NOT NULL)
    FROM queued_messages q WHERE q.conversation_id = $1 ORDER BY q.position, q.id LIMIT 1";

pub(super) const GO_ON: &str =
    "UPDATE queued_messages SET refused = NULL WHERE conversation_id = $1 AND refused IS NOT NULL";

/// Conversations in which something waits behind an answer that is whole, by id.
const WAITING: &str = "
    SELECT DISTINCT q.conversation_id, q.owner_id
    FROM queued_messages q CROSS JOIN conversations c
    WHERE q.conversation_id > $1 AND c.id = q.conversation_id AND c.deleted_at IS NULL
      AND (SELECT CASE WHEN g.status = 'done' AND m.status = 'waiting' THEN 'waiting' ELSE g.status END
           FROM generations g JOIN messages m ON m.id = g.message_id
           WHERE g.conversation_id = q.conversation_id AND g.lane = 0 AND NOT g.is_round ORDER BY g.id DESC LIMIT 1) = 'done'
      AND NOT EXISTS (SELECT 1 FROM generations r WHERE r.conversation_id = q.conversation_id AND r.status = 'running')
      AND NOT EXISTS (SELECT 1 FROM messages l WHERE l.id = c.leaf_id AND l.status NOT IN ('complete', 'truncated'))
      AND NOT EXISTS (SELECT 1 FROM queued_messages r WHERE r.conversation_id = q.conversation_id AND r.refused IS NOT NULL)
    ORDER BY q.conversation_id LIMIT $2";

/// What the run's row says where the answer is whole.
const DONE: &str = "done";
const RUNNING: &str = "running";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("QUEUE_TURN", TURN),
    ("QUEUE_LIST", LIST),
    ("QUEUE_SUMS", SUMS),
    ("QUEUE_WAS_SENT", WAS_SENT),
    ("QUEUE_TAKE", TAKE),
    ("QUEUE_NEXT", NEXT),
    ("QUEUE_GO_ON", GO_ON),
    ("QUEUE_WAITING", WAITING),
];

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Under this it will be sent.
    pub id: SubmissionId,
    /// What will be asked.
    pub text: String,
    /// The files that go along.
    pub files: Vec<FileId>,
    /// The model that will answer.
    pub model: ModelName,
    /// The key of the assistant that is asked, or nothing.
    pub assistant: String,
    /// What was given for variables of its instructions.
    pub given: Vec<Given>,
    /// Why it could not be sent when its turn came.
    pub refused: Option<FailureCode>,
    /// How often it was edited.
    pub version: i64,
}

/// Which waiting message becomes a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taking {
    /// As it was read: what was edited meanwhile is not sent as it was before.
    pub version: i64,
    /// Only if its turn has come: it is the first, the answer before is whole, and nothing was refused.
    pub in_turn: bool,
}

/// Whether what waits goes on by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QueueState {
    /// Nothing waits.
    Empty,
    /// It goes on when the answer that is being written has ended.
    Waiting,
    /// It goes on now.
    Due,
    /// It does not: the answer before was not finished, or a message was refused.
    Paused,
}

/// What became of a change to a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QueueOutcome {
    /// It was done.
    Done,
    /// As much waits as may.
    Full,
    /// The message was sent, withdrawn or edited meanwhile.
    Outdated,
    /// There is no such conversation of the owner's.
    NoConversation,
}

#[derive(FromRow)]
struct Row {
    id: String,
    text: String,
    files: String,
    model: String,
    assistant: String,
    given_values: Json<Vec<Given>>,
    refused: Option<String>,
    version: i64,
}

impl TryFrom<Row> for Queued {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        let model = ModelName::parse(&row.model)
            .map_err(|_| rows::corrupt("queued_messages", "model", &row.id))?;
        Ok(Self {
            id: rows::id("queued_messages", "id", &row.id)?,
            files: parted("queued_messages", &row.files)?,
            text: row.text,
            model,
            assistant: row.assistant,
            given: row.given_values.0,
            // A code that a later version had: that it was refused counts.
            refused: row
                .refused
                .map(|code| code.parse().unwrap_or(FailureCode::Internal)),
            version: row.version,
        })
    }
}

/// Waits for the turn among what changes this conversation; gives up where it isn't the owner's.
macro_rules! turn {
    ($tx:expr, $owner:expr, $conversation:expr) => {
        sqlx::query(TURN)
            .bind($conversation.to_string())
            .bind($owner.to_string())
            .execute(&mut *$tx)
            .await?
            .rows_affected()
            == 1
    };
}
pub(super) use turn;

/// Whether a text of that length fits beside the other messages, and the place behind them.
macro_rules! room {
    ($tx:expr, $conversation:expr, $id:expr, $text:expr) => {{
        let (count, characters, last): (i64, i64, i64) = sqlx::query_as(SUMS)
            .bind($conversation.to_string())
            .bind($id.to_string())
            .fetch_one(&mut *$tx)
            .await?;
        let characters = usize::try_from(characters).unwrap_or(usize::MAX);
        let fits = usize::try_from(count).unwrap_or(usize::MAX) < MOST_QUEUED
            && characters.saturating_add($text.chars().count()) <= QUEUED_TOGETHER;
        (fits, last + 1)
    }};
}
pub(super) use room;

/// Takes a waiting message out of the queue inside an open transaction that has the conversation's row, so that it can become
/// a question. Whether it could be.
macro_rules! take_queued {
    ($tx:expr, $conversation:expr, $owner:expr, $id:expr, $taking:expr) => {{
        let taking: $crate::store::Taking = $taking;
        let is_due = if taking.in_turn {
            let next: Option<(String, Option<String>, i64)> =
                sqlx::query_as($crate::store::queue::NEXT)
                    .bind($conversation.to_string())
                    .fetch_optional(&mut *$tx)
                    .await?;
            next.is_some_and(|(id, status, refused)| {
                id == $id.to_string()
                    && $crate::store::queue::is_whole(status.as_deref())
                    && refused == 0
            })
        } else {
            true
        };
        if is_due {
            let taken = sqlx::query($crate::store::queue::TAKE)
                .bind($id.to_string())
                .bind($conversation.to_string())
                .bind($owner.to_string())
                .bind(taking.version)
                .execute(&mut *$tx)
                .await?
                .rows_affected();
            sqlx::query($crate::store::queue::GO_ON)
                .bind($conversation.to_string())
                .execute(&mut *$tx)
                .await?;
            taken == 1
        } else {
            false
        }
    }};
}
pub(super) use take_queued;

/// Whether the run with that status left a whole answer.
pub(super) fn is_whole(status: Option<&str>) -> bool {
    status == Some(DONE)
}

impl Db {
    /// What waits in the owner's conversation, in its order, and whether it goes on.
    #[tracing::instrument(name = "store.queue.list", skip_all, fields(conversation.id = %conversation))]
    pub(crate) async fn queued(
        &self,
        owner: UserId,
        conversation: ConversationId,
    ) -> Result<(Vec<Queued>, QueueState)> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(LIST)
            .bind(conversation.to_string())
            .bind(owner.to_string())
            .fetch_all(pool)
            .await?);
        if found.is_empty() {
            return Ok((Vec::new(), QueueState::Empty));
        }
        let next: Option<(String, Option<String>, i64)> =
            on_pool!(self.reader(), |pool| sqlx::query_as(NEXT)
                .bind(conversation.to_string())
                .fetch_optional(pool)
                .await?);
        let state = match next {
            // Sent meanwhile.
            None => QueueState::Empty,
            Some((_, status, _)) if status.as_deref() == Some(RUNNING) => QueueState::Waiting,
            Some((_, status, 0)) if is_whole(status.as_deref()) => QueueState::Due,
            Some(_) => QueueState::Paused,
        };
        let queued = found.into_iter().map(Queued::try_from);
        Ok((queued.collect::<Result<_>>()?, state))
    }

    /// Puts a message behind those that wait; the draft that it was, as it was kept by then, is forgotten. The same one twice, or one that
    /// was sent already, is put once.
    #[tracing::instrument(name = "store.queue.add", skip_all, fields(conversation.id = %conversation))]
    pub(crate) async fn queue_message(
        &self,
        owner: UserId,
        conversation: ConversationId,
        (message, draft): (&Queued, Option<Millis>),
        now: Millis,
    ) -> Result<QueueOutcome> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            if !turn!(tx, owner, conversation) {
                return Ok(QueueOutcome::NoConversation);
            }
            let sent: i64 = sqlx::query_scalar(WAS_SENT)
                .bind(message.id.to_string())
                .fetch_one(&mut *tx)
                .await?;
            if sent > 0 {
                return Ok(QueueOutcome::Done);
            }
            let (fits, place) = room!(tx, conversation, message.id, message.text);
            if !fits {
                return Ok(QueueOutcome::Full);
            }
            sqlx::query(ADD)
                .bind(message.id.to_string())
                .bind(conversation.to_string())
                .bind(owner.to_string())
                .bind(place)
                .bind(&message.text)
                .bind(joined(&message.files))
                .bind(message.model.as_str())
                .bind(now.get())
                .bind(&message.assistant)
                .bind(Json(&message.given))
                .execute(&mut *tx)
                .await?;
            sqlx::query(drafts::FORGET_SENT)
                .bind(owner.to_string())
                .bind(drafts::slot(Some(conversation)))
                .bind(draft.map(Millis::get))
                .bind(&message.text)
                .bind(joined(&message.files))
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(QueueOutcome::Done)
        })
    }

    /// Conversations behind that one in which something waits though the answer before is whole, and whose they are.
    #[tracing::instrument(name = "store.queue.waiting", skip_all)]
    pub(crate) async fn waiting_queues(
        &self,
        after: &str,
        limit: u32,
    ) -> Result<Vec<(ConversationId, UserId)>> {
        let found: Vec<(String, String)> = on_pool!(self.reader(), |pool| sqlx::query_as(WAITING)
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let read = |(conversation, owner): (String, String)| {
            Ok((
                rows::id("queued_messages", "conversation_id", &conversation)?,
                rows::id("queued_messages", "owner_id", &owner)?,
            ))
        };
        found.into_iter().map(read).collect()
    }
}
