//! One of several results: a task that succeeded can hold some that did not.

use serde::{Deserialize, Serialize};

use crate::error::classify::Refusal;
use crate::{Error, Extra};

/// One result among several; each succeeds or fails by itself ("Partial failure").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Item<T> {
    /// It failed; what failed is not billed.
    Failed(ItemFailure),
    /// It is there, or is still being worked on.
    Done(T),
}

impl<T> Item<T> {
    /// The result, or why there is none.
    pub fn result(&self) -> Result<&T, Error> {
        match self {
            Self::Done(item) => Ok(item),
            Self::Failed(failure) => Err(failure.error()),
        }
    }

    /// The result, if there is one.
    pub fn done(&self) -> Option<&T> {
        match self {
            Self::Done(item) => Some(item),
            Self::Failed(_) => None,
        }
    }
}

/// Why one result of several is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemFailure {
    /// The provider's code, unchanged.
    pub code: String,
    /// The provider's words; may quote the request.
    #[serde(default)]
    pub message: String,
    /// Anything else, such as `file_url`.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ItemFailure {
    /// The failure as an error, classified like one of a whole request.
    pub fn error(&self) -> Error {
        Error::from(Refusal {
            code: Some(self.code.clone()),
            message: self.message.clone(),
            ..Refusal::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn a_list_may_mix_what_succeeded_with_what_did_not() {
        let json = r#"[{"url":"https://x"},{"code":"DataInspectionFailed","message":"m","n":1}]"#;
        let items: Vec<Item<Extra>> = serde_json::from_str(json).unwrap();
        assert_eq!(items[0].result().unwrap()["url"], "https://x");
        let error = items[1].result().unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::ContentInspection);
        assert_eq!(serde_json::to_string(&items).unwrap(), json);
    }
}
