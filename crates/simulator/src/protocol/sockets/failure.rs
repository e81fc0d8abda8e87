//! How a task ends before its time.

use serde_json::{Value, json};

/// Why a task is not carried on.
#[derive(Debug)]
pub(super) enum Stop {
    /// The client is no longer there.
    Gone,
    /// The service gives up.
    Failed(Failure),
    /// The client runs another task instead.
    Replaced(Value),
}

/// What `task-failed` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: String,
    pub(super) message: String,
}

impl Failure {
    pub(super) fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
        }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new("InvalidParameter", message)
    }

    /// The event of a session that can't go on.
    pub(super) fn event(&self, id: &Value) -> Value {
        json!({
            "event_id": id,
            "type": "error",
            "error": {
                "type": "server_error",
                "code": self.code,
                "message": self.message,
                "param": null,
            },
        })
    }

    /// The client sent nothing for too long.
    pub(super) fn silence() -> Self {
        Self::new("CLIENT_ERROR", "request timeout after 23 seconds.")
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<crate::Refusal> for Failure {
    fn from(refusal: crate::Refusal) -> Self {
        Self {
            code: refusal.native_code,
            message: refusal.message,
        }
    }
}

impl From<super::wire::Gone> for Stop {
    fn from(_: super::wire::Gone) -> Self {
        Self::Gone
    }
}
