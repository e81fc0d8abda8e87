//! Answers that are not prose: tool calls and JSON.

use serde_json::Value;

use super::Fields;
use crate::{
    Refusal,
    compose::{Message, Tool, ToolChoice},
    models::{Ability, Model},
};

impl Fields<'_> {
    pub(super) fn tools(
        &self,
        model: &Model,
        thinking: bool,
    ) -> Result<(Vec<Tool>, ToolChoice), Refusal> {
        let list = self
            .get("tools")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        if !list.is_empty() && !model.accepts.has(Ability::Tools) {
            return Err(Refusal::invalid_parameter(
                "The tool call is not supported.",
            ));
        }
        let tools = list.iter().map(tool).collect::<Result<Vec<_>, _>>()?;
        let chosen = match self.get("tool_choice") {
            None => ToolChoice::Auto,
            Some(Value::String(word)) if word == "auto" => ToolChoice::Auto,
            Some(Value::String(word)) if word == "none" => {
                return Ok((Vec::new(), ToolChoice::Auto));
            }
            Some(_) if thinking => {
                return Err(Refusal::inference_parameter(
                    "The tool_choice parameter does not support being set to required or object in thinking mode",
                ));
            }
            // Only third parties' models can be forced without naming a function.
            Some(Value::String(word)) if word == "required" && model.provider != "system" => {
                ToolChoice::Required
            }
            Some(choice) => choice
                .pointer("/function/name")
                .and_then(Value::as_str)
                .map(|name| ToolChoice::Named(name.to_owned()))
                .ok_or_else(|| {
                    Refusal::invalid_parameter(
                        r#"tool_choice is one of the strings that should be ["none", "auto"]"#,
                    )
                })?,
        };
        Ok((tools, chosen))
    }

    pub(super) fn json_schema(
        &self,
        model: &Model,
        messages: &[Message],
        thinking: bool,
    ) -> Result<Option<Value>, Refusal> {
        let Some(format) = self.get("response_format") else {
            return Ok(None);
        };
        let kind = format.get("type").and_then(Value::as_str);
        match kind {
            Some("text") => Ok(None),
            Some("json_object" | "json_schema") if thinking => Err(Refusal::invalid_parameter(
                "Json mode response is not supported when enable_thinking is true",
            )),
            Some("json_object")
                if !messages
                    .iter()
                    .any(|message| message.text.to_lowercase().contains("json")) =>
            {
                Err(Refusal::inference_parameter(
                    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
                ))
            }
            Some("json_object") => Ok(Some(Value::Null)),
            Some("json_schema") if model.accepts.has(Ability::Structured) => Ok(Some(
                format
                    .pointer("/json_schema/schema")
                    .cloned()
                    .unwrap_or(Value::Null),
            )),
            Some(_) | None => {
                let told = kind.map_or_else(|| format.to_string(), str::to_owned);
                let rule = "Unknown format of response_format, response_format should be a dict, includes 'type' and an optional key 'json_schema'. The response_format type from user is";
                Err(Refusal::invalid_parameter(format!("{rule} {told}.")))
            }
        }
    }
}

fn tool(value: &Value) -> Result<Tool, Refusal> {
    let function = value.get("function");
    let name = function
        .and_then(|function| function.get("name"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_name = !name.is_empty()
        && name.len() <= 64
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if name == "search" {
        return Err(Refusal::invalid_parameter(
            "Tool names are not allowed to be [search]",
        ));
    }
    if !is_name {
        return Err(Refusal::invalid_parameter(
            "The type or value of tools is out of definition.",
        ));
    }
    let parameters = function
        .and_then(|function| function.get("parameters"))
        .cloned()
        .unwrap_or(Value::Null);
    Ok(Tool {
        name: name.to_owned(),
        parameters,
    })
}
