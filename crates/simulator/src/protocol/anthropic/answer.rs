//! The answer in Anthropic's events, written without a space after the colon, as the service does.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::{
    chat::steps::finish_reason,
    chat::transmit::{self, After, Events, Step},
    dialect::Dialect,
};
use crate::{Answer, Fault, Usage, pace::Pace};

/// Everything that the events are made of.
pub(super) struct Answering<'a> {
    pub(super) id: String,
    pub(super) model: &'a str,
    pub(super) answers: &'a [Answer],
    pub(super) usage: Usage,
    pub(super) pace: &'a Pace,
}

impl Answering<'_> {
    /// The steps of an answer in one piece.
    pub(super) fn into_whole(self) -> Vec<Step> {
        let mut content = Vec::new();
        let mut time = Duration::ZERO;
        for answer in self.answers.iter().take(1) {
            let (thought, text) = (answer.reasoning.concat(), answer.words.concat());
            time += self.pace.time_for(&thought) + self.pace.time_for(&text);
            if !thought.is_empty() {
                content.push(json!({ "type": "thinking", "thinking": thought, "signature": "" }));
            }
            if !text.is_empty() || answer.tool_calls.is_empty() {
                content.push(json!({ "type": "text", "text": text }));
            }
            for call in &answer.tool_calls {
                let input: Value = serde_json::from_str(&call.arguments).unwrap_or_default();
                content.push(
                    json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": input }),
                );
            }
        }
        let body = json!({
            "id": self.id, "type": "message", "role": "assistant", "model": self.model,
            "content": content, "stop_reason": self.stop_reason(), "stop_sequence": null,
            "usage": self.billed(),
        });
        transmit::whole(body.to_string(), time, self.answers)
    }

    /// The steps of a stream.
    pub(super) fn into_stream(self) -> Box<dyn Iterator<Item = Step> + Send> {
        let mut steps = vec![self.start()];
        if let Some(answer) = self.answers.first()
            && self.blocks(answer, &mut steps) == After::Over
        {
            if answer.fault_is(&Fault::Endless) {
                let more = event(&delta(0, "text_delta", "text", "…"));
                let round = [Step::Wait(self.pace.time_for("…")), more, Step::Sent];
                let endless = steps.into_iter().chain(round.into_iter().cycle());
                return transmit::transmitted(Box::new(endless), self.answers);
            }
            return transmit::transmitted(Box::new(steps.into_iter()), self.answers);
        }
        let usage = if self.fails_with(&Fault::NoUsage) {
            json!({ "output_tokens": 0 })
        } else {
            self.billed()
        };
        steps.push(event(&json!({
            "type": "message_delta",
            "delta": { "stop_reason": self.stop_reason(), "stop_sequence": null },
            "usage": usage,
        })));
        if !self.fails_with(&Fault::NoDone) {
            steps.push(event(&json!({ "type": "message_stop" })));
        }
        if self.fails_with(&Fault::DataAfterDone) {
            steps.push(event(&delta(0, "text_delta", "text", "…")));
        }
        transmit::transmitted(Box::new(steps.into_iter()), self.answers)
    }

    fn start(&self) -> Step {
        event(&json!({ "type": "message_start", "message": {
            "id": self.id, "type": "message", "role": "assistant", "model": self.model, "content": [],
            "usage": { "input_tokens": self.usage.prompt_tokens, "output_tokens": 0 },
        }}))
    }

    fn blocks(&self, answer: &Answer, steps: &mut Vec<Step>) -> After {
        let (mut index, mut count) = (0, 0);
        if !answer.reasoning.is_empty() {
            let block = json!({ "type": "thinking", "thinking": "", "signature": "" });
            open(index, &block, steps);
            for piece in &answer.reasoning {
                let said = |text: &str| delta(index, "thinking_delta", "thinking", text);
                if self.piece(answer, count, piece, &said, steps) == After::Over {
                    return After::Over;
                }
                count += 1;
            }
            steps.push(event(&delta(index, "signature_delta", "signature", "")));
            close(index, steps);
            index += 1;
        }
        if !answer.words.is_empty() || answer.tool_calls.is_empty() {
            open(index, &json!({ "type": "text", "text": "" }), steps);
            for piece in &answer.words {
                let said = |text: &str| delta(index, "text_delta", "text", text);
                if self.piece(answer, count, piece, &said, steps) == After::Over {
                    return After::Over;
                }
                count += 1;
            }
            let said = |text: &str| delta(index, "text_delta", "text", text);
            if self.interrupts(answer, count, "。", &said, steps) == After::Over {
                return After::Over;
            }
            close(index, steps);
            index += 1;
        }
        for call in &answer.tool_calls {
            let block =
                json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": {} });
            open(index, &block, steps);
            let middle = call.arguments.find(':').map_or(0, |colon| colon + 1);
            let (start, rest) = call.arguments.split_at(middle);
            for piece in [start, rest] {
                steps.push(event(&delta(
                    index,
                    "input_json_delta",
                    "partial_json",
                    piece,
                )));
            }
            close(index, steps);
            index += 1;
        }
        After::Continues
    }

    fn piece(
        &self,
        answer: &Answer,
        count: usize,
        piece: &str,
        said: &dyn Fn(&str) -> Value,
        steps: &mut Vec<Step>,
    ) -> After {
        if self.interrupts(answer, count, piece, said, steps) == After::Over {
            return After::Over;
        }
        steps.push(Step::Wait(self.pace.time_for(piece)));
        steps.extend([event(&said(piece)), Step::Sent]);
        After::Continues
    }

    fn interrupts(
        &self,
        answer: &Answer,
        count: usize,
        next: &str,
        said: &dyn Fn(&str) -> Value,
        steps: &mut Vec<Step>,
    ) -> After {
        let events = Events {
            said: &|text| framed(&said(text)),
            refused: &|refusal| framed(&Dialect::Anthropic.envelope(refusal, &self.id)),
            malformed:
                "event:content_block_delta\ndata:{\"type\":\"content_block_delta\",\"delta\":\n\n"
                    .to_owned(),
        };
        transmit::interrupt(answer, count, next, &events, steps)
    }

    /// A stop word that was met is not told apart.
    fn stop_reason(&self) -> &'static str {
        match self.answers.first().map(finish_reason) {
            Some("length") => "max_tokens",
            Some("tool_calls") => "tool_use",
            Some(_) | None => "end_turn",
        }
    }

    /// What Anthropic counts as input excludes what came from the cache.
    fn billed(&self) -> Value {
        let cached = self.usage.cached_tokens;
        json!({
            "input_tokens": self.usage.prompt_tokens.saturating_sub(cached),
            "output_tokens": self.usage.completion_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": cached,
        })
    }

    fn fails_with(&self, fault: &Fault) -> bool {
        transmit::faults(self.answers).any(|known| known == fault)
    }
}

fn open(index: usize, block: &Value, steps: &mut Vec<Step>) {
    steps.push(event(
        &json!({ "type": "content_block_start", "index": index, "content_block": block }),
    ));
    if index == 0 {
        steps.push(event(&json!({ "type": "ping" })));
    }
}

fn close(index: usize, steps: &mut Vec<Step>) {
    steps.push(event(
        &json!({ "type": "content_block_stop", "index": index }),
    ));
}

fn delta(index: usize, kind: &str, name: &str, text: &str) -> Value {
    json!({ "type": "content_block_delta", "index": index, "delta": { "type": kind, name: text } })
}

fn event(data: &Value) -> Step {
    Step::Say(framed(data).into())
}

fn framed(data: &Value) -> String {
    let name = data["type"].as_str().unwrap_or_default();
    format!("event:{name}\ndata:{data}\n\n")
}
