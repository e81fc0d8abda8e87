//! `POST /v1/audio/speech`.

use std::time::Duration;

use axum::{body::Body, response::Response};
use bailian::{
    AnswerStream, Download, Error as UpstreamError,
    audio::{Speech, SpeechAnswer},
    capability::ModelCard,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderValue, header, request::Parts};
use model::Operation;
use platform::gateway::{
    Ask, Ending, GatewayError, Running,
    scan::{Reported, RequestScan},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::{Call, Fault, Translated, is_at, succeeded};
use crate::gateway::{refusal::Refusal, request, table::Dialect, words};

/// The path of models that make the sound in the form that is wanted; the others make WAV.
const ANY_FORM: &str = "/SpeechSynthesizer";
/// The largest recording that is handed on.
const LARGEST: usize = 512 * 1024 * 1024;
/// Samples a second of OpenAI's `pcm`.
const HERTZ: u32 = 24_000;

/// What is asked for. What is not named here is a parameter of Bailian's.
#[derive(Debug, Deserialize)]
pub(super) struct Wish {
    model: Option<String>,
    input: Option<String>,
    voice: Option<Voice>,
    response_format: Option<Form>,
    speed: Option<f64>,
    instructions: Option<String>,
    #[serde(default)]
    stream_format: StreamForm,
    language_type: Option<String>,
    #[serde(flatten)]
    parameters: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Voice {
    Name(String),
    Custom { id: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    Mp3,
    Opus,
    Aac,
    Flac,
    Wav,
    Pcm,
}

impl Form {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Opus => "opus",
            Self::Aac => "aac",
            Self::Flac => "flac",
            Self::Wav => "wav",
            Self::Pcm => "pcm",
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Mp3 => "audio/mpeg",
            Self::Opus => "audio/ogg",
            Self::Aac => "audio/aac",
            Self::Flac => "audio/flac",
            Self::Wav => "audio/wav",
            Self::Pcm => "audio/pcm",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StreamForm {
    #[default]
    Audio,
    Sse,
}

impl Wish {
    /// The form of the sound: what was asked for, or what the model makes by itself.
    fn form(&self, card: &ModelCard) -> Form {
        let own = if is_at(card, ANY_FORM) {
            Form::Mp3
        } else {
            Form::Wav
        };
        self.response_format.unwrap_or(own)
    }
}

/// The sound, on its way.
pub(super) struct Spoken {
    form: Form,
    sound: Sound,
}

enum Sound {
    /// Piece by piece, as it is made.
    Pieces(AnswerStream<SpeechAnswer>),
    /// A file that was made, with what it took.
    File(Box<Download>, Box<SpeechAnswer>),
}

impl Translated for Wish {
    const OPERATION: Operation = Operation::Speech;
    type Answer = Spoken;

    async fn read(call: &Call, _: Parts, body: Body) -> Result<Self, Refusal> {
        let chinese = call.chinese;
        let body = request::read(body, call.limit, chinese).await?;
        let of = |error: GatewayError| Refusal::of(&error, chinese);
        RequestScan::read(&body).map_err(|error| of(error.into()))?;
        let wish: Self =
            serde_json::from_slice(&body).map_err(|error| Refusal::unfit(&error, chinese))?;
        if wish.model().is_empty() {
            return Err(of(GatewayError::NoModel));
        }
        if wish.input.as_deref().is_none_or(str::is_empty) {
            return Err(Refusal::field("input", words::missing("input", chinese)));
        }
        if wish.instructions.is_some() {
            // Where Bailian reads them is not documented for these services.
            let field = "instructions";
            return Err(Refusal::field(field, words::not_offered(field, chinese)));
        }
        if wish.voice.is_none() {
            return Err(Refusal::field("voice", words::missing("voice", chinese)));
        }
        Ok(wish)
    }

    fn model(&self) -> &str {
        self.model.as_deref().unwrap_or_default()
    }

    fn measure(&self, ask: &mut Ask) {
        ask.text_bytes = self.input.as_ref().map_or(0, |input| input.len() as u64);
        ask.streamed = true;
    }

    fn fits(&self, card: &ModelCard, chinese: bool) -> Result<(), Refusal> {
        let takes_any = is_at(card, ANY_FORM);
        if !takes_any && !is_at(card, super::images::AT_ONCE) {
            return Err(Refusal::field(
                "model",
                words::wrong_model(&card.id, chinese),
            ));
        }
        let had = if takes_any {
            &[Form::Mp3, Form::Opus, Form::Wav, Form::Pcm][..]
        } else {
            &[Form::Wav, Form::Pcm]
        };
        if !had.contains(&self.form(card)) {
            let names: Vec<_> = had.iter().map(|form| form.as_str()).collect();
            let message = words::only_forms(&card.id, &names.join(", "), chinese);
            return Err(Refusal::field("response_format", message));
        }
        let speed = self.speed.unwrap_or(1.0);
        let (least, most) = if takes_any { (0.5, 2.0) } else { (1.0, 1.0) };
        if !(least..=most).contains(&speed) {
            let message = words::speed(&card.id, least, most, chinese);
            return Err(Refusal::field("speed", message));
        }
        Ok(())
    }

    async fn ask(
        &self,
        call: &Call,
        running: &mut Running,
        card: &ModelCard,
    ) -> Result<Spoken, Fault> {
        let client = call.client();
        let voice = match &self.voice {
            Some(Voice::Name(name) | Voice::Custom { id: name }) => name.as_str(),
            None => "",
        };
        let text = self.input.as_deref().unwrap_or_default();
        let form = self.form(card);
        let mut speech = Speech::new(&card.id, text, voice);
        speech.language_type.clone_from(&self.language_type);
        speech.parameters = self.parameters.clone();
        if is_at(card, ANY_FORM) {
            speech = speech.format(form.as_str());
            if form == Form::Pcm {
                speech = speech.sample_rate(HERTZ);
            }
            speech.rate = self.speed;
            // All of it stands in the input there.
            speech.extra = std::mem::take(&mut speech.parameters);
        }
        if form == Form::Wav {
            // A file's head tells its length, so that it is made first.
            let answer = client.speak(&speech).await?;
            running.answers(answer.request_id.clone());
            let file = client.download(&answer.output.audio.url, LARGEST).await;
            return match file {
                Ok(file) => Ok(Spoken {
                    form,
                    sound: Sound::File(Box::new(file), Box::new(answer)),
                }),
                Err(error) => {
                    running.so_far().reported = answer.usage.as_ref().and_then(super::reported);
                    Err(Fault::OfTask(error))
                }
            };
        }
        let pieces = client.speak_stream(&speech).await?;
        running.answers(pieces.request_id().map(str::to_owned));
        // Who leaves pays for the whole text: it is spoken by then.
        let so_far = running.so_far();
        so_far.is_partial = true;
        so_far.reported = Some(Reported {
            characters: Some(billed_characters(text)),
            ..Reported::default()
        });
        Ok(Spoken {
            form,
            sound: Sound::Pieces(pieces),
        })
    }

    async fn tell(self, call: &Call, running: Running, spoken: Spoken) -> Result<Response, Fault> {
        let Spoken { form, sound } = spoken;
        let (running, sound) = match sound {
            Sound::Pieces(pieces) => (Some(running), Source::Pieces(pieces)),
            Sound::File(file, answer) => {
                let ending = succeeded(answer.usage.as_ref(), answer.request_id);
                running.close(ending).await?;
                (None, Source::File(file))
            }
        };
        let is_sse = self.stream_format == StreamForm::Sse;
        let telling = Telling {
            right_ended: running
                .as_ref()
                .map_or_else(CancellationToken::new, Running::right_ended),
            running,
            sound,
            is_sse,
            usage: None,
            request_id: call.request_id.clone(),
            chinese: call.chinese,
            over: false,
        };
        let bytes = futures_util::stream::unfold(telling, |mut telling| async move {
            let piece = telling.next().await?;
            Some((piece, telling))
        });
        let mut response = Response::new(Body::from_stream(bytes));
        let kind = if is_sse {
            "text/event-stream"
        } else {
            form.content_type()
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
        Ok(response)
    }
}

enum Source {
    Pieces(AnswerStream<SpeechAnswer>),
    File(Box<Download>),
}

/// The sound on its way to the caller. Dropping it closes Bailian's.
struct Telling {
    running: Option<Running>,
    right_ended: CancellationToken,
    sound: Source,
    is_sse: bool,
    usage: Option<bailian::media::MediaUsage>,
    request_id: String,
    chinese: bool,
    over: bool,
}

/// While Bailian is silent, a comment goes out this often.
const KEEP_ALIVE: Duration = Duration::from_secs(12);

impl Telling {
    /// The next bytes. Sound that breaks off breaks the connection off: a shorter file would look whole.
    async fn next(&mut self) -> Option<Result<Bytes, UpstreamError>> {
        loop {
            if self.over {
                return None;
            }
            let sound = &mut self.sound;
            let piece = tokio::select! {
                biased;
                () = self.right_ended.cancelled() => {
                    let running = self.running.take();
                    if let Some(running) = running {
                        // What was booked can't be told any more: the connection breaks.
                        let _ = running.close(Ending::cancelled()).await;
                    }
                    let refusal = Refusal::right_ended(self.chinese);
                    return Some(self.broken(&refusal, None));
                }
                piece = sound.next(&mut self.usage) => piece,
                () = tokio::time::sleep(KEEP_ALIVE), if self.is_sse => {
                    return Some(Ok(Bytes::from_static(b": keep-alive\n\n")));
                }
            };
            match piece {
                Ok(Some(bytes)) if bytes.is_empty() => {}
                Ok(Some(bytes)) => return Some(Ok(self.told(&bytes, bytes.clone()))),
                Ok(None) => return self.finish().await,
                Err(error) => {
                    if let Some(running) = self.running.take() {
                        let ending = Ending {
                            reported: self.usage.as_ref().and_then(super::reported),
                            is_partial: true,
                            ..Ending::failed(&error)
                        };
                        let _ = running.close(ending).await;
                    }
                    let refusal = Refusal::of_translated(&error, self.chinese);
                    return Some(self.broken(&refusal, Some(error)));
                }
            }
        }
    }

    fn told(&self, sound: &[u8], bytes: Bytes) -> Bytes {
        if !self.is_sse {
            return bytes;
        }
        let event = json!({ "type": "speech.audio.delta", "audio": BASE64_STANDARD.encode(sound) });
        Bytes::from(format!("event: speech.audio.delta\ndata: {event}\n\n"))
    }

    /// The end leaves only after the call is booked.
    async fn finish(&mut self) -> Option<Result<Bytes, UpstreamError>> {
        self.over = true;
        if let Some(running) = self.running.take() {
            let ending = succeeded(self.usage.as_ref(), None);
            if let Err(error) = running.close(ending).await {
                let refusal = Refusal::of(&error.into(), self.chinese);
                return Some(self.broken(&refusal, None));
            }
        }
        self.is_sse.then(|| {
            let event = json!({ "type": "speech.audio.done", "usage": null });
            Ok(Bytes::from(format!(
                "event: speech.audio.done\ndata: {event}\n\n"
            )))
        })
    }

    fn broken(
        &mut self,
        refusal: &Refusal,
        error: Option<UpstreamError>,
    ) -> Result<Bytes, UpstreamError> {
        self.over = true;
        if self.is_sse {
            return Ok(refusal.event(Dialect::OpenAi, &self.request_id));
        }
        Err(error.unwrap_or_else(bailian::relay::too_large))
    }
}

impl Source {
    async fn next(
        &mut self,
        usage: &mut Option<bailian::media::MediaUsage>,
    ) -> Result<Option<Bytes>, UpstreamError> {
        match self {
            Self::File(file) => file.chunk().await,
            Self::Pieces(pieces) => match pieces.next().await {
                None => Ok(None),
                Some(Err(error)) => Err(error),
                Some(Ok(answer)) => {
                    let bytes = answer.output.audio.bytes()?;
                    *usage = answer.usage.or(usage.take());
                    Ok(Some(bytes))
                }
            },
        }
    }
}

/// As Bailian counts them: a Chinese character is two.
fn billed_characters(text: &str) -> u64 {
    let of = |c: char| {
        if ('\u{4e00}'..='\u{9fff}').contains(&c) {
            2
        } else {
            1
        }
    };
    text.chars().map(of).sum()
}
