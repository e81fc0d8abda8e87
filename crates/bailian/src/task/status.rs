//! How far a task is ("Status values").

use serde::{Deserialize, Serialize};

/// How far a task is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum TaskStatus {
    /// Queued; the only state in which it can be cancelled.
    Pending,
    /// Being worked on.
    Running,
    /// Paused.
    Suspended,
    /// Finished, and at least one part of it succeeded.
    Succeeded,
    /// Finished, and all of it failed.
    Failed,
    /// Cancelled while it was pending.
    Canceled,
    /// No such task, or older than 24 hours.
    Unknown,
    /// Anything else, unchanged; not an end.
    #[serde(untagged)]
    Other(String),
}

impl TaskStatus {
    /// Whether it will change no more.
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Succeeded | Self::Failed | Self::Canceled | Self::Unknown
        )
    }

    /// The protocol's word for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Suspended => "SUSPENDED",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Canceled => "CANCELED",
            Self::Unknown => "UNKNOWN",
            Self::Other(word) => word,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_and_written_unchanged() {
        for (word, is_final) in [
            ("PENDING", false),
            ("RUNNING", false),
            ("SUSPENDED", false),
            ("SUCCEEDED", true),
            ("FAILED", true),
            ("CANCELED", true),
            ("UNKNOWN", true),
            ("ARCHIVED", false),
        ] {
            let status: TaskStatus = serde_json::from_value(word.into()).unwrap();
            assert_eq!((status.as_str(), status.is_final()), (word, is_final));
            assert_eq!(serde_json::to_value(&status).unwrap(), word);
        }
    }
}
