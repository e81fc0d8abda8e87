//! One answer of a conversation: its events, made in advance and sent one after the other.

use std::{collections::VecDeque, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::session::Session;
use crate::{
    protocol::{sockets::wire::Gone, speech::sentences},
    sound::{self, Manner},
    tokens,
};

/// The rate at which the models speak.
const RATE: u32 = 24_000;
/// Tokens of one second of sound.
const TOKENS_A_SECOND: u64 = 25;
/// Sound of one event, in milliseconds; it is sent in a quarter of that unless there is no hurry at all.
const PIECE: u64 = 200;

/// An answer that is being given.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) id: String,
    response: Value,
    /// The rest of its events, and when each is due.
    events: VecDeque<(Instant, &'static str, Value)>,
    /// The item that goes into the conversation.
    pub(super) item: Value,
    usage: Value,
    input: u64,
    output: u64,
}

impl Reply {
    /// Says `text` in the modalities of the session, after hearing `input` tokens.
    pub(super) fn new(session: &mut Session, request: &Value, text: &str, input: [u64; 2]) -> Self {
        let modalities = match &request["modalities"] {
            Value::Array(given) if !given.is_empty() => Value::from(given.clone()),
            _ => session.settings["modalities"].clone(),
        };
        let is_loud = modalities
            .as_array()
            .is_some_and(|list| list.iter().any(|one| one == "audio"));
        let (id, item_id) = (session.id("resp"), session.id("item"));
        let conversation = session.settings["id"].as_str().unwrap_or_default();
        let conversation = conversation.replacen("sess", "conv", 1);
        let voice = session.settings["voice"].clone();
        let response = json!({
            "id": id,
            "object": "realtime.response",
            "conversation_id": conversation,
            "modalities": modalities,
            "voice": voice,
            "output_audio_format": session.settings["output_audio_format"],
        });
        let content = if is_loud {
            json!([{ "type": "audio", "transcript": text }])
        } else {
            json!([{ "type": "text", "text": text }])
        };
        let item = json!({
            "id": item_id, "object": "realtime.item", "type": "message",
            "status": "completed", "role": "assistant", "content": content,
        });
        let mut reply = Self {
            id,
            response,
            events: VecDeque::new(),
            item,
            usage: Value::Null,
            input: input[0] + input[1],
            output: 0,
        };
        let heard = reply.compose(session, text, is_loud);
        let words = u64::from(tokens::count(text));
        reply.output = words + heard;
        reply.usage = json!({
            "total_tokens": reply.input + reply.output,
            "input_tokens": reply.input,
            "output_tokens": reply.output,
            "input_tokens_details": { "text_tokens": input[0], "audio_tokens": input[1] },
            "output_tokens_details": { "text_tokens": words, "audio_tokens": heard },
        });
        reply
    }

    /// Makes the events between the first and the last; gives the tokens of the sound.
    fn compose(&mut self, session: &Session, text: &str, is_loud: bool) -> u64 {
        let pause = match session.wire.handle().options().speed {
            0 => Duration::ZERO,
            _ => Duration::from_millis(PIECE / 4),
        };
        let mut due = Instant::now() + session.wire.thinking_time();
        let place = json!({
            "response_id": self.id,
            "item_id": self.item["id"],
            "output_index": 0,
            "content_index": 0,
        });
        let with = |name: &str, value: Value| {
            let mut fields = place.clone();
            fields[name] = value;
            fields
        };
        let kind = if is_loud { "audio" } else { "text" };
        let mut beginning = self.item.clone();
        beginning["status"] = "in_progress".into();
        beginning["content"] = json!([]);
        let output =
            |item: Value| json!({ "response_id": self.id, "output_index": 0, "item": item });
        let mut events = vec![
            (due, "response.output_item.added", output(beginning)),
            (
                due,
                "response.content_part.added",
                with("part", json!({ "type": kind, "text": "" })),
            ),
        ];
        let (mut parts, rest) = sentences(text);
        parts.extend(Some(rest).filter(|rest| !rest.trim().is_empty()));
        let voice = session.settings["voice"].as_str().unwrap_or_default();
        let mut milliseconds = 0;
        for part in &parts {
            let name = if is_loud {
                "response.audio_transcript.delta"
            } else {
                "response.text.delta"
            };
            for word in tokens::split(part) {
                events.push((due, name, with("delta", word.into())));
                if !is_loud {
                    due += pause;
                }
            }
            if is_loud {
                let said = sound::utter(part, voice, RATE, Manner::default());
                session.wire.handle().spoken().keep(&said);
                milliseconds += said.milliseconds();
                for piece in said.samples.chunks(sound::samples_in(PIECE, RATE)) {
                    let delta = BASE64_STANDARD.encode(sound::pcm(piece));
                    events.push((due, "response.audio.delta", with("delta", delta.into())));
                    due += pause;
                }
            }
        }
        if is_loud {
            let done = with("transcript", text.into());
            events.push((due, "response.audio_transcript.done", done));
            events.push((due, "response.audio.done", place.clone()));
        } else {
            events.push((due, "response.text.done", with("text", text.into())));
        }
        let part = json!({ "type": kind, "text": text });
        events.push((due, "response.content_part.done", with("part", part)));
        events.push((due, "response.output_item.done", output(self.item.clone())));
        self.events = events.into();
        milliseconds.div_ceil(1000) * TOKENS_A_SECOND
    }

    /// When the next event is due.
    pub(super) fn due(&self) -> Option<Instant> {
        self.events.front().map(|(due, ..)| *due)
    }

    pub(super) async fn begin(&self, session: &mut Session) -> Result<(), Gone> {
        session.is_answering = true;
        let response = self.response("in_progress", json!([]));
        session.tell("response.created", response).await
    }

    /// Sends what is due; tells whether that was all.
    pub(super) async fn go_on(&mut self, session: &mut Session) -> Result<bool, Gone> {
        while let Some((due, ..)) = self.events.front() {
            if *due > Instant::now() {
                return Ok(false);
            }
            if let Some((_, kind, fields)) = self.events.pop_front() {
                session.tell(kind, fields).await?;
            }
        }
        self.end(session, "completed").await?;
        Ok(true)
    }

    /// Ends the answer; one that was cancelled costs what it would have cost.
    pub(super) async fn end(&mut self, session: &mut Session, status: &str) -> Result<(), Gone> {
        let model = session.model.clone();
        let (input, output) = (self.input, self.output);
        session.wire.charge(&model, |billed| {
            billed.input_tokens += input;
            billed.output_tokens += output;
        });
        let mut item = self.item.clone();
        if status != "completed" {
            item["status"] = "incomplete".into();
        }
        let mut response = self.response(status, json!([item]));
        response["response"]["usage"] = self.usage.clone();
        session.is_answering = false;
        session.tell("response.done", response).await
    }

    fn response(&self, status: &str, output: Value) -> Value {
        let mut response = self.response.clone();
        response["status"] = status.into();
        response["output"] = output;
        json!({ "response": response })
    }
}
