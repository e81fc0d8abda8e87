//! Items: what a turn is made of, as it is kept and listed.

use serde_json::{Value, json};

use crate::{Refusal, dice::Dice};

/// The items of `input`, a string or an array, each with an id.
pub(super) fn of_input(input: Option<&Value>, dice: &mut Dice) -> Result<Vec<Value>, Refusal> {
    match input {
        Some(Value::String(text)) => Ok(vec![message("user", text, dice)]),
        Some(Value::Array(items)) if !items.is_empty() => {
            items.iter().map(|item| numbered(item, dice)).collect()
        }
        _ => Err(Refusal::invalid_parameter(
            "Required parameter(input) missing or invalid, please check the request parameters.",
        )),
    }
}

/// An item as it came, with an id and its content as an array.
pub(super) fn numbered(item: &Value, dice: &mut Dice) -> Result<Value, Refusal> {
    let mut item = item.clone();
    let Some(fields) = item.as_object_mut() else {
        return Err(Refusal::invalid_parameter("input: an item is no object"));
    };
    let kind = fields
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or("message")
        .to_owned();
    if kind == "message" {
        let role = fields.get("role").and_then(Value::as_str);
        let role = match role {
            Some(role @ ("user" | "assistant" | "system" | "developer")) => role.to_owned(),
            _ => {
                return Err(Refusal::invalid_parameter(
                    "input: role must be user, assistant, system or developer",
                ));
            }
        };
        if let Some(Value::String(text)) = fields.get("content") {
            let part = part(&role, text);
            fields.insert("content".to_owned(), json!([part]));
        }
        fields.insert("status".to_owned(), "completed".into());
    }
    fields.insert("type".to_owned(), kind.into());
    if !fields.contains_key("id") {
        fields.insert("id".to_owned(), format!("msg_{}", dice.uuid()).into());
    }
    Ok(item)
}

fn message(role: &str, text: &str, dice: &mut Dice) -> Value {
    json!({
        "id": format!("msg_{}", dice.uuid()), "type": "message", "role": role, "status": "completed",
        "content": [part(role, text)],
    })
}

fn part(role: &str, text: &str) -> Value {
    let kind = if role == "assistant" {
        "output_text"
    } else {
        "input_text"
    };
    json!({ "type": kind, "text": text })
}

/// A part of a list.
#[derive(Debug)]
pub(super) struct Page<'a> {
    items: Vec<&'a Value>,
    has_more: bool,
}

impl<'a> Page<'a> {
    /// At most `limit` items that follow the one named `after`.
    pub(super) fn of(
        items: &'a [Value],
        after: Option<&str>,
        limit: usize,
        ascending: bool,
    ) -> Self {
        let mut ordered: Vec<&Value> = items.iter().collect();
        if !ascending {
            ordered.reverse();
        }
        let from = after.map_or(0, |after| {
            let place = ordered.iter().position(|item| item["id"] == after);
            place.map_or(ordered.len(), |place| place + 1)
        });
        let rest = ordered.split_off(from);
        Self {
            has_more: rest.len() > limit,
            items: rest.into_iter().take(limit).collect(),
        }
    }

    /// The list as it is answered.
    pub(super) fn list(&self) -> Value {
        json!({
            "data": self.items,
            "first_id": self.items.first().map(|item| &item["id"]),
            "last_id": self.items.last().map(|item| &item["id"]),
            "has_more": self.has_more,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Page;

    #[test]
    fn pages_follow_each_other_without_gap() {
        let items: Vec<_> = (0..5).map(|id| json!({ "id": id.to_string() })).collect();
        let first = Page::of(&items, None, 2, false).list();
        assert_eq!(first["data"], json!([{ "id": "4" }, { "id": "3" }]));
        assert_eq!(
            (&first["last_id"], &first["has_more"]),
            (&json!("3"), &json!(true))
        );
        let next = Page::of(&items, Some("3"), 20, false).list();
        assert_eq!(
            (&next["first_id"], &next["last_id"]),
            (&json!("2"), &json!("0"))
        );
        assert_eq!(next["has_more"], false);
        let none = Page::of(&items, Some("unknown"), 20, true).list();
        assert_eq!(none["data"], json!([]));
    }
}
