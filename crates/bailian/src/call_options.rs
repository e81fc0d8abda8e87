//! What a single call may ask of the provider beside its body ("Request headers").

use std::borrow::Cow;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use serde::Serialize;

use crate::client::Call;
use crate::{Error, Timeouts};

const DATA_INSPECTION: HeaderName = HeaderName::from_static("x-dashscope-datainspection");
const WAIT_TIMEOUT: HeaderName = HeaderName::from_static("x-dashscope-wait-timeout");

/// How one call is to be handled. Nothing set means: like every other. The workspace is the client's, see
/// [`Client::with_workspace`](crate::Client::with_workspace).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallOptions {
    /// Stricter moderation of the prompt and the answer.
    pub data_inspection: Option<DataInspection>,
    /// How long the provider may queue the call instead of refusing it for a burst: whole seconds, sensibly
    /// 3 to 120. The call's own time-out to the first byte grows by it.
    pub wait_timeout: Option<Duration>,
}

/// Which side of a call is inspected more strictly (`cip`, content inspection plus).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataInspection {
    /// The prompt.
    Input,
    /// The answer.
    Output,
    /// Both.
    Both,
}

impl DataInspection {
    fn json(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Input => r#"{"input":"cip"}"#,
            Self::Output => r#"{"output":"cip"}"#,
            Self::Both => r#"{"input":"cip","output":"cip"}"#,
        })
    }
}

impl CallOptions {
    /// Puts the options into a call's head and its time-outs.
    pub(crate) fn apply(&self, mut call: Call) -> Call {
        if let Some(inspection) = self.data_inspection {
            call.headers.insert(DATA_INSPECTION, inspection.json());
        }
        if let Some(wait) = self.wait_timeout {
            call.headers.insert(WAIT_TIMEOUT, wait.as_secs().into());
            call.first_byte = call.first_byte.saturating_add(wait);
        }
        call
    }

    /// A call that sends JSON under these options.
    pub(crate) fn post<T: Serialize>(
        &self,
        path: impl Into<Cow<'static, str>>,
        body: &T,
        timeouts: &Timeouts,
    ) -> Result<Call, Error> {
        Ok(self.apply(Call::post(path, body, timeouts)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(options: &CallOptions) -> Call {
        options
            .post("/x", &serde_json::json!({}), &Timeouts::default())
            .unwrap()
    }

    #[test]
    fn the_documented_headers_are_sent_and_the_time_out_grows() {
        let options = CallOptions {
            data_inspection: Some(DataInspection::Both),
            wait_timeout: Some(Duration::from_secs(30)),
        };
        let call = call(&options);
        assert_eq!(
            call.headers["X-DashScope-DataInspection"],
            r#"{"input":"cip","output":"cip"}"#
        );
        assert_eq!(call.headers["X-DashScope-Wait-Timeout"], "30");
        let usual = Timeouts::default().first_byte_unstreamed;
        assert_eq!(call.first_byte, usual + Duration::from_secs(30));
    }

    #[test]
    fn nothing_set_sends_nothing() {
        assert!(call(&CallOptions::default()).headers.is_empty());
    }
}
