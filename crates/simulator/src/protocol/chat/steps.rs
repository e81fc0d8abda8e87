//! An answer as a sequence of steps: bytes, pauses, and the way it goes wrong.

use std::{iter, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    chances,
    request::Ask,
    spent::Spent,
    transmit::{self, After, Events, Step},
    wire::{self, Wire},
};
use crate::{Answer, Fault, Framing, Usage, compose::Tool, pace::Pace, script::ToolCall};

/// Everything that the steps are made of.
pub(crate) struct Composition<'a> {
    pub(crate) ask: &'a Ask,
    pub(crate) answers: &'a [Answer],
    pub(crate) wire: &'a Wire,
    pub(crate) pace: &'a Pace,
    pub(crate) spent: &'a Spent,
    /// What every answer sounds like, when it is spoken.
    pub(crate) sounds: &'a [Vec<u8>],
}

/// Bytes of sound in one chunk, 0.4 seconds.
const SOUND: usize = 19_200;
/// How long the sound of an answer is kept, in seconds.
const SOUND_LIFE: u64 = 3_600;

impl Composition<'_> {
    /// The steps of a stream.
    pub(crate) fn into_stream(self) -> Box<dyn Iterator<Item = Step> + Send> {
        let mut steps = Vec::new();
        for (index, answer) in self.answers.iter().enumerate() {
            if self.choice(index, answer, &mut steps) == After::Over {
                return transmit::transmitted(self.endless_tail(answer, steps), self.answers);
            }
        }
        if self.ask.include_usage && !self.fails_with(&Fault::NoUsage) {
            steps.push(self.event(&self.wire.usage(self.spent)));
        }
        if !self.fails_with(&Fault::NoDone) {
            steps.push(self.event("[DONE]"));
        }
        if self.fails_with(&Fault::DataAfterDone) {
            steps.push(self.event(&self.wire.content(0, false, self.thinking(), "…")));
        }
        transmit::transmitted(Box::new(steps.into_iter()), self.answers)
    }

    /// The steps of an answer in one piece.
    pub(crate) fn into_whole(self) -> Vec<Step> {
        let texts = self.answers.iter().flat_map(|answer| {
            let pieces = answer.reasoning.iter().chain(&answer.words);
            pieces.map(|piece| self.pace.time_for(piece))
        });
        let time: Duration = texts.sum();
        transmit::whole(self.whole_body(), time, self.answers)
    }

    /// The answer in one piece.
    pub(crate) fn whole_body(&self) -> String {
        let mut choices = Vec::new();
        for (index, answer) in self.answers.iter().enumerate() {
            let content = answer.words.concat();
            let mut message = json!({ "role": "assistant", "content": content });
            if !answer.reasoning.is_empty() {
                message["reasoning_content"] = answer.reasoning.concat().into();
            }
            if !answer.tool_calls.is_empty() {
                message["tool_calls"] = answer.tool_calls.iter().enumerate().map(call).collect();
            }
            let logprobs = self.ask.top_logprobs.map_or(Value::Null, |alternatives| {
                chances::of(&answer.words.concat(), alternatives)
            });
            choices.push(wire::choice(
                index,
                &message,
                finish_reason(answer),
                &logprobs,
            ));
        }
        self.wire.whole(&choices, self.spent)
    }

    fn choice(&self, index: usize, answer: &Answer, steps: &mut Vec<Step>) -> After {
        let thinking = self.thinking();
        if answer.tool_calls.is_empty() || !answer.words.is_empty() || thinking {
            steps.push(self.event(&self.wire.role(index, thinking)));
        }
        let reasoning = answer.reasoning.iter().map(|piece| (piece, true));
        let pieces = reasoning.chain(answer.words.iter().map(|piece| (piece, false)));
        let mut count = 0;
        for (piece, is_reasoning) in pieces {
            if self.interrupts(answer, count, piece, steps) == After::Over {
                return After::Over;
            }
            steps.push(Step::Wait(self.pace.time_for(piece)));
            let chunk = match (is_reasoning, self.ask.top_logprobs) {
                (true, _) => self.wire.reasoning(index, count == 0, piece),
                (false, None) => self.wire.content(index, count == 0, thinking, piece),
                (false, Some(alternatives)) => self.wire.likely_content(index, piece, alternatives),
            };
            steps.extend([self.event(&chunk), Step::Sent]);
            count += 1;
        }
        if self.interrupts(answer, count, "。", steps) == After::Over {
            return After::Over;
        }
        for (place, call) in answer.tool_calls.iter().enumerate() {
            let in_one_piece = self.comes_in_one_piece(call);
            let fragments = self.wire.tool_call(index, place, call, in_one_piece);
            steps.extend(fragments.iter().map(|chunk| self.event(chunk)));
        }
        if let Some(sound) = self.sounds.get(index) {
            let expires = self.wire.created + SOUND_LIFE;
            let said = sound.chunks(SOUND).map(|part| STANDARD.encode(part));
            steps.extend(said.map(|data| self.event(&self.wire.sound(index, &data, expires))));
        }
        steps.push(self.event(&self.wire.finish(index, thinking, finish_reason(answer))));
        After::Continues
    }

    /// Arguments with arrays or objects are not cut, unless that was asked for.
    fn comes_in_one_piece(&self, call: &ToolCall) -> bool {
        let tool = self.ask.tools.iter().find(|tool| tool.name == call.name);
        !self.ask.tool_stream && tool.is_some_and(Tool::is_nested)
    }

    /// What happens before piece `count`, which is `next`. What lies beyond the answer happens at its end.
    fn interrupts(
        &self,
        answer: &Answer,
        count: usize,
        next: &str,
        steps: &mut Vec<Step>,
    ) -> After {
        let events = Events {
            said: &|text| self.framed(&self.wire.content(0, false, self.thinking(), text)),
            refused: &|refusal| self.framed(&refusal.compatible(&self.wire.request_id).to_string()),
            malformed: self.framed(r#"{"choices":[{"delta":{"content":"#),
        };
        transmit::interrupt(answer, count, next, &events, steps)
    }

    /// For [`Fault::Endless`], the same words again and again.
    fn endless_tail(
        &self,
        answer: &Answer,
        steps: Vec<Step>,
    ) -> Box<dyn Iterator<Item = Step> + Send> {
        if !answer.fault_is(&Fault::Endless) {
            return Box::new(steps.into_iter());
        }
        let more = answer
            .words
            .iter()
            .map(String::as_str)
            .chain(iter::once("…"));
        let round: Vec<Step> = more
            .flat_map(|word| {
                let chunk = self.event(&self.wire.content(0, false, self.thinking(), word));
                [Step::Wait(self.pace.time_for(word)), chunk, Step::Sent]
            })
            .collect();
        Box::new(steps.into_iter().chain(round.into_iter().cycle()))
    }

    fn event(&self, data: &str) -> Step {
        Step::Say(self.framed(data).into())
    }

    fn framed(&self, data: &str) -> String {
        match transmit::framing(self.answers) {
            Framing::Usual
            | Framing::LoneCarriageReturns
            | Framing::ByteOrderMark
            | Framing::ManyLines
            | Framing::EmptyEvents => format!("data: {data}\n\n"),
            Framing::CarriageReturns => format!("data: {data}\r\n\r\n"),
            Framing::Comments => format!(": keep-alive\n\nid: 1\nevent: result\ndata: {data}\n\n"),
            Framing::NoSpace => format!("data:{data}\n\n"),
        }
    }

    fn fails_with(&self, fault: &Fault) -> bool {
        transmit::faults(self.answers).any(|known| known == fault)
    }

    fn thinking(&self) -> bool {
        self.answers
            .iter()
            .any(|answer| !answer.reasoning.is_empty())
    }
}

fn call((place, call): (usize, &ToolCall)) -> Value {
    let function = json!({ "name": call.name, "arguments": call.arguments });
    json!({ "index": place, "id": call.id, "type": "function", "function": function })
}

/// What all answers to `ask` cost together.
pub(crate) fn usage(ask: &Ask, answers: &[Answer]) -> Usage {
    Spent::of(ask, answers).usage
}

/// Why the answer ends.
pub(crate) fn finish_reason(answer: &Answer) -> &str {
    answer
        .finish
        .as_deref()
        .unwrap_or(if answer.tool_calls.is_empty() {
            "stop"
        } else {
            "tool_calls"
        })
}
