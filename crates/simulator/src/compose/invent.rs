//! Values that fit a JSON schema, for tool calls and structured answers.

use serde_json::{Map, Number, Value};

/// A schema that refers to itself is followed so deep, and what is optional only half as deep.
const DEEPEST: usize = 16;

/// The simplest value that fits: the first of an enumeration, the question where a text is wanted.
pub(crate) fn value(schema: &Value, question: &str) -> Value {
    let inventor = Inventor {
        root: schema,
        question,
    };
    inventor.fit(schema, 0)
}

struct Inventor<'a> {
    /// What `$ref` points into.
    root: &'a Value,
    question: &'a str,
}

impl Inventor<'_> {
    fn fit(&self, schema: &Value, depth: usize) -> Value {
        if depth > DEEPEST {
            return Value::Null;
        }
        if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
            let target = self.root.pointer(path.trim_start_matches('#'));
            return target.map_or(Value::Null, |target| self.fit(target, depth + 1));
        }
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        let list = |name: &str| schema.get(name).and_then(Value::as_array);
        if let Some(first) = list("enum").and_then(|list| list.first()) {
            return first.clone();
        }
        if let Some(parts) = list("allOf") {
            return self.together(schema, parts, depth);
        }
        if let Some(choices) = list("anyOf").or_else(|| list("oneOf")) {
            let chosen = choose(choices, depth);
            return chosen.map_or(Value::Null, |chosen| self.fit(chosen, depth + 1));
        }
        match kind(schema) {
            Some("string") => self.text(schema).into(),
            Some("integer") => integer(schema).into(),
            Some("number") => number(schema),
            Some("boolean") => true.into(),
            Some("null") => Value::Null,
            Some("array") => self.array(schema, depth),
            Some(_) | None => self.object(schema, depth),
        }
    }

    /// Objects of all parts in one, or the value of the first part that is none.
    fn together(&self, schema: &Value, parts: &[Value], depth: usize) -> Value {
        let mut all = Map::new();
        for part in parts {
            match self.fit(part, depth + 1) {
                Value::Object(members) => all.extend(members),
                other => return other,
            }
        }
        if let Value::Object(members) = self.object(schema, depth) {
            all.extend(members);
        }
        all.into()
    }

    fn array(&self, schema: &Value, depth: usize) -> Value {
        let fixed = schema
            .get("prefixItems")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mut items: Vec<Value> = fixed.iter().map(|item| self.fit(item, depth + 1)).collect();
        let least = size(schema, "minItems").unwrap_or(0);
        let most = size(schema, "maxItems").unwrap_or(usize::MAX);
        let usual = usize::from(depth <= DEEPEST / 2);
        let count = least.max(usual).min(most);
        let any = Value::Object(Map::from_iter([("type".to_owned(), "string".into())]));
        let item = schema.get("items").filter(|item| item.is_object());
        let distinct = schema.get("uniqueItems").and_then(Value::as_bool) == Some(true);
        while items.len() < count {
            let mut next = self.fit(item.unwrap_or(&any), depth + 1);
            if distinct && !items.is_empty() {
                next = another(next, items.len());
            }
            items.push(next);
        }
        items.into()
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let none = Map::new();
        let properties = schema
            .get("properties")
            .and_then(Value::as_object)
            .unwrap_or(&none);
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let members = properties
            .iter()
            .filter(|(name, _)| depth <= DEEPEST / 2 || required.contains(&name.as_str()));
        let mut object: Map<String, Value> = members
            .map(|(name, schema)| (name.clone(), self.fit(schema, depth + 1)))
            .collect();
        // What is required without being described may be anything.
        for name in required {
            if !object.contains_key(name) {
                object.insert(name.to_owned(), word(self.question).into());
            }
        }
        object.into()
    }

    fn text(&self, schema: &Value) -> String {
        match schema.get("format").and_then(Value::as_str) {
            Some("date") => return "2026-01-15".to_owned(),
            Some("time") => return "08:30:00Z".to_owned(),
            Some("date-time") => return "2026-01-15T08:30:00Z".to_owned(),
            Some("duration") => return "PT1H".to_owned(),
            Some("email") => return "someone@example.com".to_owned(),
            Some("hostname") => return "example.com".to_owned(),
            Some("uri") => return "https://example.com/".to_owned(),
            Some("ipv4") => return "192.0.2.1".to_owned(),
            Some("ipv6") => return "2001:db8::1".to_owned(),
            Some("uuid") => return "0b7f6f0e-3f2a-9c51-8d0e-5a5c4b3a2f10".to_owned(),
            Some(_) | None => {}
        }
        let least = size(schema, "minLength").unwrap_or(0);
        let most = size(schema, "maxLength").unwrap_or(usize::MAX);
        let mut text: String = word(self.question).chars().take(most).collect();
        while text.chars().count() < least {
            text.push('x');
        }
        text
    }
}

/// The first choice, but an end once it is deep enough.
fn choose(choices: &[Value], depth: usize) -> Option<&Value> {
    let is_null = |choice: &&Value| kind(choice) == Some("null");
    let wanted = if depth > DEEPEST / 2 {
        choices.iter().find(is_null)
    } else {
        choices.iter().find(|choice| !is_null(choice))
    };
    wanted.or(choices.first())
}

