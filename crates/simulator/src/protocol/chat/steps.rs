//! An answer as a sequence of steps: bytes, pauses, and the way it goes wrong.

use std::{iter, time::Duration};

use bytes::Bytes;
use serde_json::json;

use super::{
    request::Ask,
    wire::{self, Wire},
};
use crate::{Answer, Fault, Framing, Usage, pace::Pace, tokens};

/// One step of giving an answer.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Say(Bytes),
    /// A piece has been sent; the record counts it.
    Sent,
    Wait(Duration),
    Hold,
    Stall,
    /// Ends the connection in the middle of the body.
    Cut,
    /// The same by RST.
    Reset,
}

/// Everything that the steps are made of.
pub(crate) struct Composition<'a> {
    pub(crate) ask: &'a Ask,
    pub(crate) answers: &'a [Answer],
    pub(crate) wire: &'a Wire,
    pub(crate) pace: &'a Pace,
}

/// Whether an answer goes on after a fault.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Continues,
    Over,
}

impl Composition<'_> {
    /// The steps of a stream.
    pub(crate) fn into_stream(self) -> Box<dyn Iterator<Item = Step> + Send> {
        let mut steps = Vec::new();
        for (index, answer) in self.answers.iter().enumerate() {
            if self.choice(index, answer, &mut steps) == After::Over {
                return self.transmitted(self.endless_tail(answer, steps));
            }
        }
        if self.ask.include_usage && !self.fails_with(&Fault::NoUsage) {
            steps.push(self.event(&self.wire.usage(&self.usage(), self.thinking())));
        }
        if !self.fails_with(&Fault::NoDone) {
            steps.push(self.event("[DONE]"));
        }
        if self.fails_with(&Fault::DataAfterDone) {
            steps.push(self.event(&self.wire.content(0, false, self.thinking(), "…")));
        }
        self.transmitted(Box::new(steps.into_iter()))
    }

    /// The steps of an answer in one piece.
    pub(crate) fn into_whole(self) -> Vec<Step> {
        let mut choices = Vec::new();
        let mut time = Duration::ZERO;
        for (index, answer) in self.answers.iter().enumerate() {
            let content = answer.words.concat();
            time += self.pace.time_for(&content) + self.pace.time_for(&answer.reasoning.concat());
            let mut message = json!({ "role": "assistant", "content": content });
            if !answer.reasoning.is_empty() {
                message["reasoning_content"] = answer.reasoning.concat().into();
            }
            if let Some(call) = &answer.tool_call {
                let function = json!({ "name": call.name, "arguments": call.arguments });
                message["tool_calls"] = json!([{ "index": 0, "id": call.id, "type": "function", "function": function }]);
            }
            choices.push(wire::choice(index, &message, finish_reason(answer)));
        }
        let body = self.wire.whole(&choices, &self.usage(), self.thinking());
        let mut steps = vec![Step::Wait(time)];
        if self
            .answers
            .iter()
            .any(|answer| answer.held_after.is_some())
        {
            steps.push(Step::Hold);
        }
        let fault = self
            .answers
            .iter()
            .find_map(|answer| answer.failure.as_ref());
        match fault.map(|failure| &failure.fault) {
            Some(Fault::Reset(bytes)) => steps.extend([first_bytes(&body, *bytes), Step::Reset]),
            Some(Fault::Cut(bytes)) => steps.extend([first_bytes(&body, *bytes), Step::Cut]),
            Some(Fault::CutInsideCharacter) => steps.extend([inside_character(&body), Step::Cut]),
            Some(Fault::Malformed) => steps.push(first_bytes(&body, body.len() / 2)),
            Some(Fault::Stall | Fault::Endless) => steps.push(Step::Stall),
            Some(_) | None => steps.push(Step::Say(body.into())),
        }
        steps
    }

    fn choice(&self, index: usize, answer: &Answer, steps: &mut Vec<Step>) -> After {
        let thinking = self.thinking();
        if answer.tool_call.is_none() || !answer.words.is_empty() || thinking {
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
            let chunk = if is_reasoning {
                self.wire.reasoning(index, count == 0, piece)
            } else {
                self.wire.content(index, count == 0, thinking, piece)
            };
            steps.extend([self.event(&chunk), Step::Sent]);
            count += 1;
        }
        if self.interrupts(answer, count, "。", steps) == After::Over {
            return After::Over;
        }
        if let Some(call) = &answer.tool_call {
            steps.extend(
                self.wire
                    .tool_call(index, call)
                    .iter()
                    .map(|chunk| self.event(chunk)),
            );
        }
        steps.push(self.event(&self.wire.finish(index, thinking, finish_reason(answer))));
        After::Continues
    }

    /// What happens before piece `count`, which is `next`. What lies beyond the answer happens at its end.
    fn interrupts(
        &self,
        answer: &Answer,
        count: usize,
        next: &str,
        steps: &mut Vec<Step>,
    ) -> After {
        let end = answer.reasoning.len() + answer.words.len();
        if answer
            .held_after
            .is_some_and(|after| after.min(end) == count)
        {
            steps.push(Step::Hold);
        }
        let Some(failure) = answer
            .failure
            .as_ref()
            .filter(|failure| failure.after.min(end) == count)
        else {
            return After::Continues;
        };
        let event = self.framed(&self.wire.content(0, false, self.thinking(), next));
        match &failure.fault {
            Fault::ErrorEvent(refusal) => {
                steps.push(self.event(&refusal.compatible(&self.wire.request_id).to_string()));
            }
            Fault::Reset(bytes) => steps.extend([first_bytes(&event, *bytes), Step::Reset]),
            Fault::Cut(bytes) => steps.extend([first_bytes(&event, *bytes), Step::Cut]),
            Fault::CutInsideCharacter => {
                let event = self.framed(&self.wire.content(0, false, self.thinking(), "断"));
                steps.extend([inside_character(&event), Step::Cut]);
            }
            Fault::Stall => steps.push(Step::Stall),
            Fault::EndsEarly | Fault::Endless => {}
            Fault::Malformed => {
                steps.push(self.event(r#"{"choices":[{"delta":{"content":"#));
                return After::Continues;
            }
            Fault::Refused(_)
            | Fault::RefusedAsEvent(_)
            | Fault::NativeFrame(..)
            | Fault::Redirect
            | Fault::Html
            | Fault::EmptyBody
            | Fault::NoUsage
            | Fault::NoDone
            | Fault::DataAfterDone
            | Fault::SlowBytes(_)
            | Fault::SplitCharacters
            | Fault::Framing(_) => return After::Continues,
        }
        After::Over
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

    /// The steps as they go over the line, which may be slow or cut in odd places.
    fn transmitted(
        &self,
        steps: Box<dyn Iterator<Item = Step> + Send>,
    ) -> Box<dyn Iterator<Item = Step> + Send> {
        match self
            .faults()
            .find(|fault| matches!(fault, Fault::SlowBytes(_) | Fault::SplitCharacters))
        {
            Some(&Fault::SlowBytes(apart)) => Box::new(steps.flat_map(move |step| match step {
                Step::Say(bytes) => {
                    let single = |at| [Step::Wait(apart), Step::Say(bytes.slice(at..=at))];
                    (0..bytes.len()).flat_map(single).collect()
                }
                other => vec![other],
            })),
            Some(_) => Box::new(steps.flat_map(|step| match step {
                Step::Say(mut bytes) => {
                    match bytes.iter().position(|&byte| is_continuation(byte)) {
                        Some(at) => {
                            let head = bytes.split_to(at);
                            vec![
                                Step::Say(head),
                                Step::Wait(Duration::ZERO),
                                Step::Say(bytes),
                            ]
                        }
                        None => vec![Step::Say(bytes)],
                    }
                }
                other => vec![other],
            })),
            None => steps,
        }
    }

    fn event(&self, data: &str) -> Step {
        Step::Say(self.framed(data).into())
    }

    fn framed(&self, data: &str) -> String {
        let framing = self.faults().find_map(|fault| {
            if let Fault::Framing(framing) = fault {
                Some(*framing)
            } else {
                None
            }
        });
        match framing.unwrap_or_default() {
            Framing::Usual => format!("data: {data}\n\n"),
            Framing::CarriageReturns => format!("data: {data}\r\n\r\n"),
            Framing::Comments => format!(": keep-alive\n\nid: 1\nevent: result\ndata: {data}\n\n"),
            Framing::NoSpace => format!("data:{data}\n\n"),
        }
    }

    fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.answers
            .iter()
            .filter_map(|answer| answer.failure.as_ref())
            .map(|failure| &failure.fault)
    }

    fn fails_with(&self, fault: &Fault) -> bool {
        self.faults().any(|known| known == fault)
    }

    fn thinking(&self) -> bool {
        self.answers
            .iter()
            .any(|answer| !answer.reasoning.is_empty())
    }

    fn usage(&self) -> Usage {
        let told = self.answers.iter().find_map(|answer| answer.usage);
        told.unwrap_or_else(|| {
            let reasoning_tokens = self
                .answers
                .iter()
                .map(|answer| tokens::count(&answer.reasoning.concat()))
                .sum();
            let called = |answer: &Answer| {
                answer
                    .tool_call
                    .as_ref()
                    .map_or(0, |call| tokens::count(&call.arguments) + 8)
            };
            let words: u32 = self
                .answers
                .iter()
                .map(|answer| tokens::count(&answer.words.concat()) + called(answer))
                .sum();
            let completion_tokens = words + reasoning_tokens;
            Usage {
                prompt_tokens: self.ask.prompt_tokens,
                completion_tokens,
                reasoning_tokens,
                cached_tokens: 0,
            }
        })
    }
}

fn finish_reason(answer: &Answer) -> &str {
    answer
        .finish
        .as_deref()
        .unwrap_or(if answer.tool_call.is_some() {
            "tool_calls"
        } else {
            "stop"
        })
}

fn first_bytes(text: &str, count: usize) -> Step {
    Step::Say(Bytes::copy_from_slice(
        &text.as_bytes()[..count.min(text.len())],
    ))
}

/// The text up to the first byte of its first multi-byte character, included.
fn inside_character(text: &str) -> Step {
    let at = text.bytes().position(is_continuation).unwrap_or(text.len());
    first_bytes(text, at)
}

fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}
