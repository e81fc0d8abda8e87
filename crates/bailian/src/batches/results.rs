//! Reading the results of a batch.

use std::collections::VecDeque;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::position;
use crate::error::classify::Refusal;
use crate::error::envelope;
use crate::lenient::{null_as_default, object_or_none};
use crate::{ChatCompletion, Download, Error, ErrorKind, Extra};

const MAX_LINE_BYTES: usize = 64 * 1024 * 1024;

/// A request's result.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchResult {
    /// The provider's id of the line.
    #[serde(deserialize_with = "null_as_default")]
    pub id: String,
    /// Your id of the request.
    #[serde(deserialize_with = "null_as_default")]
    pub custom_id: String,
    /// The answer.
    #[serde(deserialize_with = "object_or_none")]
    pub response: Option<BatchAnswer>,
    /// Why there is none.
    #[serde(deserialize_with = "object_or_none")]
    pub error: Option<BatchFailure>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An answer with its status.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchAnswer {
    /// As HTTP's.
    pub status_code: Option<u16>,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// What a call by itself would have been answered.
    pub body: Value,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Why a request failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchFailure {
    /// A code of "Error codes".
    pub code: Option<String>,
    /// In words, which may quote the request.
    pub message: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl BatchResult {
    /// The answer to a chat request, or why there is none, as a call by itself would have failed.
    pub fn chat_completion(self) -> Result<ChatCompletion, Error> {
        let (body, request_id) = self.answer()?;
        let mut answer: ChatCompletion = serde_json::from_value(body).map_err(|error| {
            Error::malformed("the answer cannot be read").with_source(position(&error))
        })?;
        answer.request_id = request_id;
        Ok(answer)
    }

    /// The answer's body and the id of the request, or why there is none.
    pub fn answer(self) -> Result<(Value, Option<String>), Error> {
        let response = self.response.unwrap_or_default();
        let id = response.request_id;
        let refusal = self.error.map(|failure| Refusal {
            code: failure.code,
            message: failure.message.unwrap_or_default(),
            ..Refusal::default()
        });
        let mut refusal = refusal.or_else(|| envelope::from_json(&response.body));
        let good = response.status_code.is_none_or(|status| status == 200);
        if refusal.is_none() && (!good || response.body.is_null()) {
            refusal = Some(Refusal::default());
        }
        let Some(mut refusal) = refusal else {
            return Ok((response.body, id));
        };
        refusal.status = response.status_code.filter(|status| *status != 200);
        refusal.request_id = refusal.request_id.or(id);
        Err(refusal.into())
    }
}

/// The lines of a file of results, as they arrive.
pub struct BatchResults {
    download: Download,
    begun: Vec<u8>,
    lines: VecDeque<Vec<u8>>,
    ended: bool,
}

impl BatchResults {
    /// Reads the lines of a file that is being fetched.
    pub fn new(download: Download) -> Self {
        Self {
            download,
            begun: Vec::new(),
            lines: VecDeque::new(),
            ended: false,
        }
    }

    /// The next result; `None` at the end.
    ///
    /// A line that is no JSON is [`Malformed`](crate::ErrorKind::Malformed); the lines after it can still be read.
    pub async fn next(&mut self) -> Result<Option<BatchResult>, Error> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                if line.trim_ascii().is_empty() {
                    continue;
                }
                return read(&line).map(Some);
            }
            if self.ended {
                return Ok(None);
            }
            if let Some(piece) = self.download.chunk().await? {
                self.take(&piece)?;
            } else {
                self.ended = true;
                self.lines.push_back(std::mem::take(&mut self.begun));
            }
        }
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), Error> {
        let mut lines = piece.split(|byte| *byte == b'\n');
        self.begun.extend(lines.next().unwrap_or_default());
        for line in lines {
            let whole = std::mem::replace(&mut self.begun, line.to_vec());
            self.lines.push_back(whole);
        }
        if self.begun.len() > MAX_LINE_BYTES {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "a line is larger than allowed",
            ));
        }
        Ok(())
    }
}

impl fmt::Debug for BatchResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchResults").finish_non_exhaustive()
    }
}

fn read(line: &[u8]) -> Result<BatchResult, Error> {
    serde_json::from_slice(line)
        .map_err(|error| Error::malformed("a line cannot be read").with_source(position(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_answer_or_says_why_not() {
        let answered = r#"{"id":"a","custom_id":"1","response":{"status_code":200,"request_id":"r","body":{"id":"chatcmpl-1","model":"qwen-plus","choices":[{"finish_reason":"stop","index":0,"message":{"role":"assistant","content":"4"}}]}},"error":null}"#;
        let answer = read(answered.as_bytes())
            .unwrap()
            .chat_completion()
            .unwrap();
        assert_eq!(answer.message().unwrap().text(), "4");
        assert_eq!(answer.request_id.as_deref(), Some("r"));
        for (line, kind) in [
            (
                r#"{"custom_id":"1","response":null,"error":{"code":"data_inspection_failed","message":"m"}}"#,
                ErrorKind::ContentInspection,
            ),
            (
                r#"{"custom_id":"1","response":{"status_code":404,"request_id":"r","body":{"error":{"code":"model_not_found","message":"m"}}},"error":null}"#,
                ErrorKind::NotFound,
            ),
            (
                r#"{"custom_id":"1","response":{"status_code":500,"body":{}},"error":null}"#,
                ErrorKind::Unavailable,
            ),
            (r#"{"custom_id":"1"}"#, ErrorKind::Other),
        ] {
            let error = read(line.as_bytes())
                .unwrap()
                .chat_completion()
                .unwrap_err();
            assert_eq!(error.kind(), &kind, "{line}");
        }
    }
}
