//! Whether the model reasons, and for how long.

use serde_json::Value;

use super::{Fields, extras::out_of_definition};
use crate::{
    Refusal,
    models::{Model, Streaming, Thinking},
};

impl Fields<'_> {
    pub(super) fn thinking(
        &self,
        model: &Model,
        stream: bool,
        continues: bool,
        speaks: bool,
    ) -> Result<(bool, u32), Refusal> {
        let effort = self.get("reasoning_effort").and_then(Value::as_str);
        let switch = self
            .get("enable_thinking")
            .and_then(Value::as_bool)
            .or((effort == Some("none")).then_some(false))
            .or(self.adaptive_thinking(model))
            // Who speaks doesn't reason, unless that was asked for, which is refused.
            .or(speaks.then_some(false));
        let thinking = match (model.thinking, switch) {
            (Thinking::Never, Some(true)) => {
                let message = format!("The model {} does not support enable_thinking.", model.id);
                return Err(Refusal::new(
                    400,
                    "InvalidParameter.NotSupportEnableThinking",
                    message,
                ));
            }
            (Thinking::Always, Some(false)) => {
                return Err(Refusal::invalid_parameter(
                    "The value of the enable_thinking parameter is restricted to True.",
                ));
            }
            (Thinking::Always, _) => true,
            (Thinking::Never, _) => false,
            (Thinking::Off, switch) => switch.unwrap_or(false),
            (Thinking::On, switch) => switch.unwrap_or(true),
        };
        match model.streaming {
            Streaming::Required if !stream => Err(Refusal::invalid_parameter(
                "This model only support stream mode, please enable the stream parameter to access the model.",
            )),
            Streaming::ForThinking if thinking && !stream => Err(Refusal::invalid_parameter(
                "parameter.enable_thinking must be set to false for non-streaming calls",
            )),
            Streaming::Optional | Streaming::ForThinking | Streaming::Required => Ok(()),
        }?;
        if thinking && continues {
            // Refused by the documentation, which does not print the wording.
            return Err(Refusal::inference_parameter(
                "Partial mode is not supported when enable_thinking is true",
            ));
        }
        let longest = model.max_thinking_tokens;
        let budget = match (self.get("thinking_budget"), effort) {
            (Some(_), Some(_)) => {
                let message = "The thinking_budget and reasoning_effort parameters cannot be set at the same time";
                return Err(Refusal::invalid_parameter(message));
            }
            (Some(budget), None) => budget
                .as_u64()
                .and_then(|budget| u32::try_from(budget).ok())
                .filter(|budget| (1..=longest).contains(budget))
                .ok_or_else(|| {
                    let rule = "The thinking_budget parameter must be a positive integer and not greater than";
                    Refusal::invalid_parameter(format!("{rule} {longest}"))
                })?,
            (None, Some(effort)) if model.id.starts_with("qwen3.8") => match effort {
                "low" | "minimal" => 4_096,
                "medium" => 16_384,
                "xhigh" | "high" | "max" | "none" => 262_144.min(longest),
                _ => return Err(out_of_definition("reasoning_effort")),
            },
            (None, Some("low" | "minimal")) => 4_096.min(longest),
            (None, Some("medium")) => 16_384.min(longest),
            (None, None) if model.id.starts_with("qwen3.8") => 131_072.min(longest),
            (None, Some(_) | None) => longest,
        };
        Ok((thinking, budget))
    }

    /// `thinking: {"type": "disabled"}`, which one family has instead of a switch.
    fn adaptive_thinking(&self, model: &Model) -> Option<bool> {
        let told = self.get("thinking")?.get("type")?.as_str()?;
        (model.id.starts_with("MiniMax/") && told == "disabled").then_some(false)
    }

    /// Whether the reasoning of earlier answers is part of the prompt.
    pub(super) fn preserves_thinking(&self, model: &Model) -> bool {
        let usual = ["qwen3.8-max", "qwen3.8-flash", "kimi-k2.7-code"];
        let is_usual = usual.iter().any(|family| model.id.starts_with(family));
        self.get("preserve_thinking")
            .and_then(Value::as_bool)
            .unwrap_or(is_usual)
    }
}
