//! Calls of tools, in the answers that they were made in.

use std::collections::HashMap;

use model::{ConversationId, MessageId, Millis, ToolCallId, ToolCallState, ToolCallView, UserId};
use sqlx::FromRow;

use super::{Db, Error, Result, on_pool, rows};

/// Writes a call down, or what became of it. Nothing where its answer is gone: an account that was deleted meanwhile took it along.
pub(super) const WRITE: &str = "
    INSERT INTO tool_calls (id, owner_id, message_id, position, round, upstream_id, name, arguments, state, result, text_at,
                            after_blocks, duration_ms, created_at, updated_at)
    SELECT $1, c.owner_id, m.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
    FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE m.id = $2
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, result = excluded.result, duration_ms = excluded.duration_ms,
                                   updated_at = excluded.updated_at";

/// Calls of the branch that [`Db::branch`] gives. `CROSS` keeps SQLite from beginning with the calls.
const OF_BRANCH: &str = "
    WITH RECURSIVE branch (id, parent_id, depth) AS (
        SELECT m.id, m.parent_id, 1
        FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.id = $3 AND c.id = $2 AND c.owner_id = $1 AND c.deleted_at IS NULL AND m.deleted_at IS NULL
        UNION ALL
        SELECT p.id, p.parent_id, b.depth + 1
        FROM branch b JOIN messages p ON p.id = b.parent_id
        WHERE b.depth < $4
    )
    SELECT t.id, t.message_id, t.position, t.round, t.upstream_id, t.name, t.arguments, t.state, t.result, t.text_at, t.after_blocks,
           t.duration_ms, t.created_at
    FROM branch b CROSS JOIN tool_calls t WHERE t.message_id = b.id ORDER BY t.message_id, t.position";

const OF_CONVERSATION: &str = "
    SELECT t.id, t.message_id, t.position, t.round, t.upstream_id, t.name, t.arguments, t.state, t.result, t.text_at, t.after_blocks,
           t.duration_ms, t.created_at
    FROM conversations c JOIN messages m ON m.conversation_id = c.id CROSS JOIN tool_calls t
    WHERE c.owner_id = $1 AND c.id = $2 AND t.message_id = m.id ORDER BY t.message_id, t.position";

/// What a click says about a call that waits in an answer that waits.
pub(super) const DECIDE: &str = "
    UPDATE tool_calls SET state = $5, updated_at = $6
    WHERE id = $1 AND message_id = $2 AND owner_id = $4 AND state = 'waiting' AND EXISTS (
        SELECT 1 FROM messages m WHERE m.id = $2 AND m.conversation_id = $3 AND m.status = 'waiting' AND m.deleted_at IS NULL)";

pub(super) const COUNT_WAITING: &str =
    "SELECT COUNT(*) FROM tool_calls WHERE message_id = $1 AND state = 'waiting'";

/// What was being done when a process died. Nobody knows whether it had its effect, so it is never done again.
pub(super) const INTERRUPT: &str = "
    UPDATE tool_calls SET state = 'interrupted', updated_at = $2
    WHERE message_id = $1 AND state IN ('waiting', 'approved', 'running')";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("TOOL_CALLS_WRITE", WRITE),
    ("TOOL_CALLS_OF_BRANCH", OF_BRANCH),
    ("TOOL_CALLS_OF_CONVERSATION", OF_CONVERSATION),
    ("TOOL_CALLS_DECIDE", DECIDE),
    ("TOOL_CALLS_COUNT_WAITING", COUNT_WAITING),
    ("TOOL_CALLS_INTERRUPT", INTERRUPT),
];

/// The most that is shown of arguments and results, in characters.
const SHOWN: usize = 4_000;

/// A call of a tool as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCall {
    /// Its id.
    pub id: ToolCallId,
    /// Its place among the calls of its answer, from 0.
    pub position: u32,
    /// Which of the questions to the model it answers, from 1.
    pub round: u32,
    /// What the model calls it by.
    pub upstream_id: String,
    /// What was called, as the model wrote it.
    pub name: String,
    /// With what: JSON as the model wrote it.
    pub arguments: String,
    /// Where it is in its life.
    pub state: ToolCallState,
    /// What came back, or why nothing did.
    pub result: Option<String>,
    /// Bytes of the answer's text before it.
    pub text_at: usize,
    /// Rendered blocks of the answer before it.
    pub after_blocks: u32,
    /// How long it took.
    pub duration_ms: Option<i64>,
    /// When the model asked for it.
    pub created_at: Millis,
}

