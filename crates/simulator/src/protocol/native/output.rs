//! What native chat answers say, in each of their forms.

use std::slice;

use serde_json::{Value, json};

use super::{
    request::{Form, Path},
    stream::{Delta, Event},
};
use crate::{
    Answer, Usage,
    protocol::{
        chat::{request::Ask, steps},
        reply::RequestId,
    },
    script::ToolCall,
};

/// The data of one event.
pub(super) fn event(ask: &Ask, form: Form, id: &RequestId, event: &Event<'_>) -> Value {
    let Event {
        index,
        delta,
        so_far,
        usage,
        ..
    } = *event;
    let finish = match delta {
        Delta::End(reason) => reason,
        Delta::Reasoning(_) | Delta::Text(_) | Delta::Call(..) => "null",
    };
    let (reasoning, text, calls, place) = if form.incremental {
        match delta {
            Delta::Reasoning(piece) => (piece, "", &[][..], 0),
            Delta::Text(piece) => ("", piece, &[][..], 0),
            Delta::Call(place, fragment) => ("", "", slice::from_ref(fragment), place),
            Delta::End(_) => ("", "", &[][..], 0),
        }
    } else {
        let calls = so_far.calls.as_slice();
        (so_far.reasoning.as_str(), so_far.text.as_str(), calls, 0)
    };
    let output = if form.message {
        let mut message = message(form, text, calls, place);
        if ask.thinking {
            message["reasoning_content"] = reasoning.into();
        }
        json!({ "choices": [choice(ask, index, &message, finish)] })
    } else {
        json!({ "text": text, "finish_reason": finish })
    };
    json!({ "output": output, "usage": usage_value(ask, form, usage), "request_id": id.0 })
}

/// An answer in one piece.
pub(super) fn whole(ask: &Ask, form: Form, id: &RequestId, answers: &[Answer]) -> Value {
    let output = if form.message {
        let choices = answers.iter().enumerate().map(|(index, answer)| {
            let text = answer.words.concat();
            let mut message = message(form, &text, &answer.tool_calls, 0);
            if !answer.reasoning.is_empty() {
                message["reasoning_content"] = answer.reasoning.concat().into();
            }
            choice(ask, index, &message, steps::finish_reason(answer))
        });
        json!({ "choices": choices.collect::<Vec<_>>() })
    } else {
        let first = answers.first();
        json!({
            "text": first.map(|answer| answer.words.concat()),
            "finish_reason": first.map(steps::finish_reason),
        })
    };
    let usage = usage_value(ask, form, steps::usage(ask, answers));
    json!({ "output": output, "usage": usage, "request_id": id.0 })
}

/// `calls` begin with number `place`.
fn message(form: Form, text: &str, calls: &[ToolCall], place: usize) -> Value {
    let content = match form.path {
        Path::Text => text.into(),
        Path::Multimodal if text.is_empty() => json!([]),
        Path::Multimodal => json!([{ "text": text }]),
    };
    let mut message = json!({ "role": "assistant", "content": content });
    let put = |(index, call): (usize, &ToolCall)| {
        let mut function = json!({ "arguments": call.arguments });
        if !call.name.is_empty() {
            function["name"] = call.name.as_str().into();
        }
        json!({ "index": index, "id": call.id, "type": "function", "function": function })
    };
    if !calls.is_empty() {
        message["tool_calls"] = (place..).zip(calls).map(put).collect();
    }
    message
}

fn choice(ask: &Ask, index: usize, message: &Value, finish: &str) -> Value {
    let mut choice = json!({ "message": message, "finish_reason": finish });
    if ask.choices > 1 {
        choice["index"] = index.into();
    }
    choice
}

fn usage_value(ask: &Ask, form: Form, usage: Usage) -> Value {
    let Usage {
        prompt_tokens,
        completion_tokens,
        reasoning_tokens,
        cached_tokens,
    } = usage;
    let mut value = json!({
        "input_tokens": prompt_tokens,
        "output_tokens": completion_tokens,
        "total_tokens": prompt_tokens.saturating_add(completion_tokens),
    });
    if form.message {
        value["prompt_tokens_details"] = json!({ "cached_tokens": cached_tokens });
    }
    if form.path == Path::Multimodal {
        let text = completion_tokens.saturating_sub(reasoning_tokens);
        value["input_tokens_details"] = json!({ "text_tokens": prompt_tokens });
        value["output_tokens_details"] = json!({ "text_tokens": text });
    }
    if ask.thinking {
        value["output_tokens_details"]["reasoning_tokens"] = reasoning_tokens.into();
    }
    value
}
