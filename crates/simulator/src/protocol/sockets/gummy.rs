//! Gummy: recognition and translation at once.

use serde_json::{Value, json};

use super::{
    failure::{Failure, Stop},
    inference::PATIENCE,
    order::{Order, action},
    stream::Stream,
    wire::{Incoming, Wire},
};
use crate::hearing::{Ear, Heard, Sentence, Tongue, translate};

/// What the model for one utterance hears at most, in milliseconds.
const LONGEST_CHAT: u64 = 60_000;

/// Recognises and translates what comes until the client has finished, or the utterance has.
pub(super) async fn run(wire: &mut Wire, order: &Order) -> Result<(), Stop> {
    let settings = Settings::read(order)?;
    let rate = order.parameter("sample_rate").and_then(Value::as_u64);
    let rate = rate
        .and_then(|rate| u32::try_from(rate).ok())
        .filter(|rate| *rate >= 8000)
        .ok_or_else(|| Failure::invalid("sample_rate is required"))?;
    let mut stream = Stream::new(order.text("format").unwrap_or("pcm"), rate)?;
    let mut ear: Option<Ear> = None;
    let mut charged = 0.0;
    wire.tell(&order.started()).await?;
    loop {
        let (samples, is_last) = match wire.next(PATIENCE).await? {
            Incoming::Sound(bytes) => (stream.feed(&bytes), false),
            Incoming::Event(frame) => match action(&frame) {
                "finish-task" => (stream.finish()?, true),
                "run-task" => return Err(Stop::Replaced(frame)),
                _ => continue,
            },
            Incoming::Nonsense => {
                return Err(Failure::invalid("The message is not valid JSON.").into());
            }
            Incoming::Silence => return Err(Failure::silence().into()),
        };
        let ear = ear.get_or_insert_with(|| {
            let memory = wire.handle().spoken().clone();
            let dice = wire.dice.clone().and(&order.model);
            Ear::new(memory, stream.rate_hz, settings.tongue, dice).patient(settings.silence)
        });
        let mut heard = ear.hear(&samples);
        let is_over = settings.is_chat && ear.milliseconds() >= LONGEST_CHAT;
        if is_last || is_over {
            heard.extend(ear.finish());
        }
        let now = ear.milliseconds();
        for heard in heard {
            let is_whole = matches!(heard, Heard::Whole(_));
            let payload = settings.word(&heard, now);
            if let Some(seconds) = payload["usage"]["duration"].as_f64() {
                let more = (seconds - charged) * settings.services();
                charged = seconds;
                wire.charge(&order.model, |billed| billed.seconds += more);
            }
            wire.tell(&order.generated(&payload)).await?;
            if is_whole && settings.is_chat {
                return finish(wire, order).await;
            }
        }
        if is_last || is_over {
            return finish(wire, order).await;
        }
    }
}

async fn finish(wire: &mut Wire, order: &Order) -> Result<(), Stop> {
    let end = json!({ "output": {}, "usage": null });
    wire.tell(&order.finished(&end)).await?;
    Ok(())
}

struct Settings {
    /// One utterance, and then it ends by itself.
    is_chat: bool,
    tongue: Tongue,
    silence: u64,
    transcribes: bool,
    target: Option<String>,
}

impl Settings {
    fn read(order: &Order) -> Result<Self, Failure> {
        let targets = order.parameter("translation_target_languages");
        let targets = targets.and_then(Value::as_array);
        let translates = order.flag("translation_enabled") == Some(true);
        let target = targets
            .and_then(|targets| targets.first())
            .and_then(Value::as_str);
        if translates && target.is_none() {
            let message = "translation_target_languages is required";
            return Err(Failure::invalid(message));
        }
        if targets.is_some_and(|targets| targets.len() > 1) {
            let message = "translation_target_languages supports one language only";
            return Err(Failure::invalid(message));
        }
        let source = order.text("source_language").unwrap_or("auto");
        let silence = order.number("max_end_silence", 700.0, 200.0..=6000.0)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 200 and 6000"
        )]
        let silence = silence as u64;
        Ok(Self {
            is_chat: order.model.starts_with("gummy-chat"),
            tongue: Tongue::of(source),
            silence,
            transcribes: order.flag("transcription_enabled") != Some(false),
            target: target.filter(|_| translates).map(str::to_owned),
        })
    }

    /// Recognition and translation are paid each.
    fn services(&self) -> f64 {
        f64::from(u8::from(self.transcribes)) + f64::from(u8::from(self.target.is_some()))
    }

    fn word(&self, heard: &Heard, now: u64) -> Value {
        let (sentence, is_whole) = match heard {
            Heard::Part(sentence) => (sentence, false),
            Heard::Whole(sentence) => (sentence, true),
        };
        let mut output = json!({});
        if self.transcribes {
            let words = sentence.words.iter().map(|word| {
                json!({
                    "begin_time": word.begin,
                    "end_time": word.end,
                    "text": format!("{}{}", word.text, word.punctuation),
                    "fixed": is_whole,
                })
            });
            output["transcription"] = frame(sentence, &sentence.text(), &words.collect(), is_whole);
        }
        if let Some(target) = &self.target {
            let text = translate(&sentence.text(), target);
            let words = json!([{
                "begin_time": sentence.begin(),
                "end_time": sentence.end(),
                "text": text,
                "fixed": is_whole,
            }]);
            let mut translation = frame(sentence, &text, &words, is_whole);
            translation["lang"] = target.as_str().into();
            output["translations"] = json!([translation]);
        }
        let usage = is_whole.then(|| json!({ "duration": now.div_ceil(1000) }));
        json!({ "output": output, "usage": usage })
    }
}

fn frame(sentence: &Sentence, text: &str, words: &Value, is_whole: bool) -> Value {
    json!({
        "sentence_id": sentence.index,
        "begin_time": sentence.begin(),
        "end_time": is_whole.then_some(sentence.end()),
        "current_time": sentence.end(),
        "text": text,
        "sentence_end": is_whole,
        "words": words,
    })
}
