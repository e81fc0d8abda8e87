//! Meetings: what was said in a recording, by whom, and what can be told of it.

mod chapters;
mod kept;
mod notes;
mod record;

pub(crate) use self::{
    chapters::{Granularity, TitleLength},
    kept::{Meeting, Meetings, Outcome, Phrases},
    notes::{Kind, Prompt},
    record::{Hearing, Record},
};

/// The same document with names that begin with a small letter, as the native protocol has them.
pub(crate) fn in_camel_case(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Array(items) => items.into_iter().map(in_camel_case).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, field)| {
                let mut letters = name.chars();
                let first = letters.next().map(|letter| letter.to_ascii_lowercase());
                (
                    first.into_iter().chain(letters).collect::<String>(),
                    in_camel_case(field),
                )
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}
