//! Money: calls that run with what is reserved for them, calls that ended, and what everybody spent.

mod accounts;
mod batch;
mod commit;
mod holds;
mod postgres;
mod prune;
mod reconcile;
mod sqlite;
mod today;

use std::sync::Arc;

use model::{ApiKeyId, CallId, Millis, Operation, Protocol, UserId};
use rusqlite::ErrorCode;
use sqlx::error::DatabaseError;

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
    /// The prices by which that end is booked; empty where none were kept.
    pub(crate) tariff: String,
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
    match error {
        // SQLite writes the ledger without sqlx, so that these are Postgres': data exceptions and violated constraints.
        Error::Conflict(error) | Error::Unavailable(error) => error
            .as_database_error()
            .and_then(DatabaseError::code)
            .is_some_and(|code| code.starts_with("22") || code.starts_with("23")),
        Error::Sqlite(error) => error.sqlite_error_code().is_some_and(|code| {
            matches!(
                code,
                ErrorCode::TooBig | ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch
            )
        }),
        Error::Busy
        | Error::UsedUp { .. }
        | Error::Redis(_)
        | Error::Corrupt { .. }
        | Error::Migration(_) => false,
    }
}
