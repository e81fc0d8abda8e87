//! What an upstream says when it fails in the middle of a stream.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The longest code or id that is kept.
const MAX_WORD: usize = 128;

/// What an upstream said when it failed in the middle of a stream. Not its message, which may quote the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// The status that it would have answered with, if it says.
    pub status: Option<u16>,
    /// Its code, else the kind of error.
    pub code: Option<String>,
    /// Its id of the request.
    pub request_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Envelope {
    #[serde(deserialize_with = "refusal")]
    error: Option<Refusal>,
    #[serde(deserialize_with = "word")]
    code: Option<String>,
    #[serde(deserialize_with = "word")]
    request_id: Option<String>,
    #[serde(deserialize_with = "wrapped")]
    response: Option<Box<Envelope>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    #[serde(deserialize_with = "word")]
    code: Option<String>,
    #[serde(rename = "type", deserialize_with = "word")]
    kind: Option<String>,
}

impl Failure {
    /// Reads the envelopes of all protocols; `None` if there is no failure in the data.
    pub(super) fn read(data: &[u8], status: Option<u16>) -> Option<Self> {
        let envelope: Envelope = serde_json::from_slice(data).ok()?;
        let wrapped = envelope.response.and_then(|response| response.error);
        let refusal = envelope.error.or(wrapped);
        if refusal.is_none() && envelope.code.is_none() {
            return None;
        }
        let of_refusal = refusal.and_then(|refusal| refusal.code.or(refusal.kind));
        Some(Self {
            status,
            code: of_refusal.or(envelope.code),
            request_id: envelope.request_id,
        })
    }
}

/// A failure in any shape but `null`.
fn refusal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Refusal>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    if matches!(raw, "null" | "\"\"" | "false") {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str(raw).unwrap_or_default()))
}

fn wrapped<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<Envelope>>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    Ok(serde_json::from_str(raw).ok())
}

/// A word or a number, if it says anything and is not endless.
fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    let number = || raw.parse::<u64>().ok().map(|number| number.to_string());
    let text: Option<String> = serde_json::from_str(raw).ok();
    let text = text.or_else(number);
    Ok(text.filter(|text| !text.is_empty() && text.len() <= MAX_WORD))
}
