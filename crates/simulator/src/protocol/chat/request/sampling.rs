//! How the answer is drawn and where it ends.

use serde_json::Value;

use super::{Fields, extras::out_of_definition};
use crate::{Refusal, models::Model};

impl Fields<'_> {
    pub(super) fn check_sampling(&self) -> Result<(), Refusal> {
        type Range = fn(f64) -> bool;
        let rules: [(&str, Range, &str); 5] = [
            (
                "temperature",
                |n| (0.0..2.0).contains(&n),
                "Temperature should be in [0.0, 2.0)",
            ),
            (
                "top_p",
                |n| n > 0.0 && n <= 1.0,
                "Range of top_p should be (0.0, 1.0]",
            ),
            (
                "top_k",
                |n| n >= 0.0,
                "Parameter top_k be greater than or equal to 0",
            ),
            (
                "repetition_penalty",
                |n| n > 0.0,
                "Repetition_penalty should be greater than 0.0",
            ),
            (
                "presence_penalty",
                |n| (-2.0..=2.0).contains(&n),
                "Presence_penalty should be in [-2.0, 2.0]",
            ),
        ];
        for (name, is_valid, wording) in rules {
            let Some(value) = self.get(name) else {
                continue;
            };
            let kind = if name == "top_k" { "Integer" } else { "Float" };
            let number = value
                .as_f64()
                .ok_or_else(|| Refusal::invalid_parameter(format!("'{name}' must be {kind}")))?;
            if !is_valid(number) {
                return Err(Refusal::invalid_parameter(wording));
            }
        }
        Ok(())
    }

    pub(super) fn max_tokens(&self, name: &str, model: &Model) -> Result<u32, Refusal> {
        let largest = model.max_output_tokens;
        let Some(value) = self.get(name) else {
            return Ok(u32::MAX);
        };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number
            .filter(|number| (1..=largest).contains(number))
            .ok_or_else(|| {
                Refusal::inference_parameter(&format!("Range of {name} should be [1, {largest}]"))
            })
    }

    pub(super) fn stop(&self) -> Result<Vec<String>, Refusal> {
        let wrong = || {
            Refusal::invalid_parameter(
                r#"The "stop" parameter must be of type "str", "list[str]", "list[int]", or "list[list[int]]", and all elements within the list must be of the same type."#,
            )
        };
        match self.get("stop") {
            None => Ok(Vec::new()),
            Some(Value::String(word)) => Ok(vec![word.clone()]),
            // Token ids mean nothing without the model's vocabulary.
            Some(Value::Array(list))
                if list.iter().all(Value::is_u64) || list.iter().all(Value::is_array) =>
            {
                Ok(Vec::new())
            }
            Some(Value::Array(list)) => list
                .iter()
                .map(|word| word.as_str().map(str::to_owned).ok_or_else(wrong))
                .collect(),
            Some(_) => Err(wrong()),
        }
    }

    /// One, when functions may be called.
    pub(super) fn choices(&self, has_tools: bool) -> Result<u32, Refusal> {
        let Some(value) = self.get("n") else {
            return Ok(1);
        };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number
            .filter(|number| (1..=4).contains(number))
            .ok_or_else(|| Refusal::invalid_parameter("Range of n should be [1, 4]"))
            .and_then(|number| {
                if has_tools && number > 1 {
                    // The rule is documented, its words are not.
                    return Err(out_of_definition("n"));
                }
                Ok(number)
            })
    }

    pub(super) fn seed(&self) -> Result<u64, Refusal> {
        let refused = |message: String| {
            Refusal::new(400, "invalid_value", message).of_type("invalid_request_error")
        };
        let Some(value) = self.get("seed") else {
            return Ok(1234);
        };
        let number = value
            .as_i64()
            .ok_or_else(|| refused("'seed' must be Integer".to_owned()))?;
        match u64::try_from(number) {
            Ok(seed) if seed <= 2_147_483_647 => Ok(seed),
            Ok(seed) => Err(refused(format!(
                "{seed} is greater than the maximum of 2147483647 - 'seed'"
            ))),
            Err(_) => Err(refused(format!(
                "{number} is lesser than the minimum of 0 - 'seed'"
            ))),
        }
    }
}
