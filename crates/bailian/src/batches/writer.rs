//! Writing the requests of a batch.

use std::collections::HashSet;

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use crate::client::position;
use crate::embeddings::EmbeddingRequest;
use crate::validate::require;
use crate::{ChatRequest, Error, Source};

const MAX_LINES: usize = 50_000;
const MAX_BYTES: usize = 500 * 1024 * 1024;
const MAX_LINE_BYTES: usize = 6 * 1024 * 1024;

/// Writes requests as lines of JSON and holds them to the provider's limits: at most 50,000 lines and 500 MB,
/// a line at most 6 MB, ids used once, one model, thinking or not.
#[derive(Clone, Debug, Default)]
pub struct BatchWriter {
    lines: Vec<u8>,
    ids: HashSet<String>,
    kind: Option<Kind>,
}

/// What all lines of a file have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kind {
    url: &'static str,
    model: String,
    enable_thinking: Option<bool>,
}

#[derive(Serialize)]
struct Line<'a, T> {
    custom_id: &'a str,
    method: &'static str,
    url: &'static str,
    body: &'a T,
}

impl BatchWriter {
    /// No requests yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a chat request under an id of your own.
    ///
    /// Fails with [`InvalidParameter`](crate::ErrorKind::InvalidParameter), which names what does not fit.
    pub fn chat(&mut self, custom_id: &str, request: &ChatRequest) -> Result<(), Error> {
        request.validate()?;
        require(
            request.stream != Some(true),
            "stream",
            "a batch is not streamed",
        )?;
        let kind = Kind {
            url: "/v1/chat/completions",
            model: request.model.clone(),
            enable_thinking: request.enable_thinking,
        };
        self.add(custom_id, kind, request)
    }

    /// Adds an embedding request under an id of your own.
    pub fn embedding(&mut self, custom_id: &str, request: &EmbeddingRequest) -> Result<(), Error> {
        request.validate()?;
        let kind = Kind {
            url: "/v1/embeddings",
            model: request.model.clone(),
            enable_thinking: None,
        };
        self.add(custom_id, kind, request)
    }

    /// Adds a request to the free trial, which answers always the same and costs nothing.
    pub fn trial(&mut self, custom_id: &str, body: &Value) -> Result<(), Error> {
        let kind = Kind {
            url: "/v1/chat/ds-test",
            model: "batch-test-model".to_owned(),
            enable_thinking: None,
        };
        self.add(custom_id, kind, body)
    }

    /// How many requests there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The file's contents.
    pub fn finish(self) -> Source {
        Source::Bytes(Bytes::from(self.lines))
    }

    fn add(&mut self, custom_id: &str, kind: Kind, body: &impl Serialize) -> Result<(), Error> {
        require(!custom_id.is_empty(), "custom_id", "must not be empty")?;
        require(
            !self.ids.contains(custom_id),
            "custom_id",
            "must be used once",
        )?;
        require(self.len() < MAX_LINES, "lines", "at most 50,000")?;
        let fits = self.kind.as_ref().is_none_or(|known| *known == kind);
        require(
            fits,
            "model",
            "one model, one endpoint and one way of thinking a file",
        )?;
        let line = Line {
            custom_id,
            method: "POST",
            url: kind.url,
            body,
        };
        let line = serde_json::to_vec(&line).map_err(|error| {
            Error::malformed("the request cannot be written").with_source(position(&error))
        })?;
        require(line.len() <= MAX_LINE_BYTES, "lines", "at most 6 MB each")?;
        let total = self.lines.len() + line.len() + 1;
        require(total <= MAX_BYTES, "lines", "at most 500 MB in all")?;
        self.lines.extend(line);
        self.lines.push(b'\n');
        self.ids.insert(custom_id.to_owned());
        self.kind = Some(kind);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{ErrorKind, Message};

    fn asking(model: &str) -> ChatRequest {
        ChatRequest::new(model, [Message::user("2+2?")])
    }

    #[test]
    fn a_line_is_written_as_documented() {
        let mut lines = BatchWriter::new();
        lines.chat("1", &asking("qwen-plus")).unwrap();
        let Source::Bytes(bytes) = lines.finish() else {
            panic!("in memory");
        };
        let line: Value = serde_json::from_slice(&bytes).unwrap();
        let expected = json!({"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "qwen-plus", "messages": [{"role": "user", "content": "2+2?"}]}});
        assert_eq!(line, expected);
        assert_eq!(bytes.last(), Some(&b'\n'));
    }

    #[test]
    fn what_the_provider_would_refuse_is_named_and_not_written() {
        let mut lines = BatchWriter::new();
        lines.chat("1", &asking("qwen-plus")).unwrap();
        let long = "x".repeat(MAX_LINE_BYTES);
        for (refused, parameter) in [
            (lines.chat("1", &asking("qwen-plus")), "custom_id"),
            (lines.chat("", &asking("qwen-plus")), "custom_id"),
            (lines.chat("2", &asking("qwen-max")), "model"),
            (
                lines.chat("2", &asking("qwen-plus").enable_thinking(true)),
                "model",
            ),
            (
                lines.embedding("2", &EmbeddingRequest::new("text-embedding-v4", ["x"])),
                "model",
            ),
            (
                lines.chat("2", &ChatRequest::new("qwen-plus", [Message::user(long)])),
                "lines",
            ),
        ] {
            let parameter = Some(parameter.to_owned());
            let error = refused.unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::InvalidParameter { parameter });
        }
        assert_eq!(lines.len(), 1);
    }
}
