//! The runs that wrote a message, each with its line of the call log.

use model::{
    CallId, CallUsage, ConversationId, GenerationId, MessageId, MessageRun, Millis, ModelName,
    RunCall, Sent, UsageSource, UserId,
};
use sqlx::{FromRow, types::Json};

use super::{Db, Error, Result, Tokens, on_pool, rows};

/// In the order in which the model was asked: a run's own row is of its last question, though it was there before the others.
const RUNS: &str = "
    SELECT g.id, g.model, g.sent, g.started_at, g.ended_at, g.upstream_request_id, c.id AS call_id, c.input_tokens,
           c.output_tokens, c.cached_tokens, c.reasoning_tokens, c.usage_source, c.cost, c.priced, c.first_byte_ms,
           c.duration_ms
    FROM generations g JOIN conversations v ON v.id = g.conversation_id LEFT JOIN calls c ON c.id = g.call_id
    WHERE g.message_id = $3 AND g.conversation_id = $2 AND v.owner_id = $1 AND v.deleted_at IS NULL
    ORDER BY g.started_at, g.is_round DESC, g.id";

/// One question to the model of a run that goes on, as a row of its own: what it cost is found by its call.
const NOTE_ROUND: &str = "
    INSERT INTO generations (id, conversation_id, message_id, owner_id, model, status, node, lease_until, started_at, ended_at,
                             upstream_request_id, input_tokens, output_tokens, reasoning_tokens, cached_tokens, sent, call_id, is_round, lane)
    SELECT $2, conversation_id, message_id, owner_id, model, 'done', node, lease_until, started_at, $3, $4, $5, $6, $7, $8, sent,
           call_id, TRUE, lane
    FROM generations WHERE id = $1";

const NEXT_ROUND: &str =
    "UPDATE generations SET call_id = $2, started_at = $3 WHERE id = $1 AND status = 'running'";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("RUNS", RUNS),
    ("NOTE_ROUND", NOTE_ROUND),
    ("NEXT_ROUND", NEXT_ROUND),
];

/// One question to the model that ended in calls of tools, and the call by which the next one will be booked.
#[derive(Debug)]
pub(crate) struct Round {
    pub(crate) run: GenerationId,
    /// The id under which this question is kept.
    pub(crate) id: GenerationId,
    pub(crate) upstream_request_id: Option<String>,
    pub(crate) tokens: Option<Tokens>,
    pub(crate) next_call: CallId,
    pub(crate) now: Millis,
}

#[derive(FromRow)]
struct Row {
    id: String,
    model: String,
    sent: Option<Json<Sent>>,
    started_at: i64,
    ended_at: Option<i64>,
    upstream_request_id: Option<String>,
    #[sqlx(flatten)]
    call: CallRow,
}

/// All of it or nothing: there is a line in the log, or there is none.
#[derive(FromRow)]
struct CallRow {
    call_id: Option<String>,
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    cached_tokens: Option<i64>,
    reasoning_tokens: Option<i64>,
    usage_source: Option<String>,
    cost: Option<i64>,
    priced: Option<bool>,
    first_byte_ms: Option<i64>,
    duration_ms: Option<i64>,
}

impl TryFrom<Row> for MessageRun {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let model = ModelName::parse(&row.model);
        Ok(Self {
            id: rows::id("generations", "id", &row.id)?,
            model: model.map_err(|_| rows::corrupt("generations", "model", &row.id))?,
            sent: row.sent.map(|Json(sent)| sent).unwrap_or_default(),
            started_at: Millis::new(row.started_at),
            ended_at: row.ended_at.map(Millis::new),
            upstream_request_id: row.upstream_request_id,
            call: row.call.call()?,
        })
    }
}

impl CallRow {
    fn call(self) -> Result<Option<RunCall>> {
        let Some(id) = self.call_id else {
            return Ok(None);
        };
        let source = self.usage_source.as_deref();
        Ok(Some(RunCall {
            id: rows::id("calls", "id", &id)?,
            usage: CallUsage {
                input_tokens: self.input_tokens.unwrap_or(0),
                output_tokens: self.output_tokens.unwrap_or(0),
                cached_tokens: self.cached_tokens.unwrap_or(0),
                reasoning_tokens: self.reasoning_tokens.unwrap_or(0),
                ..CallUsage::default()
            },
            usage_source: source
                .and_then(UsageSource::from_name)
                .ok_or_else(|| rows::corrupt("calls", "usage_source", &id))?,
            cost: self.cost.unwrap_or(0),
            priced: self.priced.unwrap_or(false),
            first_token_ms: self.first_byte_ms,
            duration_ms: self.duration_ms.unwrap_or(0),
        }))
    }
}

impl Db {
    /// Keeps a question of a run that goes on apart from the next one.
    #[tracing::instrument(name = "store.runs.next_round", skip_all, fields(generation.id = %round.run))]
    pub(crate) async fn next_round(&self, round: &Round) -> Result<()> {
        let tokens = round.tokens;
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            sqlx::query(NOTE_ROUND)
                .bind(round.run.to_string())
                .bind(round.id.to_string())
                .bind(round.now.get())
                .bind(round.upstream_request_id.as_deref())
                .bind(tokens.map(|tokens| tokens.input))
                .bind(tokens.map(|tokens| tokens.output))
                .bind(tokens.map(|tokens| tokens.reasoning))
                .bind(tokens.map(|tokens| tokens.cached))
                .execute(&mut *tx)
                .await?;
            sqlx::query(NEXT_ROUND)
                .bind(round.run.to_string())
                .bind(round.next_call.to_string())
                .bind(round.now.get())
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
        });
        Ok(())
    }

    /// The runs that wrote a message of the owner's conversation, in order.
    #[tracing::instrument(name = "store.runs.of_message", skip_all, fields(message.id = %message))]
    pub(crate) async fn runs(
        &self,
        owner: UserId,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<Vec<MessageRun>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(RUNS)
            .bind(owner.to_string())
            .bind(conversation.to_string())
            .bind(message.to_string())
            .fetch_all(pool)
            .await?);
        found.into_iter().map(MessageRun::try_from).collect()
    }
}
