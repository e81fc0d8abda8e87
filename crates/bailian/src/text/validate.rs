//! What the provider is documented to refuse is refused here, before it costs a round trip.

use super::{ChatRequest, Message, Role};
use crate::Error;
use crate::validate::{Sampling, require, tools};

const MAX_SEED: i64 = (1 << 31) - 1;

impl ChatRequest {
    /// Checks the documented ranges that hold for every model; what depends on the model is left to the provider.
    ///
    /// Fails with [`InvalidParameter`](crate::ErrorKind::InvalidParameter), which names the field.
    pub fn validate(&self) -> Result<(), Error> {
        require(!self.model.is_empty(), "model", "you must provide a model")?;
        require(
            !self.messages.is_empty(),
            "messages",
            "messages must not be empty",
        )?;
        Sampling {
            temperature: self.temperature,
            top_p: self.top_p,
            presence_penalty: self.presence_penalty,
            repetition_penalty: self.repetition_penalty,
            seed: self.seed,
            max_seed: MAX_SEED,
            n: self.n,
            top_logprobs: self.top_logprobs,
            max_tokens: self.max_tokens,
            max_completion_tokens: self.max_completion_tokens,
            thinking_budget: self.thinking_budget,
        }
        .validate()?;
        tools(&self.tools, self.n)?;
        if let Some(search) = &self.search_options {
            search.validate()?;
        }
        let speaks = self
            .modalities
            .iter()
            .flatten()
            .any(|modality| modality == "audio");
        require(
            !speaks || self.stream == Some(true),
            "modalities",
            "audio is only streamed",
        )?;
        self.validate_messages()
    }

    fn validate_messages(&self) -> Result<(), Error> {
        let is_partial = |message: &Message| message.partial == Some(true);
        if let Some((last, before)) = self.messages.split_last() {
            require(
                !before.iter().any(is_partial),
                "messages",
                "only the last message can be partial",
            )?;
            if is_partial(last) {
                require(
                    last.role == Role::Assistant,
                    "messages",
                    "only an assistant's message can be partial",
                )?;
                require(
                    self.enable_thinking != Some(true),
                    "enable_thinking",
                    "a prefix cannot be continued while thinking",
                )?;
            }
        }
        let mut asked = false;
        for message in &self.messages {
            if message.role == Role::Tool {
                require(
                    asked,
                    "messages",
                    "a tool's message must follow one with tool_calls",
                )?;
                require(
                    message.tool_call_id.is_some(),
                    "messages",
                    "a tool's message needs a tool_call_id",
                )?;
            } else {
                asked = !message.tool_calls.is_empty();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::text::{Tool, ToolCall};

    fn asking() -> ChatRequest {
        ChatRequest::new("qwen-plus", [Message::user("你好")])
    }

    fn tool(name: &str) -> Tool {
        Tool::function(name, "", serde_json::json!({}))
    }

    #[test]
    fn what_the_provider_would_refuse_is_named() {
        let partial = Message::assistant("def ").partial(true);
        for (request, parameter) in [
            (ChatRequest::new("", [Message::user("x")]), "model"),
            (ChatRequest::new("m", []), "messages"),
            (asking().temperature(2.0), "temperature"),
            (asking().temperature(f64::NAN), "temperature"),
            (asking().top_p(0.0), "top_p"),
            (asking().presence_penalty(-2.1), "presence_penalty"),
            (asking().repetition_penalty(0.0), "repetition_penalty"),
            (asking().seed(-1), "seed"),
            (asking().seed(1_i64 << 31), "seed"),
            (asking().max_tokens(0_u32), "max_tokens"),
            (asking().thinking_budget(0_u32), "thinking_budget"),
            (asking().n(5_u32), "n"),
            (asking().n(2_u32).tools([tool("a")]), "n"),
            (asking().tools([tool("search")]), "tools"),
            (asking().tools([tool("天气")]), "tools"),
            (
                asking().modalities(vec!["text".to_owned(), "audio".to_owned()]),
                "modalities",
            ),
            (
                ChatRequest::new("m", [Message::user("x"), Message::tool("call_1", "sunny")]),
                "messages",
            ),
            (
                ChatRequest::new("m", [partial.clone(), Message::user("x")]),
                "messages",
            ),
            (
                ChatRequest::new("m", [Message::user("x"), partial]).enable_thinking(true),
                "enable_thinking",
            ),
        ] {
            let parameter = Some(parameter.to_owned());
            let error = request.validate().err();
            assert_eq!(
                error.map(|error| error.kind().clone()),
                Some(ErrorKind::InvalidParameter { parameter })
            );
        }
    }

    #[test]
    fn what_the_provider_accepts_passes() {
        let calling = Message::assistant("").with_tool_calls(vec![ToolCall::default()]);
        let results = [
            Message::user("x"),
            calling,
            Message::tool("a", "1"),
            Message::tool("b", "2"),
        ];
        for request in [
            asking()
                .temperature(0.0)
                .top_p(1.0)
                .top_k(500_u32)
                .seed(MAX_SEED)
                .n(4_u32),
            ChatRequest::new("m", results),
            ChatRequest::new(
                "m",
                [Message::user("x"), Message::assistant("def").partial(true)],
            ),
        ] {
            assert!(request.validate().is_ok(), "{request:?}");
        }
    }
}
