//! Why a call is not made.

use std::time::Duration;

use model::{BudgetPeriod, BudgetScope, Millis};

use crate::{identity::IdentityError, ledger::LedgerError, store};

use super::{batches::BatchFault, room::Shortage, scan::ScanError};

/// What there is too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitKind {
    /// Requests in a minute.
    Requests,
    /// Tokens in a minute.
    Tokens,
    /// Requests at once.
    AtOnce,
}

/// Why a call is not made, or whatever it is about is not there.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// Who is calling is not known or may not.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The request can't be read, or says what no model could accept.
    #[error(transparent)]
    Request(#[from] ScanError),
    /// The request names no model.
    #[error("the request names no model")]
    NoModel,
    /// There is no such model, or it is not for this caller.
    #[error("there is no such model for the caller")]
    UnknownModel {
        /// What was asked for.
        model: String,
    },
    /// No batch can be made of that file.
    #[error("no batch can be made of the file: {0:?}")]
    BatchFile(BatchFault),
    /// There is no such task, file or batch of the caller's.
    #[error("there is no such thing of the caller's")]
    NotFound,
    /// What the request is about is in an account whose key is not in use here any more.
    #[error("what it is about is in an account that is not in use")]
    Away,
    /// The request refers to things in different accounts.
    #[error("the request refers to things in different accounts")]
    TwoAccounts,
    /// What a message names is in another account than the line leads to on which it came.
    #[error("what is named is in another account than the line leads to")]
    Elsewhere,
    /// There is no such address.
    #[error("there is no such address")]
    NoRoute,
    /// Too much in a minute or at once.
    #[error("too many {kind:?} by {}", scope.as_str())]
    Throttled {
        /// Whose limit it is.
        scope: BudgetScope,
        /// What there is too much of.
        kind: LimitKind,
        /// How much is allowed.
        limit: i64,
        /// When to come again.
        retry_after: Duration,
    },
    /// This process can't do more at the moment; nothing was done for the call.
    #[error("overloaded: too little of {}", shortage.as_str())]
    Overloaded {
        /// What there is too little of.
        shortage: Shortage,
        /// When to come again.
        retry_after: Duration,
    },
    /// What the caller's groups allow for today is used up.
    #[error("the quota is used up")]
    QuotaUsedUp {
        /// When the next day begins.
        retry_after: Duration,
    },
    /// It could cost more than is left of a budget.
    #[error("over the budget by {} and {}", scope.as_str(), period.as_str())]
    OverBudget {
        /// Whose.
        scope: BudgetScope,
        /// In which time.
        period: BudgetPeriod,
        /// When it begins anew.
        resets_at: Option<Millis>,
    },
    /// A budget binds the caller, and what the call costs is not known.
    #[error("a budget binds the call, and its price is unknown")]
    NoPrice,
    /// A budget binds the caller, and what the call can cost at most nobody can say.
    #[error("a budget binds the call, and nothing bounds what it costs")]
    Boundless,
    /// The `Idempotency-Key` is empty or too long.
    #[error("the idempotency key is empty or too long")]
    OnceKey,
    /// The same `Idempotency-Key` came with another body before.
    #[error("the idempotency key was used for another request")]
    OnceOther,
    /// The request with this `Idempotency-Key` is being made.
    #[error("the request with this idempotency key is being made")]
    OnceBusy,
    /// What came of the request with this `Idempotency-Key` nobody knows: it broke off.
    #[error("what came of the request with this idempotency key is not known")]
    OnceUnknown,
    /// The store failed: money fails closed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<BatchFault> for GatewayError {
    fn from(fault: BatchFault) -> Self {
        Self::BatchFile(fault)
    }
}

impl From<LedgerError> for GatewayError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::OverBudget {
                scope,
                period,
                resets_at,
            } => Self::OverBudget {
                scope,
                period,
                resets_at,
            },
            LedgerError::NoPrice => Self::NoPrice,
            LedgerError::Store(error) => Self::Store(error),
        }
    }
}
