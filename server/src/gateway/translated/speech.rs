//! `POST /v1/audio/speech`.

mod telling;

use axum::{body::Body, response::Response};
use bailian::{
    AnswerStream, Download, Extra,
    audio::{Speech, SpeechAnswer},
    capability::ModelCard,
    pool::Turn,
};
use http::{HeaderValue, header, request::Parts};
use model::Operation;
use platform::gateway::{Ask, Running, scan::Reported};
use serde::Deserialize;

use super::{Call, Fault, Translated, is_at, model_of, needed, read_json, succeeded};
use crate::gateway::{refusal::Refusal, spoken::billed_characters, words};
use telling::Source;

/// The path of models that make the sound in the form that is wanted; the others make WAV.
const ANY_FORM: &str = "/SpeechSynthesizer";
/// The largest recording that is handed on.
const LARGEST: usize = 512 * 1024 * 1024;
/// Samples a second of OpenAI's `pcm`.
const HERTZ: u32 = 24_000;

/// The request's body. What is not named here is a parameter of Bailian's.
#[derive(Debug, Deserialize)]
struct Asked {
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
    parameters: Extra,
}

/// What is asked for.
#[derive(Debug)]
pub(super) struct Wish {
    model: String,
    input: String,
    voice: String,
    form: Option<Form>,
    speed: Option<f64>,
    is_sse: bool,
    language_type: Option<String>,
    parameters: Extra,
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
        self.form.unwrap_or(own)
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
        let asked: Asked = read_json(call, body).await?;
        let missing = || Refusal::field("voice", words::missing("voice", chinese));
        let wish = Self {
            model: model_of(asked.model, chinese)?,
            input: needed(asked.input, "input", chinese)?,
            voice: match asked.voice.ok_or_else(missing)? {
                Voice::Name(name) | Voice::Custom { id: name } => name,
            },
            form: asked.response_format,
            speed: asked.speed,
            is_sse: asked.stream_format == StreamForm::Sse,
            language_type: asked.language_type,
            parameters: asked.parameters,
        };
        if asked.instructions.is_some() {
            // Where Bailian reads them is not documented for these services.
            let field = "instructions";
            return Err(Refusal::field(field, words::not_offered(field, chinese)));
        }
        Ok(wish)
    }

    fn model(&self) -> &str {
        &self.model
    }

    fn voice(&self) -> Option<&str> {
        Some(&self.voice)
    }

    fn measure(&self, ask: &mut Ask) {
        ask.text_bytes = self.input.len() as u64;
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
        _: &Call,
        there: &Turn,
        running: &mut Running,
        card: &ModelCard,
    ) -> Result<Spoken, Fault> {
        let client = &there.client;
        running.speaks(billed_characters(&self.input));
        let form = self.form(card);
        let mut speech = Speech::new(&card.id, &self.input, &self.voice);
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
            // It is spoken by now, whoever leaves and whatever becomes of its file.
            running.so_far().reported = answer.usage.as_ref().and_then(super::reported);
            let file = there.patient.download(&answer.output.audio.url, LARGEST);
            return match file.await {
                Ok(file) => Ok(Spoken {
                    form,
                    sound: Sound::File(Box::new(file), Box::new(answer)),
                }),
                Err(error) => Err(Fault::OfFile(error)),
            };
        }
        let pieces = client.speak_stream(&speech).await?;
        running.answers(pieces.request_id().map(str::to_owned));
        // Who leaves pays for the whole text: it is spoken by then.
        let so_far = running.so_far();
        so_far.is_partial = true;
        so_far.reported = Some(Reported {
            characters: Some(billed_characters(&self.input)),
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
        let kind = if self.is_sse {
            "text/event-stream"
        } else {
            form.content_type()
        };
        let mut response = Response::new(telling::body(call, running, sound, self.is_sse));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
        Ok(response)
    }
}
