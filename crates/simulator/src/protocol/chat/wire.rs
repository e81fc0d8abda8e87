//! The bytes of a completion, as recorded: the order of keys differs between the kinds of chunks, as it does in truth.

use serde_json::{Value, json};

use crate::script::{ToolCall, Usage};

/// What every chunk of one completion repeats.
pub(crate) struct Wire {
    tail: String,
    pub(crate) request_id: String,
}

impl Wire {
    pub(crate) fn new(request_id: &str, model: &str, created: u64) -> Self {
        let name = text(model);
        let tail = format!(
            r#""created":{created},"system_fingerprint":null,"model":{name},"id":"chatcmpl-{request_id}"}}"#
        );
        Self {
            tail,
            request_id: request_id.to_owned(),
        }
    }

    /// The first chunk: the role and nothing else.
    pub(crate) fn role(&self, index: usize, thinking: bool) -> String {
        let delta = if thinking {
            r#"{"content":null,"role":"assistant","reasoning_content":""}"#
        } else {
            r#"{"content":"","role":"assistant"}"#
        };
        self.chunk(&format!(
            r#"{{"delta":{delta},"index":{index},"logprobs":null,"finish_reason":null}}"#
        ))
    }

    /// A piece of reasoning.
    pub(crate) fn reasoning(&self, index: usize, first: bool, piece: &str) -> String {
        self.piece(
            index,
            first,
            &format!(r#"{{"content":null,"reasoning_content":{}}}"#, text(piece)),
        )
    }

    /// A piece of the answer.
    pub(crate) fn content(&self, index: usize, first: bool, thinking: bool, piece: &str) -> String {
        let reasoning = if thinking {
            r#","reasoning_content":null"#
        } else {
            ""
        };
        self.piece(
            index,
            first,
            &format!(r#"{{"content":{}{reasoning}}}"#, text(piece)),
        )
    }

    /// The first fragment of a call, which carries the role too, and the second one.
    pub(crate) fn tool_call(&self, index: usize, call: &ToolCall) -> [String; 2] {
        let (start, rest) = call
            .arguments
            .split_at(call.arguments.find(':').map_or(0, |colon| colon + 1));
        let (id, name, start, rest) = (text(&call.id), text(&call.name), text(start), text(rest));
        let first = format!(
            r#"{{"content":null,"role":"assistant","tool_calls":[{{"index":0,"id":{id},"type":"function","function":{{"name":{name},"arguments":{start}}}}}]}}"#
        );
        let second = format!(
            r#"{{"content":null,"tool_calls":[{{"index":0,"id":"","type":"function","function":{{"arguments":{rest}}}}}]}}"#
        );
        [
            self.piece(index, false, &first),
            self.piece(index, false, &second),
        ]
    }

    /// The chunk that says why the answer ends.
    pub(crate) fn finish(&self, index: usize, thinking: bool, reason: &str) -> String {
        let delta = match (reason, thinking) {
            ("tool_calls", _) => "{}",
            (_, true) => r#"{"content":"","reasoning_content":null}"#,
            (_, false) => r#"{"content":""}"#,
        };
        let reason = text(reason);
        self.chunk(&format!(
            r#"{{"finish_reason":{reason},"delta":{delta},"index":{index},"logprobs":null}}"#
        ))
    }

    /// The chunk with what is billed.
    pub(crate) fn usage(&self, usage: &Usage, thinking: bool) -> String {
        let usage = usage_text(usage, thinking);
        format!(
            r#"{{"choices":[],"object":"chat.completion.chunk","usage":{usage},{}"#,
            self.tail
        )
    }

    /// An answer that is not streamed.
    pub(crate) fn whole(&self, choices: &[Value], usage: &Usage, thinking: bool) -> String {
        let choices = choices
            .iter()
            .map(Value::to_string)
            .collect::<Vec<_>>()
            .join(",");
        let usage = usage_text(usage, thinking);
        format!(
            r#"{{"choices":[{choices}],"object":"chat.completion","usage":{usage},{}"#,
            self.tail
        )
    }

    fn piece(&self, index: usize, first: bool, delta: &str) -> String {
        self.chunk(&if first {
            format!(r#"{{"finish_reason":null,"logprobs":null,"delta":{delta},"index":{index}}}"#)
        } else {
            format!(r#"{{"delta":{delta},"finish_reason":null,"index":{index},"logprobs":null}}"#)
        })
    }

    fn chunk(&self, choice: &str) -> String {
        format!(
            r#"{{"choices":[{choice}],"object":"chat.completion.chunk","usage":null,{}"#,
            self.tail
        )
    }
}

/// One choice of an answer that is not streamed.
pub(crate) fn choice(index: usize, message: &Value, finish: &str) -> Value {
    json!({ "message": message, "finish_reason": finish, "index": index, "logprobs": null })
}

fn usage_text(usage: &Usage, thinking: bool) -> String {
    let Usage {
        prompt_tokens,
        completion_tokens,
        reasoning_tokens,
        cached_tokens,
    } = usage;
    let total = prompt_tokens.saturating_add(*completion_tokens);
    let reasoning = if thinking {
        format!(r#""completion_tokens_details":{{"reasoning_tokens":{reasoning_tokens}}},"#)
    } else {
        String::new()
    };
    format!(
        r#"{{"prompt_tokens":{prompt_tokens},"completion_tokens":{completion_tokens},"total_tokens":{total},{reasoning}"prompt_tokens_details":{{"cached_tokens":{cached_tokens}}}}}"#
    )
}

/// A JSON string.
fn text(raw: &str) -> String {
    Value::from(raw).to_string()
}
