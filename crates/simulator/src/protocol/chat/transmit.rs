//! How an answer goes over the line, and how it goes wrong there: the same in every protocol.

use std::time::Duration;

use bytes::Bytes;

use crate::{Answer, Fault, Framing, Refusal};

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

/// Whether an answer goes on after a fault.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    Continues,
    Over,
}

/// How a protocol puts what a fault needs, each framed as a whole event.
pub(crate) struct Events<'a> {
    /// A piece of the answer.
    pub(crate) said: &'a dyn Fn(&str) -> String,
    /// A refusal inside the stream.
    pub(crate) refused: &'a dyn Fn(&Refusal) -> String,
    /// An event whose JSON is cut short.
    pub(crate) malformed: String,
}

/// What happens before piece `count`, which is `next`. What lies beyond the answer happens at its end.
pub(crate) fn interrupt(
    answer: &Answer,
    count: usize,
    next: &str,
    events: &Events<'_>,
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
    let event = (events.said)(next);
    match &failure.fault {
        Fault::ErrorEvent(refusal) => steps.push(Step::Say((events.refused)(refusal).into())),
        Fault::Reset(bytes) => steps.extend([first_bytes(&event, *bytes), Step::Reset]),
        Fault::Cut(bytes) => steps.extend([first_bytes(&event, *bytes), Step::Cut]),
        Fault::CutInsideCharacter => {
            steps.extend([inside_character(&(events.said)("断")), Step::Cut]);
        }
        Fault::Stall => steps.push(Step::Stall),
        Fault::EndsEarly | Fault::Endless => {}
        Fault::Malformed => {
            steps.push(Step::Say(events.malformed.clone().into()));
            return After::Continues;
        }
        Fault::Refused(_)
        | Fault::RefusedAsEvent(_)
        | Fault::NativeFrame(..)
        | Fault::Redirect(_)
        | Fault::RetryAfter(_)
        | Fault::Gateway(_)
        | Fault::NoContent
        | Fault::Bomb(_)
        | Fault::HangUp
        | Fault::SlowStart(_)
        | Fault::SlowHead(_)
        | Fault::ClosedWhenUsed
        | Fault::GoAway
        | Fault::StreamReset(_)
        | Fault::BigEvent(_)
        | Fault::EmptyChoices
        | Fault::NullDelta
        | Fault::AbsurdUsage(_)
        | Fault::UnknownFields
        | Fault::TwoDones
        | Fault::TwoFinishes
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

/// The steps of an answer in one piece, which takes `time` to write.
pub(crate) fn whole(body: String, time: Duration, answers: &[Answer]) -> Vec<Step> {
    let mut steps = vec![Step::Wait(time)];
    if answers.iter().any(|answer| answer.held_after.is_some()) {
        steps.push(Step::Hold);
    }
    match faults(answers).next() {
        Some(Fault::Reset(bytes)) => steps.extend([first_bytes(&body, *bytes), Step::Reset]),
        Some(Fault::Cut(bytes)) => steps.extend([first_bytes(&body, *bytes), Step::Cut]),
        Some(Fault::CutInsideCharacter) => steps.extend([inside_character(&body), Step::Cut]),
        Some(Fault::Malformed) => steps.push(first_bytes(&body, body.len() / 2)),
        Some(Fault::Stall | Fault::Endless) => steps.push(Step::Stall),
        Some(_) | None => steps.push(Step::Say(body.into())),
    }
    steps
}

/// The steps as they go over the line, which may be slow or cut in odd places.
pub(crate) fn transmitted(
    steps: Box<dyn Iterator<Item = Step> + Send>,
    answers: &[Answer],
) -> Box<dyn Iterator<Item = Step> + Send> {
    match faults(answers)
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
            Step::Say(mut bytes) => match bytes.iter().position(|&byte| is_continuation(byte)) {
                Some(at) => {
                    let head = bytes.split_to(at);
                    vec![
                        Step::Say(head),
                        Step::Wait(Duration::ZERO),
                        Step::Say(bytes),
                    ]
                }
                None => vec![Step::Say(bytes)],
            },
            other => vec![other],
        })),
        None => steps,
    }
}

/// The form of the event stream.
pub(crate) fn framing(answers: &[Answer]) -> Framing {
    let told = faults(answers).find_map(|fault| {
        if let Fault::Framing(framing) = fault {
            Some(*framing)
        } else {
            None
        }
    });
    told.unwrap_or_default()
}

/// What goes wrong.
pub(crate) fn faults(answers: &[Answer]) -> impl Iterator<Item = &Fault> {
    answers
        .iter()
        .filter_map(|answer| answer.failure.as_ref())
        .map(|failure| &failure.fault)
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
