//! `POST /compatible-mode/v1/chat/completions`.

mod answer;
pub(crate) mod attend;
pub(crate) mod chances;
mod messages;
mod parts;
mod play;
pub(crate) mod request;
pub(crate) mod spent;
pub(crate) mod steps;
pub(crate) mod transmit;
mod wire;

use axum::response::Response;
use serde_json::Value;

pub(crate) use self::attend::attend;
use self::{
    play::{Bill, Playing},
    request::Ask,
    spent::Spent,
    steps::Composition,
    transmit::Step,
    wire::Wire,
};
use super::{
    dialect::Dialect,
    entry::Entry,
    front,
    reply::{self, RequestId},
};
use crate::{
    Answer, Billed, Fault, Handle, Refusal, Strike, dice::Dice, pace::Pace, sound,
    state::unix_seconds,
};

pub(crate) const EVENT_STREAM: &str = "text/event-stream;charset=UTF-8";

/// Checks the request, decides on an answer and gives it at its pace.
pub(crate) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let body = entry.json()?;
    let mut ask = Ask::parse(&body, entry.handle.models())?;
    attend(&mut ask, &entry).await?;
    let (answers, pace) = think(&ask, &entry).await;
    if let Some(response) = instead(&answers, ask.stream, Dialect::Compatible, &entry.id) {
        return Ok(response);
    }
    let sounds = speak(&ask, &answers).await;
    let mut spent = Spent::of(&ask, &answers);
    if ask.voice.is_some() {
        spent = spent.with_speech(&ask.model_id, sounds.iter().map(Vec::len).sum());
    }
    let billed = spent.billed(&ask.model_id);
    let wire = Wire::new(&entry.id.0, &ask.model_id, unix_seconds());
    let composition = Composition {
        ask: &ask,
        answers: &answers,
        wire: &wire,
        pace: &pace,
        spent: &spent,
        sounds: &sounds,
    };
    Ok(if ask.stream {
        let steps = composition.into_stream();
        let bill = Bill::streamed(billed, answers);
        play_billed(EVENT_STREAM, steps, entry, Some(bill))
    } else {
        let steps = composition.into_whole().into_iter();
        let bill = Bill::whole(billed);
        play_billed("application/json", Box::new(steps), entry, Some(bill))
    })
}

/// The answers as 24 kHz mono sound, where somebody is to speak them.
async fn speak(ask: &Ask, answers: &[Answer]) -> Vec<Vec<u8>> {
    let Some(voice) = ask.voice.clone() else {
        return Vec::new();
    };
    let texts: Vec<String> = answers.iter().map(|answer| answer.words.concat()).collect();
    let speaking = tokio::task::spawn_blocking(move || {
        let spoken = texts.iter().map(|text| sound::speak(text, &voice, 24_000));
        spoken.map(|samples| sound::pcm(&samples)).collect()
    });
    speaking.await.unwrap_or_default()
}

/// The answer to a request of a file: whole, not scripted, and without faults.
pub(crate) fn answer_whole(
    handle: &Handle,
    body: &Value,
    request_id: &str,
) -> Result<(Value, Billed), Refusal> {
    let mut body = body.clone();
    // Models that only stream are asked by files all the same.
    body["stream"] = true.into();
    let ask = Ask::parse(&body, handle.models())?;
    let options = handle.options();
    let mut pace = Pace::new(&options, Dice::new(options.seed));
    let answers = answer::compose(&ask, options.seed, &mut pace);
    let spent = Spent::of(&ask, &answers);
    let wire = Wire::new(request_id, &ask.model_id, unix_seconds());
    let composition = Composition {
        ask: &ask,
        answers: &answers,
        wire: &wire,
        pace: &pace,
        spent: &spent,
        sounds: &[],
    };
    let answer = serde_json::from_str(&composition.whole_body()).unwrap_or_default();
    Ok((answer, spent.billed(&ask.model_id)))
}

/// Decides on the answers, scripted or composed, and on what goes wrong; takes the time before the first byte.
pub(crate) async fn think(ask: &Ask, entry: &Entry) -> (Vec<Answer>, Pace) {
    let options = entry.handle.options();
    let mut pace = Pace::new(&options, entry.dice().and("answer"));
    let waits = entry
        .header("x-dashscope-wait-timeout")
        .and_then(|seconds| seconds.parse::<u64>().ok())
        .is_some_and(|seconds| seconds > 0);
    let is_burst = |answer: &Answer| answer.fault_is(&Fault::Refused(Refusal::burst()));
    let answers = loop {
        match entry.handle.scripted_answer() {
            // Who waits is queued instead of being refused, until the burst is over.
            Some(answer) if waits && is_burst(&answer) => {}
            Some(answer) => break vec![answer],
            None => break answer::compose(ask, options.seed, &mut pace),
        }
    };
    let failure = answers.first().and_then(|answer| answer.failure.as_ref());
    if let Some(failure) = failure.filter(|failure| failure.fault.is_of_the_front()) {
        entry.later.add(Strike {
            fault: failure.fault.clone(),
            // The event that opens an answer is not a piece of it.
            after: failure.after + 1,
        });
    }
    entry.first_byte().await;
    (answers, pace)
}

/// Gives an answer step by step.
pub(crate) fn play(
    content_type: &'static str,
    steps: Box<dyn Iterator<Item = Step> + Send>,
    entry: Entry,
) -> Response {
    play_billed(content_type, steps, entry, None)
}

/// The same, and writes down what it costs, less when it is broken off.
fn play_billed(
    content_type: &'static str,
    steps: Box<dyn Iterator<Item = Step> + Send>,
    entry: Entry,
    bill: Option<Bill>,
) -> Response {
    let Entry {
        handle, pass, line, ..
    } = entry;
    let playing = Playing::new(steps, handle, pass, line, bill);
    reply::body(200, content_type, playing.into_body())
}

/// What is answered in place of a completion when the fault comes before it.
pub(crate) fn instead(
    answers: &[Answer],
    streaming: bool,
    dialect: Dialect,
    id: &RequestId,
) -> Option<Response> {
    match &answers.first()?.failure.as_ref()?.fault {
        Fault::ErrorEvent(refusal) if !streaming => Some(dialect.refuse(refusal, id)),
        Fault::EmptyBody if streaming => Some(reply::body(200, EVENT_STREAM, "")),
        fault => front::instead(fault, dialect, id),
    }
}
