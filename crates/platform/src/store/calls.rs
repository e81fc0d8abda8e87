//! Reading the call log: a page of it, newest first.

pub(super) mod days;

use model::{
    Call, CallFilter, CallId, CallLine, CallOutcome, CallUsage, Millis, Operation, Protocol,
    UsageSource,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Db, Result, on_pool, rows};
use days::{AT_ONCE, Stretch, latest_day};

/// One text for all filters; what comes first in it says by which index the lines are found. An empty text asks for
/// nothing. A time is found by the ids, which grow with it.
macro_rules! page {
    ($first:literal) => {
        concat!(
            "SELECT c.id, c.started_at, c.owner_id, c.key_id, c.protocol, c.operation, c.model, c.served_model, \
             c.upstream, c.streamed, c.outcome, c.status, c.code, c.input_tokens, c.output_tokens, c.cached_tokens, \
             c.reasoning_tokens, c.images, c.media_ms, c.characters, c.usage_source, c.cost, c.priced, \
             c.first_byte_ms, c.duration_ms, c.request_id, c.upstream_request_id, u.name AS owner_name, \
             k.name AS key_name FROM calls c LEFT JOIN users u ON u.id = c.owner_id \
             LEFT JOIN api_keys k ON k.id = c.key_id WHERE ",
            $first,
            "c.id < $1 AND c.id >= $7 AND c.started_at >= $8 AND c.started_at < $9 AND ($2 = '' OR c.owner_id = $2) AND ($3 = '' OR c.key_id = $3) \
             AND ($4 = '' OR c.model = $4) AND ($5 = 0 OR c.outcome <> 'succeeded') ORDER BY c.id DESC LIMIT $6"
        )
    };
}

const PAGE: &str = page!("");
const PAGE_OF_OWNER: &str = page!("c.owner_id = $2 AND ");
const PAGE_OF_KEY: &str = page!("c.key_id = $3 AND ");

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("PAGE", PAGE),
    ("PAGE_OF_OWNER", PAGE_OF_OWNER),
    ("PAGE_OF_KEY", PAGE_OF_KEY),
];

/// Greater than every id.
const NEWEST: &str = "g";

/// An id is made a little before its call begins, or a little after: it says so much about when that was.
const ABOUT_MS: i64 = 60 * 60 * 1000;

/// The first id of that moment.
fn first_id(at: Millis) -> String {
    let at = u128::from(at.get().max(0).unsigned_abs()).min(0xFFFF_FFFF_FFFF);
    CallId::from_uuid(Uuid::from_u128(at << 80)).to_string()
}

/// Which calls, and from where on.
pub(crate) struct CallsQuery<'a> {
    pub(crate) filter: &'a CallFilter,
    /// Calls before this one.
    pub(crate) before: Option<CallId>,
    pub(crate) limit: u32,
}

impl CallsQuery<'_> {
    /// The last day on which a call can have been that is asked for.
    fn latest_day(&self) -> i64 {
        let before = self.before.map(|id| {
            let at = id.as_uuid().as_u128() >> 80;
            Millis::new(i64::try_from(at).unwrap_or(i64::MAX))
        });
        let before = before.into_iter().chain(self.filter.to);
        before.map(latest_day).min().unwrap_or(i64::MAX)
    }
}

#[derive(FromRow)]
struct Row {
    id: String,
    started_at: i64,
    owner_id: String,
    key_id: String,
    protocol: String,
    operation: String,
    model: String,
    served_model: String,
    upstream: String,
    streamed: bool,
    outcome: String,
    status: Option<i64>,
    code: Option<String>,
    input_tokens: i64,
    output_tokens: i64,
    cached_tokens: i64,
    reasoning_tokens: i64,
    images: i64,
    media_ms: i64,
    characters: i64,
    usage_source: String,
    cost: i64,
    priced: bool,
    first_byte_ms: Option<i64>,
    duration_ms: i64,
    request_id: String,
    upstream_request_id: Option<String>,
    owner_name: Option<String>,
    key_name: Option<String>,
}

