//! A question that says which function is to be called, and with what: `call NAME with {"a":1}`, anywhere in it.

use serde_json::{Deserializer, Value};

use super::Tool;

/// The function and its arguments as they were written, where the function was given.
pub(super) fn call(question: &str, tools: &[Tool]) -> Option<(String, String)> {
    question.match_indices("call ").find_map(|(at, word)| {
        let (name, rest) = question[at + word.len()..].split_once(" with ")?;
        let tool = tools.iter().find(|tool| tool.name == name.trim())?;
        let mut values = Deserializer::from_str(rest).into_iter::<Value>();
        let arguments = values.next()?.ok()?;
        Some((tool.name.clone(), arguments.to_string()))
    })
}
