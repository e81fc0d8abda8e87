//! The answer as items, whole or in events.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::{
    chat::steps::finish_reason,
    chat::transmit::{self, After, Events, Step},
    dialect::Dialect,
};
use crate::{Answer, Fault, Usage, dice::Dice, pace::Pace, script::ToolCall};

/// Everything that the items are made of.
pub(super) struct Answering<'a> {
    pub(super) id: String,
    pub(super) created: u64,
    pub(super) asked: &'a Value,
    pub(super) answers: &'a [Answer],
    pub(super) usage: Usage,
    pub(super) pace: &'a Pace,
    pub(super) request_id: &'a str,
}

/// Events under way, numbered.
#[derive(Default)]
struct Sent {
    steps: Vec<Step>,
    events: u64,
    items: usize,
    pieces: usize,
}

impl Sent {
    fn event(&mut self, kind: &str, fields: Value) {
        let frame = self.framed(kind, fields);
        self.events += 1;
        self.steps.push(Step::Say(frame.into()));
    }

    /// An item begins.
    fn open(&mut self, item: &Value) {
        let added = json!({ "item": item, "output_index": self.items });
        self.event("response.output_item.added", added);
    }

    /// An item is whole.
    fn close(&mut self, item: &Value) {
        let done = json!({ "item": item, "output_index": self.items });
        self.event("response.output_item.done", done);
        self.items += 1;
    }

    fn framed(&self, kind: &str, mut fields: Value) -> String {
        fields["type"] = kind.into();
        fields["sequence_number"] = self.events.into();
        let number = self.events + 1;
        format!("id:{number}\nevent:{kind}\n:HTTP_STATUS/200\ndata:{fields}\n\n")
    }
}