/// The type, the first that is not null where there are several.
fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::Array(kinds) => {
            let mut names = kinds.iter().filter_map(Value::as_str);
            let first = names.next()?;
            if first == "null" {
                names.next().or(Some(first))
            } else {
                Some(first)
            }
        }
        kind => kind.as_str(),
    }
}

fn size(schema: &Value, name: &str) -> Option<usize> {
    usize::try_from(schema.get(name)?.as_u64()?).ok()
}

/// 1, or what is nearest to it within the limits.
fn integer(schema: &Value) -> i64 {
    let limit = |name: &str| schema.get(name).and_then(Value::as_i64);
    let least = limit("minimum").max(limit("exclusiveMinimum").map(|limit| limit + 1));
    let upper = limit("exclusiveMaximum").map(|limit| limit - 1);
    let most = [limit("maximum"), upper].into_iter().flatten().min();
    let usual = 1
        .max(least.unwrap_or(i64::MIN))
        .min(most.unwrap_or(i64::MAX));
    match limit("multipleOf").filter(|step| *step > 0) {
        Some(step) => {
            let above = usual.div_euclid(step) * step;
            let above = if above < usual { above + step } else { above };
            if most.is_some_and(|most| above > most) {
                above - step
            } else {
                above
            }
        }
        None => usual,
    }
}

/// 1.5, or the middle of the limits.
fn number(schema: &Value) -> Value {
    let limit = |one: &str, other: &str| {
        let found = schema.get(one).or_else(|| schema.get(other));
        found.and_then(Value::as_f64)
    };
    if let Some(step) = schema.get("multipleOf").and_then(Value::as_i64) {
        return (integer(schema).max(step)).into();
    }
    let usual = match (
        limit("minimum", "exclusiveMinimum"),
        limit("maximum", "exclusiveMaximum"),
    ) {
        (Some(least), Some(most)) if !(least < 1.5 && 1.5 < most) => f64::midpoint(least, most),
        (Some(least), None) if least >= 1.5 => least + 0.5,
        (None, Some(most)) if most <= 1.5 => most - 0.5,
        _ => 1.5,
    };
    Number::from_f64(usual).map_or(Value::Null, Value::Number)
}

/// The same value made different, where it can be.
fn another(value: Value, count: usize) -> Value {
    match value {
        Value::String(text) => format!("{text} {}", count + 1).into(),
        Value::Number(number) => {
            let step = i64::try_from(count).unwrap_or(0);
            number
                .as_i64()
                .map_or(Value::Number(number), |number| (number + step).into())
        }
        other => other,
    }
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::value;

    #[test]
    fn values_fit_their_schemas() {
        let limits = [
            (json!({ "const": 7 }), json!(7)),
            (json!({ "enum": ["a", "b"] }), json!("a")),
            (
                json!({ "type": "integer", "minimum": 18, "maximum": 99 }),
                json!(18),
            ),
            (json!({ "type": "integer", "maximum": -3 }), json!(-3)),
            (
                json!({ "type": "integer", "exclusiveMinimum": 10, "multipleOf": 5 }),
                json!(15),
            ),
            (
                json!({ "type": "number", "minimum": 0, "maximum": 1 }),
                json!(0.5),
            ),
            (
                json!({ "type": ["null", "string"], "maxLength": 3 }),
                json!("que"),
            ),
            (
                json!({ "type": "string", "minLength": 10 }),
                json!("questionxx"),
            ),
            (
                json!({ "type": "string", "format": "date" }),
                json!("2026-01-15"),
            ),
            (
                json!({ "type": "array", "items": { "type": "integer" }, "minItems": 3, "uniqueItems": true }),
                json!([1, 2, 3]),
            ),
            (json!({ "type": "array", "maxItems": 0 }), json!([])),
            (
                json!({ "anyOf": [{ "type": "null" }, { "type": "boolean" }] }),
                json!(true),
            ),
            (
                json!({ "type": "object", "required": ["free"] }),
                json!({ "free": "question" }),
            ),
            (
                json!({ "allOf": [{ "properties": { "a": { "const": 1 } } }, { "properties": { "b": { "const": 2 } } }] }),
                json!({ "a": 1, "b": 2 }),
            ),
        ];
        for (schema, expected) in limits {
            assert_eq!(value(&schema, "a question"), expected, "{schema}");
        }
    }

    #[test]
    fn references_are_followed_and_come_to_an_end() {
        let schema = json!({
            "$ref": "#/$defs/node",
            "$defs": { "node": {
                "type": "object",
                "properties": {
                    "name": { "type": "string" },
                    "children": { "type": "array", "items": { "$ref": "#/$defs/node" } },
                    "parent": { "anyOf": [{ "$ref": "#/$defs/node" }, { "type": "null" }] },
                },
                "required": ["name"],
            } },
        });
        let tree = value(&schema, "oak");
        assert_eq!(tree.pointer("/children/0/name"), Some(&Value::from("oak")));
    }
}
