//! Money: calls that run with what is reserved for them, calls that ended, and what everybody spent.

mod accounts;
mod batch;
mod holds;
mod prune;
mod reconcile;
mod statements;
mod today;

use std::sync::Arc;

use model::{ApiKeyId, CallId, Millis, Operation, Protocol, UserId};

use super::Error;

pub(crate) use accounts::{Account, Accounts};
pub(crate) use batch::{Batch, Opening};
pub(crate) use reconcile::Facts;

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("OF_TASK", holds::OF_TASK),
    ("WAITING", holds::WAITING),
    ("LEAVE", holds::LEAVE),
    ("PRUNE", prune::PRUNE),
    ("USED", today::USED),
];

/// A call that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hold {
    pub(crate) id: CallId,
    /// The process that makes it.
    pub(crate) node: Arc<str>,
    pub(crate) opened_at: Millis,
    pub(crate) owner: UserId,
    pub(crate) key: Option<ApiKeyId>,
    pub(crate) protocol: Protocol,
    pub(crate) operation: Operation,
    pub(crate) model: String,
    pub(crate) served_model: String,
    pub(crate) upstream: String,
    pub(crate) streamed: bool,
    pub(crate) request_id: String,
    /// The task at the upstream whose end settles it; empty otherwise.
    pub(crate) task_id: String,
    pub(crate) accounts: Accounts,
    /// What is reserved, in micro-yuan.
    pub(crate) amount: i64,
    pub(crate) floor_cost: i64,
    pub(crate) floor_tokens: i64,
    pub(crate) priced: bool,
}

/// What became of a reservation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It is made.
    Reserved,
    /// This budget does not allow it.
    Over(crate::ledger::Bound),
}

/// Whether the database refuses the values themselves, so that trying again is in vain.
pub(crate) fn refuses_values(error: &Error) -> bool {
    let (Error::Conflict(error) | Error::Unavailable(error)) = error else {
        return false;
    };
    let Some(code) = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
    else {
        return false;
    };
    match code.parse::<u32>() {
        // Postgres: data exceptions and violated constraints. Its codes have five characters.
        _ if code.len() == 5 => code.starts_with("22") || code.starts_with("23"),
        // SQLite: too big, a violated constraint, a type that does not fit.
        Ok(code) => matches!(code & 0xff, 18..=20),
        Err(_) => false,
    }
}
