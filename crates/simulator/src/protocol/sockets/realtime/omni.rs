//! Qwen-Omni in realtime, and its kin that translates: a conversation by voice.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{
    conversation::{Conversation, spoken},
    reply::Reply,
    session::{Session, kind},
    turn::{Turn, Turns},
};
use crate::{hearing::translate, protocol::sockets::wire::Gone, sound::samples_in};

/// Tokens of one second of sound.
const TOKENS_A_SECOND: u64 = 25;

/// Talks until the client has finished.
pub(super) async fn serve(session: &mut Session) -> Result<(), Gone> {
    let voice = if session.model.starts_with("qwen3.5") {
        "Tina"
    } else {
        "Cherry"
    };
    let settings = json!({
        "modalities": ["text", "audio"],
        "voice": voice,
        "input_audio_format": "pcm",
        "output_audio_format": "pcm",
        "input_audio_transcription": { "model": "qwen3-asr-flash-realtime" },
        "turn_detection": {
            "type": "server_vad",
            "threshold": 0.5,
            "prefix_padding_ms": 300,
            "silence_duration_ms": 800,
            "create_response": true,
            "interrupt_response": true,
        },
        "tools": [],
        "tool_choice": "auto",
        "temperature": 0.8,
    });
    session.open(settings).await?;
    let memory = session.wire.handle().spoken().clone();
    let dice = session.wire.dice.clone().and("ear");
    let turns = Turns::new(memory, silence(&session.settings), dice);
    let mut talk = Talk {
        turns,
        conversation: Conversation::default(),
        reply: None,
        heard: 0,
        has_sound: false,
        item: String::new(),
        finishing: false,
    };
    loop {
        if let Some(mut reply) = talk.reply.take() {
            if reply.go_on(session).await? {
                talk.conversation.add(reply.item);
            } else {
                talk.reply = Some(reply);
            }
        }
        if talk.finishing && talk.reply.is_none() {
            return session.finish().await;
        }
        let until = talk.reply.as_ref().and_then(Reply::due);
        if let Some(event) = session.next(until).await? {
            talk.take(session, &event).await?;
        }
    }
}

/// The silence that ends a turn; none when the client ends turns itself.
fn silence(settings: &Value) -> Option<u64> {
    let detection = match &settings["audio"]["input"]["turn_detection"] {
        Value::Null => &settings["turn_detection"],
        nested => nested,
    };
    if detection.is_null() {
        return None;
    }
    Some(detection["silence_duration_ms"].as_u64().unwrap_or(800))
}

/// A conversation as it stands.
struct Talk {
    turns: Turns,
    conversation: Conversation,
    reply: Option<Reply>,
    /// Samples since the last answer.
    heard: usize,
    has_sound: bool,
    /// The item that is being spoken.
    item: String,
    finishing: bool,
}

impl Talk {
    async fn take(&mut self, session: &mut Session, event: &Value) -> Result<(), Gone> {
        match kind(event) {
            "session.update" => self.update(session, &event["session"]).await,
            "input_audio_buffer.append" => self.hear(session, event).await,
            "input_audio_buffer.commit" => {
                if self.turns.is_empty() {
                    let message = "Error committing input audio buffer: buffer too small.";
                    return session.refuse("invalid_value", message, None).await;
                }
                self.item = session.id("item");
                let transcript = self.turns.end();
                self.commit(session, &transcript).await
            }
            "input_audio_buffer.clear" => {
                self.turns.end();
                self.heard = 0;
                session.tell("input_audio_buffer.cleared", json!({})).await
            }
            "input_image_buffer.append" if self.has_sound => Ok(()),
            "input_image_buffer.append" => {
                let message = "Error appending image: append audio before images.";
                session.refuse("invalid_value", message, None).await
            }
            "conversation.item.create" => {
                let mut item = event["item"].clone();
                if item["id"].is_null() {
                    item["id"] = session.id("item").into();
                }
                item["object"] = "realtime.item".into();
                item["status"] = "completed".into();
                self.conversation.add(item.clone());
                session
                    .tell("conversation.item.created", json!({ "item": item }))
                    .await
            }
            "conversation.item.retrieve" => {
                let id = event["item_id"].as_str().unwrap_or_default();
                match self.conversation.find(id).cloned() {
                    Some(item) => {
                        let item = json!({ "item": item });
                        session.tell("conversation.item.retrieved", item).await
                    }
                    None => no_item(session, id).await,
                }
            }
            "conversation.item.delete" => {
                let id = event["item_id"].as_str().unwrap_or_default();
                if !self.conversation.remove(id) {
                    return no_item(session, id).await;
                }
                session
                    .tell("conversation.item.deleted", json!({ "item_id": id }))
                    .await
            }
            "response.create" if self.reply.is_some() => {
                let message = "Conversation already has an active response.";
                session
                    .refuse("conversation_already_has_active_response", message, None)
                    .await
            }
            "response.create" => self.respond(session, &event["response"]).await,
            "response.cancel" => {
                if self.interrupt(session).await? {
                    return Ok(());
                }
                let message = "Conversation has none active response.";
                session.refuse("invalid_value", message, None).await
            }
            "session.finish" => {
                self.finishing = true;
                Ok(())
            }
            _ => session.refuse_event(event).await,
        }
    }

