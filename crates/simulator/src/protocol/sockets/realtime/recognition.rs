//! Qwen3-ASR in realtime: what is heard is written down, sentence by sentence.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::session::{Session, kind};
use crate::{
    hearing::{Ear, Heard, Sentence, Tongue},
    protocol::sockets::{stream::Stream, wire::Gone},
};

/// Listens until the client has finished.
pub(super) async fn serve(session: &mut Session) -> Result<(), Gone> {
    let settings = json!({
        "modalities": ["text"],
        "input_audio_format": "pcm",
        "sample_rate": 16_000,
        "input_audio_transcription": { "model": session.model },
        "turn_detection": { "type": "server_vad", "threshold": 0.2, "silence_duration_ms": 800 },
    });
    session.open(settings).await?;
    let mut listener: Option<Listener> = None;
    loop {
        let Some(event) = session.next(None).await? else {
            continue;
        };
        match kind(&event) {
            "session.update" => {
                session.update(&event["session"]).await?;
                // What was heard so far was heard under the old settings.
                if let Some(mut listener) = listener.take() {
                    listener.finish(session).await?;
                }
            }
            "input_audio_buffer.append" => {
                let audio = event["audio"].as_str().unwrap_or_default();
                let Ok(bytes) = BASE64_STANDARD.decode(audio) else {
                    let message = "Invalid 'audio': the value is not valid base64.";
                    session
                        .refuse("invalid_value", message, Some("audio"))
                        .await?;
                    continue;
                };
                if listener.is_none() {
                    match Listener::new(session) {
                        Ok(new) => listener = Some(new),
                        Err(message) => {
                            let param = Some("session.input_audio_format");
                            session.refuse("invalid_value", &message, param).await?;
                        }
                    }
                }
                if let Some(listener) = &mut listener {
                    listener.hear(session, &bytes).await?;
                }
            }
            "input_audio_buffer.commit" if session.settings["turn_detection"].is_null() => {
                if let Some(mut listener) = listener.take() {
                    listener.commit(session).await?;
                } else {
                    let message = "Error committing input audio buffer: buffer too small.";
                    session.refuse("invalid_value", message, None).await?;
                }
            }
            "input_audio_buffer.commit" => {
                let message = "The buffer is committed by the server in VAD mode.";
                session.refuse("invalid_value", message, None).await?;
            }
            "input_audio_buffer.clear" => {
                listener = None;
                session
                    .tell("input_audio_buffer.cleared", json!({}))
                    .await?;
            }
            "session.finish" => {
                if let Some(mut listener) = listener.take() {
                    listener.finish(session).await?;
                }
                return session.finish().await;
            }
            _ => session.refuse_event(&event).await?,
        }
    }
}

/// What is being heard.
struct Listener {
    stream: Stream,
    ear: Ear,
    is_manual: bool,
    language: Option<String>,
    /// The sentence that has begun.
    item: Option<String>,
    /// Sentences that wait for a commit.
    kept: Vec<Sentence>,
    charged: u64,
}

impl Listener {
    fn new(session: &Session) -> Result<Self, String> {
        let settings = &session.settings;
        let format = settings["input_audio_format"].as_str().unwrap_or("pcm");
        let format = if format == "pcm16" { "pcm" } else { format };
        let rate = settings["sample_rate"].as_u64().unwrap_or(16_000);
        let rate = u32::try_from(rate).unwrap_or(16_000).max(8000);
        let stream = Stream::new(format, rate).map_err(|failure| failure.message)?;
        let rate = if format == "opus" { 48_000 } else { rate };
        let language = settings["input_audio_transcription"]["language"].as_str();
        let tongue = Tongue::of(language.unwrap_or_default());
        let silence = settings["turn_detection"]["silence_duration_ms"].as_u64();
        let dice = session.wire.dice.clone().and("ear");
        let memory = session.wire.handle().spoken().clone();
        Ok(Self {
            stream,
            ear: Ear::new(memory, rate, tongue, dice).patient(silence.unwrap_or(800)),
            is_manual: settings["turn_detection"].is_null(),
            language: language.map(str::to_owned),
            item: None,
            kept: Vec::new(),
            charged: 0,
        })
    }

