//! An answer as a native stream: what is new, what was said so far and what it costs, event by event.

use std::iter;

use serde_json::Value;

use super::frames;
use crate::{
    Answer, Fault, Framing, Usage,
    pace::Pace,
    protocol::{
        chat::{
            request::Ask,
            steps,
            transmit::{self, After, Events, Step},
        },
        reply::RequestId,
    },
    script::ToolCall,
    tokens,
};

/// What an event adds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Delta<'a> {
    /// Nothing yet.
    Opening,
    Reasoning(&'a str),
    Text(&'a str),
    /// A fragment of the call with this number; only the first one carries its name.
    Call(usize, &'a ToolCall),
    /// Why the answer ends.
    End(&'a str),
}

/// Everything that one choice has said, the present event included.
#[derive(Clone, Debug, Default)]
pub(crate) struct SoFar {
    pub(crate) reasoning: String,
    pub(crate) text: String,
    pub(crate) calls: Vec<ToolCall>,
}

/// What an event is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event<'a> {
    /// Its place in the stream, from 1.
    pub(crate) number: u32,
    pub(crate) index: usize,
    pub(crate) delta: Delta<'a>,
    pub(crate) so_far: &'a SoFar,
    pub(crate) usage: Usage,
}

/// A stream in the making. `put` makes the data of an event.
pub(crate) struct Streaming<'a> {
    pub(crate) ask: &'a Ask,
    pub(crate) answers: &'a [Answer],
    pub(crate) pace: &'a Pace,
    /// An event without words comes first.
    pub(crate) opens: bool,
    pub(crate) id: &'a RequestId,
    pub(crate) put: &'a dyn Fn(&Event<'_>) -> Value,
}

/// The number of the last event, and what was spent until then.
struct Count {
    event: u32,
    usage: Usage,
}

impl Streaming<'_> {
    /// All steps, as they go over the line.
    pub(crate) fn into_steps(self) -> Box<dyn Iterator<Item = Step> + Send> {
        let total = steps::usage(self.ask, self.answers);
        let mut count = Count {
            event: 0,
            usage: Usage {
                completion_tokens: 0,
                reasoning_tokens: 0,
                ..total
            },
        };
        let mut steps = Vec::new();
        if self.opens {
            steps.push(self.event(0, Delta::Opening, &SoFar::default(), &mut count));
        }
        for (index, answer) in self.answers.iter().enumerate() {
            if self.choice(index, answer, total, &mut count, &mut steps) == After::Over {
                let steps = self.endless_tail(answer, &mut count, steps);
                return transmit::transmitted(steps, self.answers);
            }
        }
        transmit::transmitted(Box::new(steps.into_iter()), self.answers)
    }

    fn choice(
        &self,
        index: usize,
        answer: &Answer,
        total: Usage,
        count: &mut Count,
        steps: &mut Vec<Step>,
    ) -> After {
        let mut so_far = SoFar::default();
        let reasoning = answer.reasoning.iter().map(|piece| (piece, true));
        let pieces = reasoning.chain(answer.words.iter().map(|piece| (piece, false)));
        for (said, (piece, is_reasoning)) in pieces.enumerate() {
            if self.interrupts(answer, said, piece, count, steps) == After::Over {
                return After::Over;
            }
            let spent = tokens::count(piece);
            count.usage.completion_tokens += spent;
            let delta = if is_reasoning {
                count.usage.reasoning_tokens += spent;
                so_far.reasoning.push_str(piece);
                Delta::Reasoning(piece)
            } else {
                so_far.text.push_str(piece);
                Delta::Text(piece)
            };
            steps.push(Step::Wait(self.pace.time_for(piece)));
            steps.extend([self.event(index, delta, &so_far, count), Step::Sent]);
        }
        let said = answer.reasoning.len() + answer.words.len();
        if self.interrupts(answer, said, "。", count, steps) == After::Over {
            return After::Over;
        }
        for call in &answer.tool_calls {
            self.call(index, call, &mut so_far, count, steps);
        }
        let is_last = index + 1 == self.answers.len();
        if is_last {
            count.usage = total;
        }
        let reason = steps::finish_reason(answer);
        let end = self.event(index, Delta::End(reason), &so_far, count);
        steps.push(end.clone());
        if is_last && answer.fault_is(&Fault::DataAfterDone) {
            steps.push(end);
        }
        After::Continues
    }

    /// A call in two fragments.
    fn call(
        &self,
        index: usize,
        call: &ToolCall,
        so_far: &mut SoFar,
        count: &mut Count,
        steps: &mut Vec<Step>,
    ) {
        let middle = call.arguments.find(':').map_or(0, |colon| colon + 1);
        let (start, rest) = call.arguments.split_at(middle);
        let first = ToolCall {
            arguments: start.to_owned(),
            ..call.clone()
        };
        let second = ToolCall {
            id: String::new(),
            name: String::new(),
            arguments: rest.to_owned(),
        };
        count.usage.completion_tokens += tokens::count(start) + 8;
        let place = so_far.calls.len();
        so_far.calls.push(first.clone());
        steps.push(self.event(index, Delta::Call(place, &first), so_far, count));
        count.usage.completion_tokens += tokens::count(rest);
        so_far.calls.truncate(place);
        so_far.calls.push(call.clone());
        steps.push(self.event(index, Delta::Call(place, &second), so_far, count));
    }

    fn interrupts(
        &self,
        answer: &Answer,
        said: usize,
        next: &str,
        count: &Count,
        steps: &mut Vec<Step>,
    ) -> After {
        let id = count.event + 1;
        let framing = self.framing();
        let events = Events {
            said: &|text| {
                let so_far = SoFar {
                    text: text.to_owned(),
                    ..SoFar::default()
                };
                let data = (self.put)(&Event {
                    number: id,
                    index: 0,
                    delta: Delta::Text(text),
                    so_far: &so_far,
                    usage: count.usage,
                });
                frames::result(id, &data, framing)
            },
            refused: &|refusal| {
                frames::error(id, refusal.status, &refusal.native(&self.id.0), framing)
            },
            malformed: frames::malformed(id, framing),
        };
        transmit::interrupt(answer, said, next, &events, steps)
    }

    /// For [`Fault::Endless`], the same words again and again.
    fn endless_tail(
        &self,
        answer: &Answer,
        count: &mut Count,
        steps: Vec<Step>,
    ) -> Box<dyn Iterator<Item = Step> + Send> {
        if !answer.fault_is(&Fault::Endless) {
            return Box::new(steps.into_iter());
        }
        let words = answer.words.iter().map(String::as_str);
        let mut so_far = SoFar::default();
        let mut round = Vec::new();
        for word in words.chain(iter::once("…")) {
            so_far.text.push_str(word);
            let event = self.event(0, Delta::Text(word), &so_far, count);
            round.extend([Step::Wait(self.pace.time_for(word)), event, Step::Sent]);
        }
        Box::new(steps.into_iter().chain(round.into_iter().cycle()))
    }

    fn event(&self, index: usize, delta: Delta<'_>, so_far: &SoFar, count: &mut Count) -> Step {
        count.event += 1;
        let usage = count.usage;
        let mut data = (self.put)(&Event {
            number: count.event,
            index,
            delta,
            so_far,
            usage,
        });
        let is_told = transmit::faults(self.answers).all(|fault| *fault != Fault::NoUsage);
        if let Some(data) = data.as_object_mut().filter(|_| !is_told) {
            data.remove("usage");
        }
        Step::Say(frames::result(count.event, &data, self.framing()).into())
    }

    fn framing(&self) -> Framing {
        transmit::framing(self.answers)
    }
}