impl KeptCall {
    /// As it is shown. Whoever is asked whether it may be made sees all of what it would be made with.
    pub fn view(&self) -> ToolCallView {
        ToolCallView {
            id: self.id,
            name: self.name.clone(),
            arguments: if self.state == ToolCallState::Waiting {
                self.arguments.clone()
            } else {
                shortened(&self.arguments)
            },
            state: self.state,
            result: self.result.as_deref().map(shortened),
            duration_ms: self.duration_ms,
            after: self.after_blocks,
        }
    }
}

/// What is long is cut, and says so.
fn shortened(text: &str) -> String {
    let mut characters = text.chars();
    let mut shown: String = characters.by_ref().take(SHOWN).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Writes a call inside an open transaction of either dialect.
macro_rules! write_call {
    ($tx:expr, $message:expr, $call:expr, $now:expr) => {{
        let call = $call;
        sqlx::query(crate::store::tool_calls::WRITE)
            .bind(call.id.to_string())
            .bind($message.to_string())
            .bind(i64::from(call.position))
            .bind(i64::from(call.round))
            .bind(&call.upstream_id)
            .bind(&call.name)
            .bind(&call.arguments)
            .bind(call.state.as_str())
            .bind(call.result.as_deref())
            .bind(i64::try_from(call.text_at).unwrap_or(i64::MAX))
            .bind(i64::from(call.after_blocks))
            .bind(call.duration_ms)
            .bind(call.created_at.get())
            .bind($now.get())
            .execute(&mut *$tx)
            .await?;
    }};
}
pub(super) use write_call;

#[derive(FromRow)]
struct Row {
    id: String,
    message_id: String,
    position: i64,
    round: i64,
    upstream_id: String,
    name: String,
    arguments: String,
    state: String,
    result: Option<String>,
    text_at: i64,
    after_blocks: i64,
    duration_ms: Option<i64>,
    created_at: i64,
}

impl TryFrom<Row> for KeptCall {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let at = |column| rows::corrupt("tool_calls", column, &row.id);
        Ok(Self {
            id: rows::id("tool_calls", "id", &row.id)?,
            position: u32::try_from(row.position).map_err(|_| at("position"))?,
            round: u32::try_from(row.round).map_err(|_| at("round"))?,
            state: ToolCallState::from_name(&row.state).ok_or_else(|| at("state"))?,
            text_at: usize::try_from(row.text_at).map_err(|_| at("text_at"))?,
            after_blocks: u32::try_from(row.after_blocks).map_err(|_| at("after_blocks"))?,
            upstream_id: row.upstream_id,
            name: row.name,
            arguments: row.arguments,
            result: row.result,
            duration_ms: row.duration_ms,
            created_at: Millis::new(row.created_at),
        })
    }
}

/// Calls by the answers that they were made in, in order.
fn by_message(found: Vec<Row>) -> Result<HashMap<MessageId, Vec<KeptCall>>> {
    let mut all: HashMap<MessageId, Vec<KeptCall>> = HashMap::new();
    for row in found {
        let message = rows::id("tool_calls", "message_id", &row.message_id)?;
        all.entry(message).or_default().push(row.try_into()?);
    }
    Ok(all)
}

impl Db {
    /// The calls in the messages of a branch.
    #[tracing::instrument(name = "store.tool_calls.of_branch", skip_all, fields(conversation.id = %conversation))]
    pub(super) async fn calls_of_branch(
        &self,
        owner: UserId,
        conversation: ConversationId,
        end: MessageId,
        limit: u32,
    ) -> Result<HashMap<MessageId, Vec<KeptCall>>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(OF_BRANCH)
            .bind(owner.to_string())
            .bind(conversation.to_string())
            .bind(end.to_string())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        by_message(found)
    }

    /// The calls in all messages of the owner's conversation.
    #[tracing::instrument(name = "store.tool_calls.of_conversation", skip_all, fields(conversation.id = %conversation))]
    pub(crate) async fn calls_of_conversation(
        &self,
        owner: UserId,
        conversation: ConversationId,
    ) -> Result<HashMap<MessageId, Vec<KeptCall>>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(OF_CONVERSATION)
            .bind(owner.to_string())
            .bind(conversation.to_string())
            .fetch_all(pool)
            .await?);
        by_message(found)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn who_is_asked_sees_all_of_what_a_call_would_be_made_with() {
        let mut call = KeptCall {
            id: ToolCallId::from_uuid(Uuid::nil()),
            position: 0,
            round: 1,
            upstream_id: "call_1".to_owned(),
            name: "shop__order".to_owned(),
            arguments: "x".repeat(2 * SHOWN),
            state: ToolCallState::Waiting,
            result: None,
            text_at: 0,
            after_blocks: 0,
            duration_ms: None,
            created_at: Millis::new(0),
        };
        assert_eq!(call.view().arguments, call.arguments);
        call.state = ToolCallState::Done;
        assert_eq!(call.view().arguments.chars().count(), SHOWN + 1);
    }
}