impl Answering<'_> {
    /// The finished response.
    pub(super) fn whole(&self) -> Value {
        let mut whole = self.head(self.status());
        whole["output"] = self.items().into();
        whole["model"] = self.asked["model"].clone();
        if self.status() == "incomplete" {
            whole["incomplete_details"] = json!({ "reason": "max_output_tokens" });
        }
        whole["usage"] = self.billed();
        whole
    }

    /// The steps of an answer in one piece.
    pub(super) fn into_whole(self) -> Vec<Step> {
        let said = |answer: &Answer| {
            self.pace.time_for(&answer.reasoning.concat())
                + self.pace.time_for(&answer.words.concat())
        };
        let time = self.answers.first().map_or(Duration::ZERO, said);
        transmit::whole(self.whole().to_string(), time, self.answers)
    }

    /// The steps of a stream; there is no `[DONE]`.
    pub(super) fn into_stream(self) -> Box<dyn Iterator<Item = Step> + Send> {
        let mut sent = Sent::default();
        sent.event(
            "response.created",
            json!({ "response": self.head("queued") }),
        );
        sent.event(
            "response.in_progress",
            json!({ "response": self.head("in_progress") }),
        );
        if let Some(answer) = self.answers.first()
            && self.stream_items(answer, &mut sent) == After::Over
        {
            if answer.fault_is(&Fault::Endless) {
                let mut more = Sent::default();
                more.event("response.output_text.delta", json!({ "delta": "…" }));
                let wait = Step::Wait(self.pace.time_for("…"));
                let round = [vec![wait], more.steps, vec![Step::Sent]].concat();
                let endless = sent.steps.into_iter().chain(round.into_iter().cycle());
                return transmit::transmitted(Box::new(endless), self.answers);
            }
            return transmit::transmitted(Box::new(sent.steps.into_iter()), self.answers);
        }
        let mut whole = self.whole();
        if transmit::faults(self.answers).any(|fault| *fault == Fault::NoUsage)
            && let Some(fields) = whole.as_object_mut()
        {
            fields.remove("usage");
        }
        let end = if self.status() == "incomplete" {
            "response.incomplete"
        } else {
            "response.completed"
        };
        if !transmit::faults(self.answers).any(|fault| *fault == Fault::NoDone) {
            sent.event(end, json!({ "response": whole }));
        }
        transmit::transmitted(Box::new(sent.steps.into_iter()), self.answers)
    }

    fn stream_items(&self, answer: &Answer, sent: &mut Sent) -> After {
        let items = self.items();
        let mut items = items.iter();
        if !answer.reasoning.is_empty()
            && let Some(item) = items.next()
        {
            let empty = json!({ "summary": [], "type": "reasoning", "id": item["id"] });
            sent.open(&empty);
            if self.pieces(answer, &answer.reasoning, item, true, sent) == After::Over {
                return After::Over;
            }
            let done = json!({
                "item_id": item["id"], "output_index": sent.items, "text": answer.reasoning.concat(),
            });
            sent.event("response.reasoning_text.done", done);
            sent.close(item);
        }
        for item in items {
            let after = if item["type"] == "message" {
                self.stream_message(answer, item, sent)
            } else {
                stream_call(item, sent);
                After::Continues
            };
            if after == After::Over {
                return After::Over;
            }
        }
        After::Continues
    }

    fn stream_message(&self, answer: &Answer, item: &Value, sent: &mut Sent) -> After {
        let mut empty = item.clone();
        empty["content"] = json!([]);
        empty["status"] = "in_progress".into();
        sent.open(&empty);
        let place =
            json!({ "item_id": item["id"], "output_index": sent.items, "content_index": 0 });
        let part = |text: &str| json!({ "annotations": [], "text": text, "type": "output_text", "logprobs": null });
        sent.event(
            "response.content_part.added",
            with(&place, json!({ "part": part("") })),
        );
        if self.pieces(answer, &answer.words, item, false, sent) == After::Over {
            return After::Over;
        }
        let text = answer.words.concat();
        sent.event(
            "response.output_text.done",
            with(&place, json!({ "text": text, "logprobs": [] })),
        );
        sent.event(
            "response.content_part.done",
            with(&place, json!({ "part": part(&text) })),
        );
        sent.close(item);
        After::Continues
    }

    /// The pieces of a text, and what goes wrong between them.
    fn pieces(
        &self,
        answer: &Answer,
        pieces: &[String],
        item: &Value,
        reasoning: bool,
        sent: &mut Sent,
    ) -> After {
        let kind = if reasoning {
            "response.reasoning_text.delta"
        } else {
            "response.output_text.delta"
        };
        let place =
            json!({ "item_id": item["id"], "output_index": sent.items, "content_index": 0 });
        let delta = |text: &str| with(&place, json!({ "delta": text, "logprobs": [] }));
        // Whatever lies beyond the answer happens at its end, which is the end of the words.
        let last = (!reasoning).then_some("。");
        for piece in pieces.iter().map(Some).chain(last.map(|_| None)) {
            let next = piece.map_or("。", String::as_str);
            let mut steps = std::mem::take(&mut sent.steps);
            let malformed = format!("id:1\nevent:{kind}\n:HTTP_STATUS/200\ndata:{{\"delta\":\n\n");
            let events = Events {
                said: &|text| sent.framed(kind, delta(text)),
                refused: &|refusal| {
                    let envelope = Dialect::Compatible.envelope(refusal, self.request_id);
                    sent.framed("error", envelope["error"].clone())
                },
                malformed,
            };
            let after = transmit::interrupt(answer, sent.pieces, next, &events, &mut steps);
            sent.steps = steps;
            if after == After::Over {
                return After::Over;
            }
            let Some(piece) = piece else { break };
            sent.steps.push(Step::Wait(self.pace.time_for(piece)));
            sent.event(kind, delta(piece));
            sent.steps.push(Step::Sent);
            sent.pieces += 1;
        }
        After::Continues
    }

    /// The items, with the same ids every time.
    fn items(&self) -> Vec<Value> {
        let Some(answer) = self.answers.first() else {
            return Vec::new();
        };
        let mut dice = Dice::new(0).and(&self.id);
        let mut id = |prefix: &str| format!("{prefix}_{}", dice.uuid());
        let mut items = Vec::new();
        if !answer.reasoning.is_empty() {
            let summary = json!([{ "type": "summary_text", "text": answer.reasoning.concat() }]);
            items.push(json!({ "id": id("msg"), "type": "reasoning", "summary": summary }));
        }
        if !answer.words.is_empty() || answer.tool_calls.is_empty() {
            let text = answer.words.concat();
            items.push(json!({
                "id": id("msg"), "type": "message", "role": "assistant", "status": "completed",
                "content": [{ "type": "output_text", "text": text, "annotations": [] }],
            }));
        }
        items.extend(
            answer
                .tool_calls
                .iter()
                .map(|call| function_call(call, &id("fc"))),
        );
        items
    }

    /// What every copy of the response tells.
    fn head(&self, status: &str) -> Value {
        let given = |name: &str, default: Value| {
            let value = self.asked.get(name).filter(|value| !value.is_null());
            value.cloned().unwrap_or(default)
        };
        json!({
            "id": self.id, "object": "response", "created_at": self.created, "status": status,
            "model": "", "output": [], "parallel_tool_calls": given("parallel_tool_calls", false.into()),
            "tool_choice": given("tool_choice", "auto".into()), "tools": given("tools", json!([])),
        })
    }

    fn status(&self) -> &'static str {
        match self.answers.first().map(finish_reason) {
            Some("length") => "incomplete",
            Some(_) | None => "completed",
        }
    }

    fn billed(&self) -> Value {
        let Usage {
            prompt_tokens,
            completion_tokens,
            reasoning_tokens,
            cached_tokens,
        } = self.usage;
        let total = prompt_tokens.saturating_add(completion_tokens);
        json!({
            "input_tokens": prompt_tokens, "input_tokens_details": { "cached_tokens": cached_tokens },
            "output_tokens": completion_tokens, "output_tokens_details": { "reasoning_tokens": reasoning_tokens },
            "total_tokens": total,
            "x_details": [{
                "input_tokens": prompt_tokens, "output_tokens": completion_tokens, "total_tokens": total,
                "x_billing_type": "response_api",
            }],
        })
    }
}

/// A call of a function, its arguments in pieces.
fn stream_call(item: &Value, sent: &mut Sent) {
    let mut empty = item.clone();
    empty["arguments"] = "".into();
    empty["status"] = "in_progress".into();
    sent.open(&empty);
    let place = json!({ "item_id": item["id"], "output_index": sent.items });
    let arguments = item["arguments"].as_str().unwrap_or_default();
    let middle = arguments.find(':').map_or(0, |colon| colon + 1);
    let (start, rest) = arguments.split_at(middle);
    for piece in [start, rest] {
        sent.event(
            "response.function_call_arguments.delta",
            with(&place, json!({ "delta": piece })),
        );
    }
    sent.event(
        "response.function_call_arguments.done",
        with(
            &place,
            json!({ "arguments": arguments, "name": item["name"] }),
        ),
    );
    sent.close(item);
}

fn function_call(call: &ToolCall, id: &str) -> Value {
    json!({
        "id": id, "type": "function_call", "status": "completed", "name": call.name, "call_id": call.id,
        "arguments": call.arguments,
    })
}

/// Both objects' fields.
fn with(place: &Value, mut fields: Value) -> Value {
    if let (Some(fields), Some(place)) = (fields.as_object_mut(), place.as_object()) {
        fields.extend(place.clone());
    }
    fields
}
