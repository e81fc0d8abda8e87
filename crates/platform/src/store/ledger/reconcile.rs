//! All that the ledger says, read at one moment, for comparing it with itself.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use model::{CallOutcome, Millis, UsageSum};
use sqlx::FromRow;

use super::{
    Account, Hold,
    batch::Change,
    commit::{AccountRow, balance, failures},
    holds,
};
use crate::store::{Db, Result, db::Pool, on_pool, rows};

const CALLS: &str = "SELECT started_at, owner_id, key_id, model, operation, outcome, input_tokens, output_tokens, \
     cached_tokens, reasoning_tokens, images, media_ms, characters, cost FROM calls ORDER BY id";
const DAYS: &str = "SELECT day, owner_id, key_id, model, operation, calls, failures, input_tokens, output_tokens, \
     cached_tokens, reasoning_tokens, images, media_ms, characters, cost FROM usage_days";
const SPENDING: &str = "SELECT scope, scope_id, period, starts_at, spent, held FROM spending";
/// Calls that ended and still run.
const TWICE: &str = "SELECT h.id FROM call_holds h JOIN calls c ON c.id = h.id ORDER BY h.id";
/// SQLite keeps what it is given, and a sum that overflows becomes a fraction. Postgres refuses both.
const FRACTIONS: &str = "SELECT 'calls ' || id FROM calls WHERE typeof(cost) <> 'integer' \
     UNION ALL SELECT 'spending ' || scope || ' ' || scope_id FROM spending \
     WHERE typeof(spent) <> 'integer' OR typeof(held) <> 'integer' \
     UNION ALL SELECT 'usage_days ' || day || ' ' || owner_id FROM usage_days WHERE typeof(cost) <> 'integer'";

/// What sums of a day are told apart by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DayKey {
    /// Counted from 1970.
    pub(crate) date: i64,
    pub(crate) owner: String,
    pub(crate) key: String,
    pub(crate) model: String,
    pub(crate) operation: String,
}

/// All that the ledger says.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Sums over the lines of the log.
    pub(crate) calls: BTreeMap<DayKey, UsageSum>,
    /// Sums as they are kept.
    pub(crate) days: BTreeMap<DayKey, UsageSum>,
    pub(crate) accounts: BTreeMap<Account, Change>,
    pub(crate) holds: Vec<Hold>,
    /// Calls that ended and still run.
    pub(crate) twice: Vec<String>,
    /// Rows whose amounts are no integers.
    pub(crate) fractions: Vec<String>,
}

#[derive(FromRow)]
struct Figures {
    input_tokens: i64,
    output_tokens: i64,
    cached_tokens: i64,
    reasoning_tokens: i64,
    images: i64,
    media_ms: i64,
    characters: i64,
    cost: i64,
}

#[derive(FromRow)]
struct CallRow {
    started_at: i64,
    owner_id: String,
    key_id: String,
    model: String,
    operation: String,
    outcome: String,
    #[sqlx(flatten)]
    figures: Figures,
}

#[derive(FromRow)]
struct DayRow {
    day: i64,
    owner_id: String,
    key_id: String,
    model: String,
    operation: String,
    calls: i64,
    failures: i64,
    #[sqlx(flatten)]
    figures: Figures,
}

impl Figures {
    const fn sum(self, calls: i64, failures: i64) -> UsageSum {
        UsageSum {
            calls,
            failures,
            input_tokens: self.input_tokens,
            output_tokens: self.output_tokens,
            cached_tokens: self.cached_tokens,
            reasoning_tokens: self.reasoning_tokens,
            images: self.images,
            media_ms: self.media_ms,
            characters: self.characters,
            cost: self.cost,
        }
    }
}

impl Facts {
    fn add(&mut self, row: CallRow, date: i64) -> Result<()> {
        let outcome = CallOutcome::from_name(&row.outcome);
        let outcome = outcome.ok_or_else(|| rows::corrupt("calls", "outcome", &row.outcome))?;
        let key = DayKey {
            date,
            owner: row.owner_id,
            key: row.key_id,
            model: row.model,
            operation: row.operation,
        };
        let one = row.figures.sum(1, failures(outcome));
        let sum = self.calls.entry(key).or_default();
        sum.calls += one.calls;
        sum.failures += one.failures;
        sum.input_tokens += one.input_tokens;
        sum.output_tokens += one.output_tokens;
        sum.cached_tokens += one.cached_tokens;
        sum.reasoning_tokens += one.reasoning_tokens;
        sum.images += one.images;
        sum.media_ms += one.media_ms;
        sum.characters += one.characters;
        sum.cost += one.cost;
        Ok(())
    }

    fn day(&mut self, row: DayRow) {
        let key = DayKey {
            date: row.day,
            owner: row.owner_id,
            key: row.key_id,
            model: row.model,
            operation: row.operation,
        };
        let sum = row.figures.sum(row.calls, row.failures);
        self.days.insert(key, sum);
    }
}

impl Db {
    /// Reads the whole ledger as it stands at one moment; `date` tells a call's day. The log is read line by line.
    #[tracing::instrument(name = "store.ledger.facts", skip_all)]
    pub(crate) async fn ledger_facts(&self, date: impl Fn(Millis) -> i64 + Sync) -> Result<Facts> {
        let mut facts = Facts::default();
        let (begin, fractions) = match self.reader() {
            Pool::Sqlite(_) => ("BEGIN", Some(FRACTIONS)),
            Pool::Postgres(_) => ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", None),
        };
        on_pool!(self.reader(), |pool| {
            let mut transaction = pool.begin_with(begin).await?;
            if let Some(fractions) = fractions {
                facts.fractions = sqlx::query_scalar(fractions)
                    .fetch_all(&mut *transaction)
                    .await?;
            }
            // Fractions can't be summed, and are found already.
            if facts.fractions.is_empty() {
                {
                    let mut lines = sqlx::query_as(CALLS).fetch(&mut *transaction);
                    while let Some(row) = lines.try_next().await? {
                        let row: CallRow = row;
                        let date = date(Millis::new(row.started_at));
                        facts.add(row, date)?;
                    }
                }
                let found: Vec<DayRow> = sqlx::query_as(DAYS).fetch_all(&mut *transaction).await?;
                for row in found {
                    facts.day(row);
                }
                let found: Vec<AccountRow> = sqlx::query_as(SPENDING)
                    .fetch_all(&mut *transaction)
                    .await?;
                for row in found {
                    let (account, change) = balance(row)?;
                    facts.accounts.insert(account, change);
                }
                let found: Vec<holds::Row> = sqlx::query_as(holds::ALL)
                    .fetch_all(&mut *transaction)
                    .await?;
                let held: Result<Vec<Hold>> = found.into_iter().map(Hold::try_from).collect();
                facts.holds = held?;
                facts.twice = sqlx::query_scalar(TWICE)
                    .fetch_all(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
        });
        Ok(facts)
    }
}