    async fn update(&mut self, session: &mut Session, given: &Value) -> Result<(), Gone> {
        if let Some(modalities) = given["modalities"].as_array() {
            let has = |name: &str| modalities.iter().any(|one| one == name);
            let is_known = modalities.iter().all(|one| one == "text" || one == "audio");
            if !has("text") || !is_known {
                let list: Vec<String> = modalities
                    .iter()
                    .map(|one| format!("'{}'", one.as_str().unwrap_or_default()))
                    .collect();
                let message = format!(
                    "Invalid modalities: [{}]. Supported combinations are: ['text'] and ['audio', 'text'].",
                    list.join(", ")
                );
                let param = Some("session.modalities");
                return session.refuse("invalid_value", &message, param).await;
            }
        }
        let mut given = given.clone();
        for name in ["input_audio_format", "output_audio_format"] {
            if given[name] == "pcm16" {
                given[name] = "pcm".into();
            } else if given[name].is_null()
                && let Some(fields) = given.as_object_mut()
            {
                fields.remove(name);
            }
        }
        session.update(&given).await?;
        self.turns.set_silence(silence(&session.settings));
        Ok(())
    }

    async fn hear(&mut self, session: &mut Session, event: &Value) -> Result<(), Gone> {
        let audio = event["audio"].as_str().unwrap_or_default();
        let Ok(bytes) = BASE64_STANDARD.decode(audio) else {
            let message = "Invalid 'audio': the value is not valid base64.";
            return session
                .refuse("invalid_value", message, Some("audio"))
                .await;
        };
        let samples: Vec<i16> = bytes
            .chunks_exact(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        self.has_sound = true;
        self.heard += samples.len();
        for turn in self.turns.hear(&samples) {
            match turn {
                Turn::Begins { at } => {
                    self.item = session.id("item");
                    let started = json!({ "audio_start_ms": at, "item_id": self.item });
                    session
                        .tell("input_audio_buffer.speech_started", started)
                        .await?;
                    if session.settings["turn_detection"]["interrupt_response"] != false {
                        self.interrupt(session).await?;
                    }
                }
                Turn::Ends { at, transcript } => {
                    let stopped = json!({ "audio_end_ms": at, "item_id": self.item });
                    session
                        .tell("input_audio_buffer.speech_stopped", stopped)
                        .await?;
                    self.commit(session, &transcript).await?;
                    let creates = session.settings["turn_detection"]["create_response"] != false;
                    if creates && self.reply.is_none() {
                        self.respond(session, &Value::Null).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// What was heard becomes an item of the conversation.
    async fn commit(&mut self, session: &mut Session, transcript: &str) -> Result<(), Gone> {
        let id = self.item.clone();
        let committed = json!({ "item_id": id });
        session
            .tell("input_audio_buffer.committed", committed)
            .await?;
        let item = json!({
            "id": id, "object": "realtime.item", "type": "message", "status": "in_progress",
            "role": "user", "content": [{ "type": "input_audio" }],
        });
        session
            .tell("conversation.item.created", json!({ "item": item }))
            .await?;
        if !session.settings["input_audio_transcription"].is_null() {
            let prefix = "conversation.item.input_audio_transcription";
            let delta = json!({
                "item_id": id, "content_index": 0, "text": transcript, "stash": "",
                "language": "zh", "emotion": "neutral",
            });
            session.tell(&format!("{prefix}.delta"), delta).await?;
            let done = json!({ "item_id": id, "content_index": 0, "transcript": transcript });
            session.tell(&format!("{prefix}.completed"), done).await?;
        }
        self.conversation.add(Conversation::user(&id, transcript));
        Ok(())
    }

    async fn respond(&mut self, session: &mut Session, request: &Value) -> Result<(), Gone> {
        let instructions = request["instructions"]
            .as_str()
            .or_else(|| session.settings["instructions"].as_str());
        let messages = self.conversation.messages(instructions);
        let seed = session.wire.handle().options().seed;
        let text = if session.model.contains("livetranslate") {
            let target = &session.settings["translation"]["language"];
            let said = messages.last().map_or("", |message| message.text.as_str());
            translate(said, target.as_str().unwrap_or("en"))
        } else {
            match session.wire.handle().scripted_answer() {
                Some(answer) => answer.words.concat(),
                None => spoken(seed, &messages),
            }
        };
        let seconds = self.heard.div_ceil(samples_in(1000, 16_000)) as u64;
        self.heard = 0;
        let input = [self.conversation.tokens(), seconds * TOKENS_A_SECOND];
        let reply = Reply::new(session, request, &text, input);
        reply.begin(session).await?;
        self.reply = Some(reply);
        Ok(())
    }

    /// Breaks the answer off, if there is one.
    async fn interrupt(&mut self, session: &mut Session) -> Result<bool, Gone> {
        let Some(mut reply) = self.reply.take() else {
            return Ok(false);
        };
        reply.end(session, "cancelled").await?;
        Ok(true)
    }
}

async fn no_item(session: &mut Session, id: &str) -> Result<(), Gone> {
    let message = format!("Item with item_id '{id}' not found.");
    session
        .refuse("item_not_found", &message, Some("item_id"))
        .await
}
