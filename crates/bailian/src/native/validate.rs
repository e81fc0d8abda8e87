//! What the provider is documented to refuse is refused here, before it costs a round trip.

use super::GenerationRequest;
use crate::Error;
use crate::validate::{Sampling, require, tools};

impl GenerationRequest {
    /// Checks the documented ranges that hold for every model; what depends on the model is left to the provider.
    ///
    /// Fails with [`InvalidParameter`](crate::ErrorKind::InvalidParameter), which names the field.
    pub fn validate(&self) -> Result<(), Error> {
        let parameters = &self.parameters;
        require(!self.model.is_empty(), "model", "must not be empty")?;
        require(
            self.input.messages.is_empty() != self.input.prompt.is_none()
                || !self.input.extra.is_empty(),
            "messages",
            "either messages or a prompt, not both",
        )?;
        Sampling {
            temperature: parameters.temperature,
            top_p: parameters.top_p,
            presence_penalty: parameters.presence_penalty,
            repetition_penalty: parameters.repetition_penalty,
            seed: parameters.seed,
            max_seed: i64::MAX,
            n: parameters.n,
            top_logprobs: parameters.top_logprobs,
            max_tokens: parameters.max_tokens,
            max_completion_tokens: parameters.max_completion_tokens,
            thinking_budget: parameters.thinking_budget,
        }
        .validate()?;
        tools(&parameters.tools, parameters.n)?;
        if let Some(search) = &parameters.search_options {
            search.validate()?;
        }
        self.validate_thinking()
    }

    fn validate_thinking(&self) -> Result<(), Error> {
        let parameters = &self.parameters;
        let thinks = parameters.enable_thinking == Some(true);
        let in_text = parameters.result_format.as_deref() == Some("text");
        require(
            !in_text || !thinks && parameters.tools.is_empty(),
            "result_format",
            "must be message with tools or thinking",
        )?;
        require(
            !thinks || parameters.incremental_output != Some(false),
            "incremental_output",
            "must be on while thinking",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::Message;
    use crate::{ErrorKind, Tool};

    fn asking() -> GenerationRequest {
        GenerationRequest::text("qwen-plus", [Message::user("你好")])
    }

    #[test]
    fn what_the_provider_would_refuse_is_named() {
        let mut both = asking();
        both.input.prompt = Some("x".to_owned());
        let tool = Tool::function("f", "", serde_json::json!({}));
        for (request, parameter) in [
            (GenerationRequest::text("", [Message::user("x")]), "model"),
            (GenerationRequest::text("m", []), "messages"),
            (both, "messages"),
            (asking().temperature(2.0), "temperature"),
            (asking().seed(-1), "seed"),
            (asking().n(5_u32), "n"),
            (asking().tools([tool.clone()]).n(2_u32), "n"),
            (
                asking().tools([tool]).result_format("text"),
                "result_format",
            ),
            (
                asking().enable_thinking(true).result_format("text"),
                "result_format",
            ),
            (
                asking().enable_thinking(true).incremental_output(false),
                "incremental_output",
            ),
        ] {
            let parameter = Some(parameter.to_owned());
            let error = request.validate().err();
            assert_eq!(
                error.map(|error| error.kind().clone()),
                Some(ErrorKind::InvalidParameter { parameter })
            );
        }
        assert!(
            asking()
                .seed(i64::MAX)
                .enable_thinking(true)
                .validate()
                .is_ok()
        );
    }
}
