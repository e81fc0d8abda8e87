//! `POST /v1/audio/transcriptions`.

use std::time::Duration;

use axum::{
    Json,
    body::Body,
    response::{IntoResponse, Response},
};
use bailian::{
    audio::{FileTranscription, Recognition, RecognitionAnswer, Transcript, Transcription},
    capability::ModelCard,
    media::MediaUsage,
    pool::Turn,
    task::Patience,
};
use http::{HeaderValue, header, request::Parts};
use model::Operation;
use platform::gateway::{Ask, Running};
use serde_json::json;

use super::{
    Call, Fault, Translated,
    form::{File, Form as Fields},
    is_at, kind, subtitles, succeeded, tasks,
};
use crate::gateway::{refusal::Refusal, words};

/// The path of models that hear whole files, and tell when what was said.
const OF_FILES: &str = "/asr/transcription";
/// The beginning of the names of those that hear one file and not a list.
const OF_ONE_FILE: &str = "qwen3-asr-flash-filetrans";
/// Larger recordings are put where the model can read them.
const LARGEST_WITHIN: usize = 7 * 1024 * 1024;

/// What is asked for.
#[derive(Debug)]
pub(super) struct Wish {
    model: String,
    file: File,
    language: Option<String>,
    prompt: Option<String>,
    form: Form,
    with_words: bool,
    speakers: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Text,
    Srt,
    Vtt,
    Verbose,
}

impl Form {
    fn of(name: Option<&str>) -> Option<Self> {
        Some(match name {
            None | Some("json") => Self::Json,
            Some("text") => Self::Text,
            Some("srt") => Self::Srt,
            Some("vtt") => Self::Vtt,
            Some("verbose_json") => Self::Verbose,
            Some(_) => return None,
        })
    }

    const fn needs_times(self) -> bool {
        matches!(self, Self::Srt | Self::Vtt | Self::Verbose)
    }
}

/// What was heard.
pub(super) enum Heard {
    /// Words alone.
    Words(Box<RecognitionAnswer>),
    /// With their times; booked already.
    Timed(Box<Transcript>, Box<MediaUsage>),
}

impl Translated for Wish {
    const OPERATION: Operation = Operation::Transcription;
    type Answer = Heard;

    async fn read(call: &Call, parts: Parts, body: Body) -> Result<Self, Refusal> {
        let chinese = call.chinese;
        let mut form = Fields::read(call, parts, body).await?;
        let mut files = form.files("file");
        let (Some(file), true) = (files.pop(), files.is_empty()) else {
            return Err(Refusal::field("file", words::missing("file", chinese)));
        };
        let name = form.take("response_format", chinese)?;
        let unreadable = |field| Refusal::field(field, words::unreadable(field, chinese));
        let kind = Form::of(name.as_deref()).ok_or_else(|| unreadable("response_format"))?;
        let granularities = form.all("timestamp_granularities");
        for (field, offered) in [("stream", "false"), ("chunking_strategy", "auto")] {
            let value = form.take(field, chinese)?;
            if value.is_some_and(|value| value != offered) {
                return Err(Refusal::field(field, words::not_offered(field, chinese)));
            }
        }
        // Bailian's models have no such choice, and their answers don't vary.
        form.take("temperature", chinese)?;
        let speakers = form.parse("diarization_enabled", chinese)?;
        Ok(Self {
            model: form.need("model", chinese)?,
            language: form.take("language", chinese)?,
            prompt: form.take("prompt", chinese)?,
            with_words: granularities.iter().any(|kind| kind == "word"),
            speakers: speakers.unwrap_or(false),
            form: kind,
            file,
        })
    }

    fn model(&self) -> &str {
        &self.model
    }

    fn measure(&self, ask: &mut Ask) {
        ask.text_bytes = self.prompt.as_ref().map_or(0, |prompt| prompt.len() as u64);
        ask.has_media = true;
    }

    fn fits(&self, card: &ModelCard, chinese: bool) -> Result<(), Refusal> {
        let of_files = is_at(card, OF_FILES);
        if !of_files && kind(card) != "speech-recognition" {
            return Err(Refusal::field(
                "model",
                words::wrong_model(&card.id, chinese),
            ));
        }
        if !of_files && self.form.needs_times() {
            let message = words::only_forms(&card.id, "json, text", chinese);
            return Err(Refusal::field("response_format", message));
        }
        if of_files && self.prompt.is_some() && !card.id.starts_with(OF_ONE_FILE) {
            // Those take lists of words that were put up before, and no words of the moment.
            return Err(Refusal::field(
                "prompt",
                words::not_offered("prompt", chinese),
            ));
        }
        Ok(())
    }

    fn begins_task(&self, card: &ModelCard) -> bool {
        is_at(card, OF_FILES)
    }

