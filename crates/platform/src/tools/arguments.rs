//! What a model calls a tool with, read and checked: it is whatever the model wrote.

use model::BuiltInTool;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::built_in::{LONGEST_ADDRESS, LONGEST_EXPRESSION, LONGEST_TEXT, LONGEST_WORDS};

/// The longest arguments, in bytes.
pub(super) const LONGEST: usize = 16 * 1024;

/// What is wrong with arguments, in words for the model.
pub(super) type Wrong = String;

/// Arguments of a tool that every site has.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arguments {
    DateTime { time_zone: Option<String> },
    Calculate { expression: String },
    FetchPage { address: String },
    SearchConversations { words: String },
    DrawImage { prompt: String },
    Speak { text: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Zone {
    #[serde(default)]
    time_zone: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expression {
    expression: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    address: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    words: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Prompt {
    prompt: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: String,
}

/// The object that arguments have to be; none at all are an empty one.
pub(super) fn object(written: &str) -> Result<Map<String, Value>, Wrong> {
    if written.len() > LONGEST {
        return Err(format!("The arguments are longer than {LONGEST} bytes."));
    }
    if written.trim().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(written) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("The arguments must be a JSON object.".to_owned()),
        Err(error) => Err(format!("The arguments are not valid JSON: {error}.")),
    }
}

/// The object, if all that a schema says must be there is there.
pub(super) fn required(
    arguments: Map<String, Value>,
    schema: &Value,
) -> Result<Map<String, Value>, Wrong> {
    let required = schema.get("required").and_then(Value::as_array);
    let mut names = required.into_iter().flatten().filter_map(Value::as_str);
    match names.find(|name| !arguments.contains_key(*name)) {
        Some(name) => Err(format!("The argument `{name}` is missing.")),
        None => Ok(arguments),
    }
}

impl Arguments {
    /// Reads and checks what a tool was called with.
    pub(super) fn parse(tool: BuiltInTool, written: &str) -> Result<Self, Wrong> {
        let object = Value::Object(object(written)?);
        Ok(match tool {
            BuiltInTool::DateTime => {
                let time_zone = read::<Zone>(object)?.time_zone;
                let time_zone = time_zone.filter(|zone| !zone.trim().is_empty());
                Self::DateTime { time_zone }
            }
            BuiltInTool::Calculate => Self::Calculate {
                expression: text(read::<Expression>(object)?.expression, LONGEST_EXPRESSION)?,
            },
            BuiltInTool::FetchPage => Self::FetchPage {
                address: text(read::<Address>(object)?.address, LONGEST_ADDRESS)?,
            },
            BuiltInTool::SearchConversations => Self::SearchConversations {
                words: text(read::<Words>(object)?.words, LONGEST_WORDS)?,
            },
            BuiltInTool::DrawImage => Self::DrawImage {
                prompt: text(read::<Prompt>(object)?.prompt, LONGEST_TEXT)?,
            },
            BuiltInTool::Speak => Self::Speak {
                text: text(read::<Text>(object)?.text, LONGEST_TEXT)?,
            },
        })
    }
}

fn read<T: DeserializeOwned>(object: Value) -> Result<T, Wrong> {
    serde_json::from_value(object).map_err(|error| format!("The arguments don't fit: {error}."))
}

fn text(written: String, most: usize) -> Result<String, Wrong> {
    if written.trim().is_empty() || written.contains('\0') {
        return Err("The text must not be blank.".to_owned());
    }
    if written.chars().count() > most {
        return Err(format!("The text is longer than {most} characters."));
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_read() {
        let zone = Arguments::parse(BuiltInTool::DateTime, "");
        assert_eq!(zone, Ok(Arguments::DateTime { time_zone: None }));
        let sum = Arguments::parse(BuiltInTool::Calculate, r#"{"expression":"1+1"}"#);
        let expression = "1+1".to_owned();
        assert_eq!(sum, Ok(Arguments::Calculate { expression }));
    }

    #[test]
    fn what_does_not_fit_is_refused_in_words() {
        let long = format!(r#"{{"text":"{}"}}"#, "字".repeat(LONGEST_TEXT + 1));
        let endless = format!(r#"{{"text":"{}"}}"#, "x".repeat(LONGEST));
        for (tool, written) in [
            (BuiltInTool::Calculate, "{}"),
            (BuiltInTool::Calculate, r#"{"expression":1}"#),
            (BuiltInTool::Calculate, r#"{"expression":" "}"#),
            (BuiltInTool::Calculate, r#"{"expression":"1","more":2}"#),
            (BuiltInTool::DateTime, "[]"),
            (BuiltInTool::DateTime, "{"),
            (BuiltInTool::Speak, &long),
            (BuiltInTool::Speak, &endless),
        ] {
            let read = Arguments::parse(tool, written);
            assert!(read.is_err_and(|wrong| !wrong.is_empty()), "{tool:?}");
        }
        let schema = serde_json::json!({ "required": ["a"] });
        assert!(required(Map::new(), &schema).is_err());
        assert!(required(Map::new(), &Value::Null).is_ok());
    }
}
