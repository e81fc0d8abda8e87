//! What native chat answers say, in each of their forms.

use std::slice;

use serde_json::{Value, json};

use super::{
    request::{Form, Path},
    search::Search,
    stream::{Delta, Event},
    usage,
};
use crate::{
    Answer, Usage,
    compose::Sight,
    protocol::{
        chat::{chances, request::Ask, spent::Spent, steps},
        reply::RequestId,
    },
    script::ToolCall,
};

/// Everything that the answers of one request have in common.
pub(super) struct Output<'a> {
    pub(super) ask: &'a Ask,
    pub(super) form: Form,
    pub(super) search: Option<&'a Search>,
    pub(super) spent: &'a Spent,
    pub(super) id: &'a RequestId,
}

/// What a message holds, new or so far. The calls begin with number `place`.
#[derive(Clone, Copy, Default)]
struct Told<'a> {
    reasoning: &'a str,
    text: &'a str,
    calls: &'a [ToolCall],
    place: usize,
}

impl Output<'_> {
    /// The data of one event.
    pub(super) fn event(&self, event: &Event<'_>) -> Value {
        let so_far = event.so_far;
        let told = if self.form.incremental {
            match event.delta {
                Delta::Reasoning(reasoning) => Told {
                    reasoning,
                    ..Told::default()
                },
                Delta::Text(text) => Told {
                    text,
                    ..Told::default()
                },
                Delta::Call(place, fragment) => Told {
                    calls: slice::from_ref(fragment),
                    place,
                    ..Told::default()
                },
                Delta::Opening | Delta::End(_) => Told::default(),
            }
        } else {
            Told {
                reasoning: &so_far.reasoning,
                text: &so_far.text,
                calls: &so_far.calls,
                place: 0,
            }
        };
        let end = match event.delta {
            Delta::End(reason) => Some(reason),
            Delta::Opening | Delta::Reasoning(_) | Delta::Text(_) | Delta::Call(..) => None,
        };
        let mut output = if self.form.message {
            let mut message = self.message(told);
            if self.ask.thinking {
                message["reasoning_content"] = told.reasoning.into();
            }
            self.look(&mut message, end.is_some());
            let finish = end.unwrap_or("null");
            json!({ "choices": [self.choice(event.index, &message, told.text, finish)] })
        } else {
            json!({ "text": told.text, "finish_reason": end.unwrap_or("null") })
        };
        let info = self.search.and_then(|search| {
            if search.first && event.number > 1 {
                search.nothing_more()
            } else {
                search.info()
            }
        });
        if let Some(info) = info {
            output["search_info"] = info;
        }
        self.envelope(&output, event.usage)
    }

    /// An answer in one piece.
    pub(super) fn whole(&self, answers: &[Answer]) -> Value {
        let mut output = if self.form.message {
            let choices = answers.iter().enumerate().map(|(index, answer)| {
                let (reasoning, text) = (answer.reasoning.concat(), answer.words.concat());
                let told = Told {
                    text: &text,
                    calls: &answer.tool_calls,
                    ..Told::default()
                };
                let mut message = self.message(told);
                if !reasoning.is_empty() {
                    message["reasoning_content"] = reasoning.into();
                }
                self.look(&mut message, true);
                self.choice(index, &message, &text, steps::finish_reason(answer))
            });
            json!({ "choices": choices.collect::<Vec<_>>() })
        } else {
            let first = answers.first();
            json!({
                "text": first.map(|answer| answer.words.concat()),
                "finish_reason": first.map(steps::finish_reason),
            })
        };
        if let Some(info) = self.search.and_then(Search::info) {
            output["search_info"] = info;
        }
        self.envelope(&output, self.spent.usage)
    }

    fn envelope(&self, output: &Value, spent: Usage) -> Value {
        let mut usage = usage::of(self.spent, self.form, spent);
        if self.search.is_some() {
            usage["plugins"] = Search::plugins();
        }
        json!({ "output": output, "usage": usage, "request_id": self.id.0 })
    }

    fn message(&self, told: Told<'_>) -> Value {
        let content = match self.form.path {
            Path::Text => told.text.into(),
            Path::Multimodal if told.text.is_empty() => json!([]),
            Path::Multimodal => json!([{ "text": told.text }]),
        };
        let mut message = json!({ "role": "assistant", "content": content });
        let put = |(index, call): (usize, &ToolCall)| {
            let mut function = json!({ "arguments": call.arguments });
            if !call.name.is_empty() {
                function["name"] = call.name.as_str().into();
            }
            json!({ "index": index, "id": call.id, "type": "function", "function": function })
        };
        if !told.calls.is_empty() {
            message["tool_calls"] = (told.place..).zip(told.calls).map(put).collect();
        }
        message
    }

    /// Adds the sizes of the pictures to the end of a message, where they are asked for.
    fn look(&self, message: &mut Value, is_end: bool) {
        let sizes: Vec<Value> = self
            .ask
            .sights
            .iter()
            .filter_map(|sight| match sight {
                Sight::Picture { width, height, .. } => Some(json!([height, width])),
                _ => None,
            })
            .collect();
        let content = message["content"].as_array_mut();
        if let Some(content) = content.filter(|_| self.form.sizes && is_end && !sizes.is_empty()) {
            content.push(json!({ "image_hw": sizes }));
        }
    }

    fn choice(&self, index: usize, message: &Value, text: &str, finish: &str) -> Value {
        let mut choice = json!({ "message": message, "finish_reason": finish });
        if self.ask.choices > 1 {
            choice["index"] = index.into();
        }
        if let Some(alternatives) = self.ask.top_logprobs {
            choice["logprobs"] = chances::of(text, alternatives);
        }
        choice
    }
}
