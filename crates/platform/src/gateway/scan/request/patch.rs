//! The few bytes of a body that may have to change.

use std::ops::Range;

use bytes::Bytes;

use super::RequestScan;
use super::fields::{Field, Section};

const INCLUDE_USAGE: &str = "\"include_usage\":true";

/// Bytes that take the place of others.
struct Edit {
    place: Range<usize>,
    text: String,
}

impl RequestScan {
    /// The body with another model, and with `stream_options.include_usage` switched on if that is asked for. Only
    /// these values change; everything else stays byte for byte, and a body without a change is the same memory.
    pub fn patch(&self, model: Option<&str>, include_usage: bool) -> Bytes {
        let mut edits: Vec<Edit> = Vec::new();
        edits.extend(model.and_then(|model| self.model_edit(model)));
        if include_usage {
            edits.extend(self.usage_edit());
        }
        if edits.is_empty() {
            return self.body.clone();
        }
        edits.sort_unstable_by_key(|edit| edit.place.start);
        let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
        let mut patched = Vec::with_capacity(self.body.len() + added);
        let mut from = 0;
        for Edit { place, text } in edits {
            patched.extend_from_slice(&self.body[from..place.start]);
            patched.extend_from_slice(text.as_bytes());
            from = place.end;
        }
        patched.extend_from_slice(&self.body[from..]);
        patched.into()
    }

    /// A body without a model gets none.
    fn model_edit(&self, model: &str) -> Option<Edit> {
        let place = self.place("model")?;
        let text = serde_json::Value::from(model).to_string();
        Some(Edit { place, text })
    }

    fn usage_edit(&self) -> Option<Edit> {
        let Some(options) = self.place("stream_options") else {
            let end = self.body.trim_ascii_end().len() - 1;
            let comma = if self.fields.is_empty() { "" } else { "," };
            let text = format!("{comma}\"stream_options\":{{{INCLUDE_USAGE}}}");
            return Some(Edit {
                place: end..end,
                text,
            });
        };
        if &self.body[options.clone()] == b"null" {
            let text = format!("{{{INCLUDE_USAGE}}}");
            return Some(Edit {
                place: options,
                text,
            });
        }
        if let Some(place) = self.place("stream_options.include_usage") {
            let text = "true".to_owned();
            return (&self.body[place.clone()] != b"true").then_some(Edit { place, text });
        }
        let is_among = |field: &Field| field.section == Section::StreamOptions;
        let comma = if self.fields.iter().any(is_among) {
            ","
        } else {
            ""
        };
        let end = options.end - 1;
        Some(Edit {
            place: end..end,
            text: format!("{comma}{INCLUDE_USAGE}"),
        })
    }

    fn place(&self, name: &str) -> Option<Range<usize>> {
        self.field(name)?.value.clone()
    }
}
