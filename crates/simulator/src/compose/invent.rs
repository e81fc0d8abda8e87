//! Values that fit a JSON schema, for tool calls and structured answers.

use serde_json::{Map, Value};

/// The simplest value that fits: the first of an enumeration, the question where a text is wanted.
pub(crate) fn value(schema: &Value, question: &str) -> Value {
    if let Some(first) = schema
        .get("enum")
        .and_then(Value::as_array)
        .and_then(|list| list.first())
    {
        return first.clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => word(question).into(),
        Some("integer") => 1.into(),
        Some("number") => 1.5.into(),
        Some("boolean") => true.into(),
        Some("null") => Value::Null,
        Some("array") => vec![value(schema.get("items").unwrap_or(&Value::Null), question)].into(),
        Some(_) | None => object(schema, question),
    }
}

fn object(schema: &Value, question: &str) -> Value {
    let properties = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let members = properties.map(|(name, schema)| (name.clone(), value(schema, question)));
    members.collect::<Map<_, _>>().into()
}

/// The last word of the question, which is often what it is about, or a few characters of Chinese.
fn word(question: &str) -> String {
    let trimmed = question.trim_matches(|c: char| c.is_whitespace() || "?!.。？！".contains(c));
    trimmed
        .split_whitespace()
        .next_back()
        .unwrap_or("Hangzhou")
        .chars()
        .take(24)
        .collect()
}
