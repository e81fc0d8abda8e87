//! Documented ranges that both protocols share.

use crate::{Error, Tool};

const MAX_TOOL_NAME: usize = 64;

/// What steers how tokens are drawn and how many.
#[derive(Default)]
pub(crate) struct Sampling {
    pub(crate) temperature: Option<f64>,
    pub(crate) top_p: Option<f64>,
    pub(crate) presence_penalty: Option<f64>,
    pub(crate) repetition_penalty: Option<f64>,
    pub(crate) seed: Option<i64>,
    pub(crate) max_seed: i64,
    pub(crate) n: Option<u32>,
    pub(crate) top_logprobs: Option<u32>,
    pub(crate) max_tokens: Option<u32>,
    pub(crate) max_completion_tokens: Option<u32>,
    pub(crate) thinking_budget: Option<u32>,
}

impl Sampling {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let within = |value: Option<f64>, accept: fn(f64) -> bool| value.is_none_or(accept);
        let positive = |value: Option<u32>| value.is_none_or(|value| value > 0);
        let seed = self
            .seed
            .is_none_or(|seed| (0..=self.max_seed).contains(&seed));
        for (holds, field, message) in [
            (
                within(self.temperature, |t| (0.0..2.0).contains(&t)),
                "temperature",
                "must be in [0, 2)",
            ),
            (
                within(self.top_p, |p| p > 0.0 && p <= 1.0),
                "top_p",
                "must be in (0, 1]",
            ),
            (
                within(self.presence_penalty, |p| (-2.0..=2.0).contains(&p)),
                "presence_penalty",
                "must be in [-2, 2]",
            ),
            (
                within(self.repetition_penalty, |p| p > 0.0 && p.is_finite()),
                "repetition_penalty",
                "must be above 0",
            ),
            (
                seed,
                "seed",
                "must not be negative, nor above the protocol's largest",
            ),
            (
                self.n.is_none_or(|n| (1..=4).contains(&n)),
                "n",
                "must be in [1, 4]",
            ),
            (
                self.top_logprobs.is_none_or(|n| n <= 5),
                "top_logprobs",
                "must be in [0, 5]",
            ),
            (
                positive(self.max_tokens),
                "max_tokens",
                "must be at least 1",
            ),
            (
                positive(self.max_completion_tokens),
                "max_completion_tokens",
                "must be at least 1",
            ),
            (
                positive(self.thinking_budget),
                "thinking_budget",
                "must be at least 1",
            ),
        ] {
            require(holds, field, message)?;
        }
        Ok(())
    }
}

/// The names of tools, and that several answers exclude them.
pub(crate) fn tools(tools: &[Tool], answers: Option<u32>) -> Result<(), Error> {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    for tool in tools {
        let name = tool.function.name.as_str();
        let good = (1..=MAX_TOOL_NAME).contains(&name.len())
            && name.chars().all(known)
            && name != "search";
        require(
            good,
            "tools",
            "a tool's name has 1 to 64 letters, digits, _ or -, and is not `search`",
        )?;
    }
    require(
        tools.is_empty() || answers.is_none_or(|n| n == 1),
        "n",
        "must be 1 with tools",
    )
}

/// Fails naming the field unless the condition holds.
pub(crate) fn require(holds: bool, parameter: &str, message: &str) -> Result<(), Error> {
    if holds {
        Ok(())
    } else {
        Err(Error::invalid(parameter, format!("{parameter}: {message}")))
    }
}
