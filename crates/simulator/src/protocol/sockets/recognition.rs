//! Realtime recognition: Paraformer, Fun-ASR.

use serde_json::{Value, json};

use super::{
    failure::{Failure, Stop},
    inference::PATIENCE,
    order::{Order, action},
    stream::Stream,
    wire::{Incoming, Wire},
};
use crate::{
    hearing::{Ear, Heard, Sentence, Tongue},
    protocol::speech::{Filter, hot_words},
};

/// Silence that is longer ends a task without heartbeat, in milliseconds.
const LONGEST_SILENCE: u64 = 60_000;
/// How often a heartbeat is sent during silence, in milliseconds.
const HEARTBEAT: u64 = 10_000;

/// Recognises what comes until the client has finished.
pub(super) async fn run(wire: &mut Wire, order: &Order) -> Result<(), Stop> {
    let mut listener = Listener::new(wire, order)?;
    wire.tell(&order.started()).await?;
    loop {
        match wire.next(PATIENCE).await? {
            Incoming::Sound(bytes) => {
                let events = listener.hear(&bytes)?;
                tell_all(wire, order, &mut listener, events).await?;
            }
            Incoming::Event(frame) => match action(&frame) {
                "finish-task" => break,
                "continue-task" => check_context(&frame)?,
                "run-task" => return Err(Stop::Replaced(frame)),
                other => {
                    let message = format!("Unsupported action '{other}'.");
                    return Err(Failure::invalid(message).into());
                }
            },
            Incoming::Nonsense => {
                return Err(Failure::invalid("The message is not valid JSON.").into());
            }
            Incoming::Silence => return Err(Failure::silence().into()),
        }
    }
    let events = listener.finish()?;
    tell_all(wire, order, &mut listener, events).await?;
    let end = json!({ "output": {}, "usage": null });
    wire.tell(&order.finished(&end)).await?;
    Ok(())
}

async fn tell_all(
    wire: &mut Wire,
    order: &Order,
    listener: &mut Listener,
    events: Vec<Value>,
) -> Result<(), Stop> {
    for payload in events {
        if let Some(seconds) = payload["usage"]["duration"].as_f64() {
            let more = seconds - listener.charged;
            listener.charged = seconds;
            wire.charge(&order.model, |billed| billed.seconds += more);
        }
        wire.tell(&order.generated(&payload)).await?;
    }
    Ok(())
}

/// A change of context replaces what was given with the start; it must be a list of messages.
fn check_context(frame: &Value) -> Result<(), Failure> {
    let input = &frame["payload"]["input"];
    match input.get("context") {
        None | Some(Value::Array(_)) if input.is_object() => Ok(()),
        _ => Err(Failure::invalid("context must be an array")),
    }
}

/// One task's ear, and how it words what it hears.
struct Listener {
    stream: Stream,
    ear: Option<Ear>,
    make: Box<dyn Fn(u32) -> Ear + Send>,
    filter: Filter,
    has_punctuation: bool,
    has_emotion: bool,
    heartbeat: bool,
    last_word: u64,
    last_beat: u64,
    charged: f64,
}

