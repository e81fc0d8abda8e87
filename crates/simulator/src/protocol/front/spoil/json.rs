//! Faults inside a JSON document.

use serde_json::{Value, json};

/// Stands for text that no JSON value can be; it is replaced after the document is written.
const PLACEHOLDER: &str = "\u{1}";

/// The document with `text` in place of every number of its usage, valid JSON or not.
pub(super) fn with_usage(document: &Value, text: &str) -> String {
    let mut document = document.clone();
    in_usage(&mut document, false);
    let placeholder = Value::from(PLACEHOLDER).to_string();
    document.to_string().replace(&placeholder, text)
}

fn in_usage(value: &mut Value, inside: bool) {
    match value {
        Value::Number(_) if inside => *value = PLACEHOLDER.into(),
        Value::Array(items) => items.iter_mut().for_each(|item| in_usage(item, inside)),
        Value::Object(fields) => {
            for (name, field) in fields {
                in_usage(field, inside || name == "usage");
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Takes every usage away.
pub(super) fn without_usage(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_usage),
        Value::Object(fields) => {
            if fields.get("usage").is_some_and(Value::is_object) {
                fields.insert("usage".to_owned(), Value::Null);
            }
            fields.values_mut().for_each(without_usage);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Adds fields that nobody knows to every object.
pub(super) fn with_unknown_fields(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(with_unknown_fields),
        Value::Object(fields) => {
            fields.values_mut().for_each(with_unknown_fields);
            fields.insert(
                "simulated_field".to_owned(),
                json!({ "nested": [1, null, { "deep": true }], "text": "新" }),
            );
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Replaces every field of these names.
pub(super) fn replace(value: &mut Value, names: &[&str], by: &Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, names, by)),
        Value::Object(fields) => {
            for (name, field) in fields {
                if names.contains(&name.as_str()) {
                    field.clone_from(by);
                } else {
                    replace(field, names, by);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a field of this name is a text or an object, at any depth.
pub(super) fn tells(value: &Value, name: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| tells(item, name)),
        Value::Object(fields) => fields.iter().any(|(known, field)| {
            (known == name && (field.is_string() || field.is_object())) || tells(field, name)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{replace, tells, with_unknown_fields, with_usage, without_usage};

    #[test]
    fn only_the_numbers_of_the_usage_become_absurd() {
        let document =
            json!({ "index": 0, "usage": { "total_tokens": 3, "details": { "cached": 1 } } });
        assert_eq!(
            with_usage(&document, "NaN"),
            r#"{"index":0,"usage":{"details":{"cached":NaN},"total_tokens":NaN}}"#
        );
    }

    #[test]
    fn fields_are_taken_added_and_replaced_at_any_depth() {
        let document = || json!({ "output": { "choices": [{ "delta": { "content": "春" } }] }, "usage": { "a": 1 } });
        let mut without = document();
        without_usage(&mut without);
        assert!(without["usage"].is_null());
        let mut more = document();
        with_unknown_fields(&mut more);
        assert!(more["output"]["choices"][0]["delta"]["simulated_field"].is_object());
        let mut empty = document();
        replace(&mut empty, &["choices"], &json!([]));
        assert_eq!(empty["output"]["choices"], json!([]));
        assert!(tells(&document(), "delta") && !tells(&document(), "finish_reason"));
    }
}
