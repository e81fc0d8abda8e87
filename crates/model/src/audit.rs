//! The audit log as it is read: what was done, by whom, to what, and whether it was let through.

use serde::{Deserialize, Serialize};

use crate::{Millis, UserId};

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// Its place in the log, from 1, without gaps.
    pub seq: i64,
    /// When.
    pub at: Millis,
    /// Who, if it was anybody with an account.
    pub actor_id: Option<UserId>,
    /// Their name now; `None` when the account is gone or there was none.
    pub actor_name: Option<String>,
    /// With what: `session`, `token`, `key`, `command_line`, `nobody`.
    pub via: String,
    /// From where; empty on the command line.
    pub address: String,
    /// The request's id; empty on the command line.
    pub request_id: String,
    /// What, for example `user.disable`.
    pub action: String,
    /// To what kind of thing, for example `user`; may be empty.
    pub object_kind: String,
    /// To which; may be empty.
    pub object_id: String,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// More about it: a JSON object without secrets.
    pub details: serde_json::Value,
    /// The chain's hash up to and with this line, in hexadecimal.
    pub hash: String,
}

/// Which lines are asked for. Empty fields ask for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFilter {
    /// Of this person.
    #[serde(default)]
    pub actor: Option<UserId>,
    /// This action, or with a dot at the end, all that begin so: `user.`.
    #[serde(default)]
    pub action: String,
    /// About this thing.
    #[serde(default)]
    pub object: String,
    /// Not before.
    #[serde(default)]
    pub from: Option<Millis>,
    /// Before.
    #[serde(default)]
    pub until: Option<Millis>,
}