impl Listener {
    fn new(wire: &Wire, order: &Order) -> Result<Self, Failure> {
        let format = order
            .text("format")
            .ok_or_else(|| Failure::invalid("format is required"))?;
        let rate = order.parameter("sample_rate").and_then(Value::as_u64);
        let rate = rate
            .and_then(|rate| u32::try_from(rate).ok())
            .filter(|rate| (4000..=192_000).contains(rate))
            .ok_or_else(|| Failure::invalid("sample_rate is required"))?;
        let is_8k = order.model.contains("-8k");
        if is_8k && rate != 8000 {
            let message = format!("Unsupported sample rate {rate} for model {}.", order.model);
            return Err(Failure::invalid(message));
        }
        let silence = order.number("max_sentence_silence", 800.0, 200.0..=6000.0)?;
        let hints = order.parameter("language_hints").and_then(Value::as_array);
        let hint = hints
            .and_then(|hints| hints.first())
            .and_then(Value::as_str);
        let tongue = Tongue::of(hint.unwrap_or_default());
        let memory = wire.handle().spoken().clone();
        let dice = wire.dice.clone().and(&order.model);
        let expected = hot_words(&wire.entry, order.text("vocabulary_id"))?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 200 and 6000"
        )]
        let silence = silence as u64;
        Ok(Self {
            stream: Stream::new(format, rate)?,
            ear: None,
            make: Box::new(move |rate| {
                Ear::new(memory.clone(), rate, tongue, dice.clone())
                    .patient(silence)
                    .expecting(&expected)
            }),
            filter: Filter::read(order.text("special_word_filter"))
                .map_err(|refusal| Failure::invalid(refusal.message))?,
            has_punctuation: order.flag("punctuation_prediction_enabled") != Some(false),
            has_emotion: is_8k && order.flag("semantic_punctuation_enabled") != Some(true),
            heartbeat: order.flag("heartbeat") == Some(true),
            last_word: 0,
            last_beat: 0,
            charged: 0.0,
        })
    }

    fn hear(&mut self, bytes: &[u8]) -> Result<Vec<Value>, Failure> {
        let samples = self.stream.feed(bytes);
        let mut events = self.listen(&samples);
        let Some(ear) = &self.ear else {
            return Ok(events);
        };
        let now = ear.milliseconds();
        if ear.is_in_speech() || !events.is_empty() {
            self.last_word = now;
        }
        let silence = now - self.last_word;
        if silence > LONGEST_SILENCE && !self.heartbeat {
            return Err(Failure::new("ResponseTimeout", "Response timeout!"));
        }
        if self.heartbeat && now - self.last_word.max(self.last_beat) >= HEARTBEAT {
            self.last_beat = now;
            events.push(beat());
        }
        Ok(events)
    }

    fn finish(&mut self) -> Result<Vec<Value>, Failure> {
        let samples = self.stream.finish()?;
        let mut events = self.listen(&samples);
        let rest = self.ear.as_mut().map(Ear::finish).unwrap_or_default();
        events.extend(self.word(rest));
        Ok(events)
    }

    fn listen(&mut self, samples: &[i16]) -> Vec<Value> {
        if samples.is_empty() {
            return Vec::new();
        }
        let rate_hz = self.stream.rate_hz;
        let ear = self.ear.get_or_insert_with(|| (self.make)(rate_hz));
        let heard = ear.hear(samples);
        self.word(heard)
    }

    fn word(&self, heard: Vec<Heard>) -> Vec<Value> {
        let now = self.ear.as_ref().map_or(0, Ear::milliseconds);
        let payloads = heard.into_iter().map(|heard| match heard {
            Heard::Part(sentence) => {
                json!({ "output": { "sentence": self.sentence(&sentence, None) }, "usage": null })
            }
            Heard::Whole(sentence) => {
                let output = json!({ "sentence": self.sentence(&sentence, Some(sentence.end())) });
                json!({ "output": output, "usage": { "duration": now.div_ceil(1000) } })
            }
        });
        payloads.collect()
    }

    fn sentence(&self, sentence: &Sentence, end: Option<u64>) -> Value {
        let words: Vec<Value> = sentence
            .words
            .iter()
            .map(|word| {
                let punctuation = if self.has_punctuation {
                    word.punctuation.as_str()
                } else {
                    ""
                };
                json!({
                    "begin_time": word.begin,
                    "end_time": word.end,
                    "text": word.text,
                    "punctuation": punctuation,
                })
            })
            .collect();
        let text = if self.has_punctuation {
            sentence.text()
        } else {
            sentence.bare_text()
        };
        let mut value = json!({
            "sentence_id": sentence.index + 1,
            "begin_time": sentence.begin(),
            "end_time": end,
            "text": self.filter.apply(&text),
            "heartbeat": false,
            "sentence_end": end.is_some(),
            "words": words,
        });
        if self.has_emotion && end.is_some() {
            value["emo_tag"] = "neutral".into();
            value["emo_confidence"] = 0.9.into();
        }
        value
    }
}

/// Nothing was said, and the connection lives.
fn beat() -> Value {
    let sentence = json!({
        "sentence_id": 0,
        "begin_time": 0,
        "end_time": null,
        "text": "",
        "heartbeat": true,
        "sentence_end": false,
        "words": [],
    });
    json!({ "output": { "sentence": sentence }, "usage": null })
}
