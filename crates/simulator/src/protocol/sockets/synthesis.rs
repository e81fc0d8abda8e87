//! `CosyVoice` and Qwen-Audio-TTS: text in pieces, sound in pieces.

use serde_json::{Value, json};

use super::{
    failure::{Failure, Stop},
    inference::PATIENCE,
    order::{Order, action},
    wire::{Incoming, Wire},
};
use crate::{
    protocol::speech::{characters, check_voice, sentences, strip_tags},
    sound::{self, Encoder, Format, Manner, Utterance},
};

/// The rates of the service.
const RATES: [u64; 6] = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000];
/// Characters of one message, and of one task.
const LONGEST_MESSAGE: u64 = 20_000;
const LONGEST_TASK: u64 = 200_000;

/// Speaks what comes until the client has finished.
pub(super) async fn run(wire: &mut Wire, order: &Order) -> Result<(), Stop> {
    let mut speaker = Speaker::new(wire, order)?;
    wire.tell(&order.started()).await?;
    wire.think().await;
    loop {
        let frame = match wire.next(PATIENCE).await? {
            Incoming::Event(frame) => frame,
            Incoming::Sound(_) => {
                return Err(Failure::invalid("Binary input is not supported.").into());
            }
            Incoming::Nonsense => {
                return Err(Failure::invalid("The message is not valid JSON.").into());
            }
            Incoming::Silence => return Err(Failure::silence().into()),
        };
        let input = &frame["payload"]["input"];
        match action(&frame) {
            "continue-task" => {
                if let Some(text) = input["text"].as_str() {
                    speaker.take(text)?;
                    speaker.speak_whole_sentences(wire, order).await?;
                }
                if input["flush"].as_bool() == Some(true) {
                    speaker.speak_all(wire, order).await?;
                }
            }
            "finish-task" if input["directive"].as_str() == Some("cancel") => break,
            "finish-task" => {
                speaker.speak_all(wire, order).await?;
                if speaker.index == 0 {
                    let message = "Please ensure input text is valid.";
                    return Err(Failure::invalid(message).into());
                }
                break;
            }
            "run-task" => return Err(Stop::Replaced(frame)),
            other => {
                return Err(Failure::invalid(format!("Unsupported action '{other}'.")).into());
            }
        }
    }
    let rest = speaker.encoder.finish(&wire.handle().spoken().clone());
    if !rest.is_empty() {
        wire.play(rest).await?;
    }
    let mut event = order.finished(&json!({
        "output": { "sentence": { "words": [] } },
        "usage": { "characters": speaker.spoken },
    }));
    event["header"]["attributes"]["request_uuid"] = wire.dice.uuid().into();
    wire.tell(&event).await?;
    Ok(())
}

/// One task's voice.
struct Speaker {
    voice: String,
    rate_hz: u32,
    manner: Manner,
    encoder: Encoder,
    is_markup: bool,
    shows_words: bool,
    messages: usize,
    text: String,
    taken: u64,
    spoken: u64,
    index: usize,
    /// Milliseconds that were spoken.
    elapsed: u64,
    /// Characters that were spoken, one each.
    place: usize,
}