impl TryFrom<Row> for CallLine {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        let corrupt = |column| rows::corrupt("calls", column, &row.id);
        let key = Some(row.key_id.as_str()).filter(|id| !id.is_empty());
        let call = Call {
            id: rows::id("calls", "id", &row.id)?,
            started_at: Millis::new(row.started_at),
            owner: rows::id("calls", "owner_id", &row.owner_id)?,
            key: key.map(|id| rows::id("calls", "key_id", id)).transpose()?,
            protocol: Protocol::from_name(&row.protocol).ok_or_else(|| corrupt("protocol"))?,
            operation: Operation::from_name(&row.operation).ok_or_else(|| corrupt("operation"))?,
            outcome: CallOutcome::from_name(&row.outcome).ok_or_else(|| corrupt("outcome"))?,
            usage_source: UsageSource::from_name(&row.usage_source)
                .ok_or_else(|| corrupt("usage_source"))?,
            model: row.model,
            served_model: row.served_model,
            upstream: row.upstream,
            streamed: row.streamed,
            status: row.status,
            code: row.code,
            usage: CallUsage {
                input_tokens: row.input_tokens,
                output_tokens: row.output_tokens,
                cached_tokens: row.cached_tokens,
                reasoning_tokens: row.reasoning_tokens,
                images: row.images,
                media_ms: row.media_ms,
                characters: row.characters,
            },
            cost: row.cost,
            priced: row.priced,
            first_byte_ms: row.first_byte_ms,
            duration_ms: row.duration_ms,
            request_id: row.request_id,
            upstream_request_id: row.upstream_request_id,
        };
        Ok(Self {
            call,
            owner_name: row.owner_name.unwrap_or_default(),
            key_name: row.key_name.unwrap_or_default(),
        })
    }
}

impl Db {
    /// A page of the call log, newest first.
    #[tracing::instrument(name = "store.calls.page", skip_all)]
    pub(crate) async fn calls(&self, query: &CallsQuery<'_>) -> Result<Vec<CallLine>> {
        let filter = query.filter;
        let before = query
            .before
            .map_or_else(|| NEWEST.to_owned(), |id| id.to_string());
        let later = |at: Millis, ms: i64| Millis::new(at.get().saturating_add(ms));
        let before = match filter.to {
            Some(to) => before.min(first_id(later(to, ABOUT_MS))),
            None => before,
        };
        let oldest = filter
            .from
            .map(|from| first_id(later(from, -ABOUT_MS)))
            .unwrap_or_default();
        let within = Stretch { oldest, before };
        let model = filter.model.as_deref().filter(|model| !model.is_empty());
        let found = match model {
            Some(model) => self.calls_of_model(query, model, within).await?,
            None => self.calls_in(query, within, query.limit).await?,
        };
        found.into_iter().map(CallLine::try_from).collect()
    }

    /// Those of a model. It may be one that is seldom called among very many: only the days are read on which it was.
    async fn calls_of_model(
        &self,
        query: &CallsQuery<'_>,
        model: &str,
        mut within: Stretch,
    ) -> Result<Vec<Row>> {
        let mut found: Vec<Row> = Vec::new();
        let mut latest = query.latest_day();
        loop {
            let days = self.days_of_model(query.filter, model, latest).await?;
            let stretches = Stretch::of(&days);
            let reached = stretches.last().map(|last| last.oldest.clone());
            for stretch in stretches {
                let Some(stretch) = stretch.within(&within) else {
                    continue;
                };
                // The days that are asked for next may reach into this stretch.
                within.before.clone_from(&stretch.oldest);
                let read = u32::try_from(found.len()).unwrap_or(u32::MAX);
                let left = query.limit.saturating_sub(read);
                found.extend(self.calls_in(query, stretch, left).await?);
                if found.len() >= query.limit as usize {
                    return Ok(found);
                }
            }
            let goes_on =
                days.len() == AT_ONCE && reached.is_some_and(|reached| reached > within.oldest);
            match days.last() {
                Some(first) if goes_on => latest = first.saturating_sub(1),
                _ => return Ok(found),
            }
        }
    }

    /// Those of a part of the log that fit.
    async fn calls_in(
        &self,
        query: &CallsQuery<'_>,
        within: Stretch,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let filter = query.filter;
        let text = if filter.key.is_some() {
            PAGE_OF_KEY
        } else if filter.owner.is_some() {
            PAGE_OF_OWNER
        } else {
            PAGE
        };
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(text)
            .bind(within.before)
            .bind(filter.owner.map(|id| id.to_string()).unwrap_or_default())
            .bind(filter.key.map(|id| id.to_string()).unwrap_or_default())
            .bind(filter.model.as_deref().unwrap_or_default())
            .bind(i32::from(filter.failed))
            .bind(i64::from(limit))
            .bind(within.oldest)
            .bind(filter.from.map_or(i64::MIN, Millis::get))
            .bind(filter.to.map_or(i64::MAX, Millis::get))
            .fetch_all(pool)
            .await?))
    }
}