    async fn hear(&mut self, session: &mut Session, bytes: &[u8]) -> Result<(), Gone> {
        let samples = self.stream.feed(bytes);
        let heard = self.ear.hear(&samples);
        self.tell(session, heard).await
    }

    async fn finish(&mut self, session: &mut Session) -> Result<(), Gone> {
        let samples = self.stream.finish().unwrap_or_default();
        let mut heard = self.ear.hear(&samples);
        heard.extend(self.ear.finish());
        self.tell(session, heard).await
    }

    /// Everything since the last commit becomes one item.
    async fn commit(&mut self, session: &mut Session) -> Result<(), Gone> {
        self.finish(session).await?;
        let item = session.id("item");
        self.created(session, &item).await?;
        let transcript: String = self.kept.drain(..).map(|one| one.text()).collect();
        self.completed(session, &item, &transcript).await
    }

    async fn tell(&mut self, session: &mut Session, heard: Vec<Heard>) -> Result<(), Gone> {
        for heard in heard {
            match heard {
                Heard::Whole(sentence) if self.is_manual => self.kept.push(sentence),
                Heard::Part(_) if self.is_manual => {}
                Heard::Part(sentence) => {
                    let item = self.begun(session, &sentence).await?;
                    let text = self.event(&item, &sentence);
                    let kind = "conversation.item.input_audio_transcription.text";
                    session.tell(kind, text).await?;
                }
                Heard::Whole(sentence) => {
                    let item = self.begun(session, &sentence).await?;
                    let stopped = json!({ "audio_end_ms": sentence.end(), "item_id": item });
                    session
                        .tell("input_audio_buffer.speech_stopped", stopped)
                        .await?;
                    self.created(session, &item).await?;
                    self.completed(session, &item, &sentence.text()).await?;
                    self.item = None;
                }
            }
        }
        Ok(())
    }

    /// The item of a sentence, which begins with its first words.
    async fn begun(&mut self, session: &mut Session, sentence: &Sentence) -> Result<String, Gone> {
        if let Some(item) = &self.item {
            return Ok(item.clone());
        }
        let item = session.id("item");
        self.item = Some(item.clone());
        let started = json!({ "audio_start_ms": sentence.begin(), "item_id": item });
        session
            .tell("input_audio_buffer.speech_started", started)
            .await?;
        Ok(item)
    }

    async fn created(&self, session: &mut Session, item: &str) -> Result<(), Gone> {
        let committed = json!({ "item_id": item });
        session
            .tell("input_audio_buffer.committed", committed)
            .await?;
        let item = json!({
            "id": item, "object": "realtime.item", "type": "message", "status": "in_progress",
            "role": "user", "content": [{ "type": "input_audio" }],
        });
        session
            .tell("conversation.item.created", json!({ "item": item }))
            .await
    }

    async fn completed(
        &mut self,
        session: &mut Session,
        item: &str,
        transcript: &str,
    ) -> Result<(), Gone> {
        let seconds = self.ear.milliseconds().div_ceil(1000);
        let more = u32::try_from(seconds - self.charged).unwrap_or(0);
        self.charged = seconds;
        let model = session.model.clone();
        session
            .wire
            .charge(&model, |billed| billed.seconds += f64::from(more));
        let kind = "conversation.item.input_audio_transcription.completed";
        let event = json!({
            "item_id": item,
            "content_index": 0,
            "transcript": transcript,
            "language": self.language(transcript),
            "emotion": "neutral",
        });
        session.tell(kind, event).await
    }

    /// All words but the last few are certain.
    fn event(&self, item: &str, sentence: &Sentence) -> Value {
        let sure = sentence.words.len().saturating_sub(2);
        let text = |words: &[crate::sound::Word]| -> String {
            let words = words.iter();
            words
                .flat_map(|word| [word.text.as_str(), word.punctuation.as_str()])
                .collect()
        };
        json!({
            "item_id": item,
            "content_index": 0,
            "text": text(&sentence.words[..sure]),
            "stash": text(&sentence.words[sure..]),
            "language": self.language(&sentence.text()),
            "emotion": "neutral",
        })
    }

    fn language(&self, text: &str) -> String {
        let known = self.language.clone();
        known.unwrap_or_else(|| Tongue::written(text).code().to_owned())
    }
}