    async fn ask(
        &self,
        call: &Call,
        there: &Turn,
        running: &mut Running,
        card: &ModelCard,
    ) -> Result<Heard, Fault> {
        if self.begins_task(card) {
            self.whole(call, there, running, card).await
        } else {
            self.at_once(there, running, card).await
        }
    }

    async fn tell(self, _: &Call, running: Running, heard: Heard) -> Result<Response, Fault> {
        let language = self.language.as_deref();
        let (text, transcript, usage) = match heard {
            Heard::Words(answer) => {
                let text = answer.output.text();
                running
                    .close(succeeded(answer.usage.as_ref(), answer.request_id))
                    .await?;
                (text, None, answer.usage)
            }
            Heard::Timed(transcript, usage) => (transcript.text(), Some(transcript), Some(*usage)),
        };
        let transcript = transcript.as_deref();
        Ok(match (self.form, transcript) {
            (Form::Text, _) => plain("text/plain; charset=utf-8", text + "\n"),
            (Form::Srt, Some(transcript)) => plain(
                "application/x-subrip; charset=utf-8",
                subtitles::srt(transcript),
            ),
            (Form::Vtt, Some(transcript)) => {
                plain("text/vtt; charset=utf-8", subtitles::vtt(transcript))
            }
            (Form::Verbose, Some(transcript)) => {
                Json(subtitles::verbose(transcript, language, self.with_words)).into_response()
            }
            (Form::Json | Form::Srt | Form::Vtt | Form::Verbose, _) => {
                let seconds = usage.as_ref().and_then(MediaUsage::billed_seconds);
                let usage =
                    seconds.map(|seconds| json!({ "type": "duration", "seconds": seconds }));
                Json(json!({ "text": text, "usage": usage })).into_response()
            }
        })
    }
}

fn plain(content_type: &'static str, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    let kind = HeaderValue::from_static(content_type);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

impl Wish {
    /// A short recording, answered at once.
    async fn at_once(
        &self,
        there: &Turn,
        running: &mut Running,
        card: &ModelCard,
    ) -> Result<Heard, Fault> {
        let client = &there.client;
        let audio = if self.file.bytes.len() > LARGEST_WITHIN {
            self.put(there, card).await?
        } else {
            self.file.data_url()
        };
        let mut request = Recognition::new(audio);
        request.model.clone_from(&card.id);
        request.context.clone_from(&self.prompt);
        request.language.clone_from(&self.language);
        let answer = client.recognize(&request).await?;
        running.answers(answer.request_id.clone());
        Ok(Heard::Words(Box::new(answer)))
    }

    /// A recording of any length, as a task.
    async fn whole(
        &self,
        call: &Call,
        there: &Turn,
        running: &mut Running,
        card: &ModelCard,
    ) -> Result<Heard, Fault> {
        let client = &there.client;
        let url = call.unless_stopped(self.put(there, card)).await??;
        // As long as OpenAI's clients wait, and the proxies before them.
        let patience = Patience::audio().total(Duration::from_mins(30));
        let (address, usage) = if card.id.starts_with(OF_ONE_FILE) {
            let mut request = FileTranscription::new(url);
            request.model.clone_from(&card.id);
            request.language.clone_from(&self.language);
            request.text.clone_from(&self.prompt);
            request.enable_words = self.with_words.then_some(true);
            let task = client.submit_file_transcription(&request).await?;
            let finished = tasks::finished(call, there, running, task, patience).await?;
            (finished.output.result.transcription_url, finished.usage)
        } else {
            let mut request = Transcription::new(&card.id, [url]);
            if let Some(language) = &self.language {
                request.parameters.language_hints = Some(vec![language.clone()]);
            }
            if self.speakers {
                request.parameters.diarization_enabled = Some(true);
            }
            let task = client.submit_transcription(&request).await?;
            let finished = tasks::finished(call, there, running, task, patience).await?;
            let results = finished.output.results.into_iter();
            let result = results
                .map(|item| item.result().cloned())
                .next()
                .transpose();
            let result = result.map_err(Fault::OfTask)?;
            (
                result.and_then(|file| file.transcription_url),
                finished.usage,
            )
        };
        running.answers(None);
        let address = address.ok_or(Fault::NoAnswer)?;
        let transcript = there.patient.transcript(&address);
        let transcript = call.unless_stopped(transcript).await?;
        let transcript = transcript.map_err(Fault::OfFile)?;
        Ok(Heard::Timed(Box::new(transcript), Box::new(usage)))
    }

    /// Puts the recording where the model can read it.
    async fn put(&self, there: &Turn, card: &ModelCard) -> Result<String, Fault> {
        let (name, bytes) = (&self.file.name, self.file.bytes.clone());
        Ok(there.client.upload(&card.id, name, bytes).await?.url)
    }
}
