//! The bytes of a completion, as recorded: the order of keys differs between the kinds of chunks, as it does in truth.

use serde_json::{Value, json};

use super::{chances, spent::Spent};
use crate::script::ToolCall;

/// What every chunk of one completion repeats.
pub(crate) struct Wire {
    tail: String,
    pub(crate) request_id: String,
    /// Seconds since 1970.
    pub(crate) created: u64,
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
            created,
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

    /// A piece of the answer with the chances of its tokens.
    pub(crate) fn likely_content(&self, index: usize, piece: &str, alternatives: usize) -> String {
        let (content, chances) = (text(piece), chances::of(piece, alternatives));
        self.chunk(&format!(
            r#"{{"delta":{{"content":{content}}},"finish_reason":null,"index":{index},"logprobs":{chances}}}"#
        ))
    }

    /// A piece of the spoken answer, in base64.
    pub(crate) fn sound(&self, index: usize, data: &str, expires: u64) -> String {
        let id = &self.request_id;
        self.piece(
            index,
            false,
            &format!(r#"{{"audio":{{"data":"{data}","expires_at":{expires},"id":"audio_{id}"}}}}"#),
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

    /// The first fragment of call number `place`, and the second one unless its arguments come in one piece. The very
    /// first carries the role too.
    pub(crate) fn tool_call(
        &self,
        index: usize,
        place: usize,
        call: &ToolCall,
        in_one_piece: bool,
    ) -> Vec<String> {
        let middle = call.arguments.find(':').map_or(0, |colon| colon + 1);
        let middle = if in_one_piece {
            call.arguments.len()
        } else {
            middle
        };
        let (start, rest) = call.arguments.split_at(middle);
        let (id, name, start) = (text(&call.id), text(&call.name), text(start));
        let role = if place == 0 {
            r#""role":"assistant","#
        } else {
            ""
        };
        let first = format!(
            r#"{{"content":null,{role}"tool_calls":[{{"index":{place},"id":{id},"type":"function","function":{{"name":{name},"arguments":{start}}}}}]}}"#
        );
        let mut fragments = vec![self.piece(index, false, &first)];
        if !rest.is_empty() {
            let rest = text(rest);
            let second = format!(
                r#"{{"content":null,"tool_calls":[{{"index":{place},"id":"","type":"function","function":{{"arguments":{rest}}}}}]}}"#
            );
            fragments.push(self.piece(index, false, &second));
        }
        fragments
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
    pub(crate) fn usage(&self, spent: &Spent) -> String {
        let usage = usage_text(spent);
        format!(
            r#"{{"choices":[],"object":"chat.completion.chunk","usage":{usage},{}"#,
            self.tail
        )
    }

    /// An answer that is not streamed.
    pub(crate) fn whole(&self, choices: &[Value], spent: &Spent) -> String {
        let choices = choices
            .iter()
            .map(Value::to_string)
            .collect::<Vec<_>>()
            .join(",");
        let usage = usage_text(spent);
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
pub(crate) fn choice(index: usize, message: &Value, finish: &str, logprobs: &Value) -> Value {
    json!({ "message": message, "finish_reason": finish, "index": index, "logprobs": logprobs })
}

fn usage_text(spent: &Spent) -> String {
    let (prompt, completion) = (spent.usage.prompt_tokens, spent.usage.completion_tokens);
    let total = prompt.saturating_add(completion);
    let completion_details = spent.completion_details().map_or(String::new(), |details| {
        format!(r#""completion_tokens_details":{details},"#)
    });
    let prompt_details = spent.prompt_details();
    format!(
        r#"{{"prompt_tokens":{prompt},"completion_tokens":{completion},"total_tokens":{total},{completion_details}"prompt_tokens_details":{prompt_details}}}"#
    )
}

/// A JSON string.
fn text(raw: &str) -> String {
    Value::from(raw).to_string()
}