impl Speaker {
    fn new(wire: &Wire, order: &Order) -> Result<Self, Failure> {
        let voice = order.text("voice").unwrap_or_default().to_owned();
        check_voice(&wire.entry, &order.model, &voice)?;
        let name = order.text("format").unwrap_or("mp3");
        let format = match name {
            "Default" => Some(Format::Mp3),
            name => Format::named(name),
        };
        let format = format
            .filter(|format| *format != Format::Opus || order.model != "cosyvoice-v1")
            .ok_or_else(|| Failure::invalid(format!("Unsupported audio format: {name}")))?;
        let rate = order.parameter("sample_rate").and_then(Value::as_u64);
        let rate = rate.filter(|rate| *rate != 0).unwrap_or(22_050);
        if !RATES.contains(&rate) {
            return Err(Failure::invalid(format!("Unsupported sample rate: {rate}")));
        }
        let rate_hz = format.rate(u32::try_from(rate).unwrap_or(22_050));
        let kilobits = order.number("bit_rate", 32.0, 6.0..=510.0)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 6 and 510"
        )]
        let kilobits = kilobits as u32;
        let encoder = Encoder::new(format, rate_hz, kilobits)
            .ok_or_else(|| Failure::invalid(format!("Unsupported sample rate: {rate}")))?;
        order.number("seed", 0.0, 0.0..=65_535.0)?;
        Ok(Self {
            voice,
            rate_hz,
            manner: Manner {
                speed: order.number("rate", 1.0, 0.5..=2.0)?,
                volume: order.number("volume", 50.0, 0.0..=100.0)?,
                pitch: order.number("pitch", 1.0, 0.5..=2.0)?,
            },
            encoder,
            is_markup: order.flag("enable_ssml") == Some(true),
            shows_words: order.flag("word_timestamp_enabled") == Some(true),
            messages: 0,
            text: String::new(),
            taken: 0,
            spoken: 0,
            index: 0,
            elapsed: 0,
            place: 0,
        })
    }

    fn take(&mut self, text: &str) -> Result<(), Failure> {
        self.messages += 1;
        if self.is_markup && self.messages > 1 {
            return Err(Failure::invalid("Text request limit violated, expected 1."));
        }
        let plain = if self.is_markup {
            strip_tags(text)
        } else if text.trim_start().starts_with("<speak") {
            return Err(Failure::invalid(
                "SSML text is not supported at the moment!",
            ));
        } else {
            text.to_owned()
        };
        let count = characters(&plain);
        self.taken += count;
        if count > LONGEST_MESSAGE || self.taken > LONGEST_TASK {
            let message = "Text request limit violated, too many characters.";
            return Err(Failure::invalid(message));
        }
        self.text.push_str(&plain);
        Ok(())
    }

    async fn speak_whole_sentences(&mut self, wire: &mut Wire, order: &Order) -> Result<(), Stop> {
        let (whole, rest) = sentences(&self.text);
        self.text = rest;
        for sentence in whole {
            self.speak(wire, order, &sentence).await?;
        }
        Ok(())
    }

    async fn speak_all(&mut self, wire: &mut Wire, order: &Order) -> Result<(), Stop> {
        self.speak_whole_sentences(wire, order).await?;
        let rest = std::mem::take(&mut self.text);
        if !rest.trim().is_empty() {
            self.speak(wire, order, &rest).await?;
        }
        Ok(())
    }

    /// One sentence: its beginning, its sound with an event before each frame, its end.
    async fn speak(&mut self, wire: &mut Wire, order: &Order, text: &str) -> Result<(), Stop> {
        let said = sound::utter(text, &self.voice, self.rate_hz, self.manner);
        if said.clauses.is_empty() {
            return Ok(());
        }
        let memory = wire.handle().spoken().clone();
        self.encoder.says(&memory, &said);
        let begin = self.payload("sentence-begin", &json!([]), Some(text));
        wire.tell(&order.generated(&begin)).await?;
        let words = self.words(&said, text);
        for chunk in said.samples.chunks(self.rate_hz as usize / 4) {
            let bytes = self.encoder.encode(chunk);
            if bytes.is_empty() {
                continue;
            }
            let event = self.payload("sentence-synthesis", &words, None);
            wire.tell(&order.generated(&event)).await?;
            wire.play(bytes).await?;
        }
        let count = characters(text);
        self.spoken += count;
        wire.charge(&order.model, |billed| billed.characters += count);
        let mut end = self.payload("sentence-end", &words, Some(text));
        end["usage"] = json!({ "characters": self.spoken });
        wire.tell(&order.generated(&end)).await?;
        self.index += 1;
        self.elapsed += said.milliseconds();
        self.place += text.chars().count();
        Ok(())
    }

    fn payload(&self, kind: &str, words: &Value, text: Option<&str>) -> Value {
        let mut output = json!({
            "sentence": { "index": self.index, "words": words },
            "type": kind,
        });
        if let Some(text) = text {
            output["original_text"] = text.into();
        }
        json!({ "output": output })
    }

    /// Times of the words from the beginning of the task, places in its text.
    fn words(&self, said: &Utterance, text: &str) -> Value {
        let mut words = Vec::new();
        let mut from = 0;
        for word in said.clauses.iter().flat_map(|clause| &clause.words) {
            if !self.shows_words {
                break;
            }
            let spoken = word.text.trim_end();
            let at = from + text[from..].find(spoken).unwrap_or(0);
            let begin = self.place + text[..at].chars().count();
            from = at + spoken.len();
            words.push(json!({
                "text": spoken,
                "begin_index": begin,
                "end_index": begin + spoken.chars().count(),
                "begin_time": self.elapsed + word.begin,
                "end_time": self.elapsed + word.end,
            }));
        }
        words.into()
    }
}
