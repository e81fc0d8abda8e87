//! Short speech turned into text at once: `qwen3-asr-flash`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::Span;

use crate::lenient::null_as_default;
use crate::media::MediaUsage;
use crate::native::NativeAnswer;
use crate::setters::setters;
use crate::span::call_span;
use crate::stream::{AnswerStream, Piece};
use crate::validate::require;
use crate::{CallOptions, Client, Error, Extra};

const PATH: &str = "/api/v1/services/aigc/multimodal-generation/generation";

/// Asks for the text of one piece of speech, of at most 5 minutes and 10 MB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognition {
    /// `qwen3-asr-flash`.
    pub model: String,
    /// `http(s)://`, `oss://` or a [`data_url`](crate::media::data_url).
    pub audio: String,
    /// What is spoken about: names, terms; at most 10,000 tokens.
    pub context: Option<String>,
    /// The one language spoken, for example `zh`; found out by itself without.
    pub language: Option<String>,
    /// Whether numbers are written in digits; off.
    pub enable_itn: Option<bool>,
    /// How the call is to be handled.
    pub options: CallOptions,
}

/// The answer to a [`Recognition`], and each piece of its stream.
pub type RecognitionAnswer = NativeAnswer<RecognitionOutput, MediaUsage>;

/// What was heard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecognitionOutput {
    choices: Vec<RecognitionChoice>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct RecognitionChoice {
    finish_reason: Option<String>,
    #[serde(deserialize_with = "null_as_default")]
    message: RecognitionMessage,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct RecognitionMessage {
    #[serde(deserialize_with = "null_as_default")]
    annotations: Vec<Annotation>,
    #[serde(deserialize_with = "null_as_default")]
    content: Vec<Extra>,
    #[serde(flatten)]
    extra: Extra,
}

/// What was heard besides words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Annotation {
    /// For example `zh`.
    pub language: Option<String>,
    /// For example `neutral`.
    pub emotion: Option<String>,
    /// Anything else, such as `type`.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RecognitionOutput {
    /// The words.
    pub fn text(&self) -> String {
        let messages = self.choices.iter().map(|choice| &choice.message);
        let parts = messages.flat_map(|message| &message.content);
        parts
            .filter_map(|part| part.get("text")?.as_str())
            .collect()
    }

    /// What was heard besides words.
    pub fn annotations(&self) -> impl Iterator<Item = &Annotation> {
        let messages = self.choices.iter().map(|choice| &choice.message);
        messages.flat_map(|message| &message.annotations)
    }
}

impl Recognition {
    /// Asks `qwen3-asr-flash`.
    pub fn new(audio: impl Into<String>) -> Self {
        Self {
            model: "qwen3-asr-flash".to_owned(),
            audio: audio.into(),
            context: None,
            language: None,
            enable_itn: None,
            options: CallOptions::default(),
        }
    }

    setters! {
        context: String,
        language: String,
        enable_itn: bool,
    }

    fn body(&self) -> Value {
        let mut messages = Vec::new();
        if let Some(context) = &self.context {
            messages.push(json!({"role": "system", "content": [{"text": context}]}));
        }
        messages.push(json!({"role": "user", "content": [{"audio": self.audio}]}));
        let mut asked = Extra::new();
        if let Some(language) = &self.language {
            asked.insert("language".to_owned(), language.as_str().into());
        }
        if let Some(on) = self.enable_itn {
            asked.insert("enable_itn".to_owned(), on.into());
        }
        json!({
            "model": self.model,
            "input": {"messages": messages},
            "parameters": {"asr_options": asked},
        })
    }
}

impl Piece for RecognitionAnswer {
    fn note_ends(&self, ended: &mut BTreeSet<u32>) {
        let mut reasons = self.output.choices.iter();
        let is_end = |reason: &str| !reason.is_empty() && reason != "null";
        if reasons.any(|choice| choice.finish_reason.as_deref().is_some_and(is_end)) {
            ended.insert(0);
        }
    }

    fn record(&self, span: &Span) {
        if let Some(usage) = &self.usage {
            usage.record(span);
        }
    }
}

impl Client {
    /// Turns short speech into text, `POST …/aigc/multimodal-generation/generation`. Each second is billed.
    ///
    /// ```no_run
    /// # use bailian::audio::Recognition;
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = Recognition::new("https://example.com/hello.mp3").language("zh");
    /// let answer = client.recognize(&request).await?;
    /// let _words = answer.output.text();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn recognize(&self, request: &Recognition) -> Result<RecognitionAnswer, Error> {
        require(!request.audio.is_empty(), "audio", "must not be empty")?;
        let span = call_span!("bailian.recognition", "speech_recognition", request.model);
        self.make(PATH, &request.body(), &request.options, &span)
            .await
    }

    /// The same piece by piece: each piece holds all text so far.
    ///
    /// ```no_run
    /// # use bailian::audio::Recognition;
    /// # use futures_util::StreamExt;
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = Recognition::new("https://example.com/hello.mp3");
    /// let mut pieces = client.recognize_stream(&request).await?;
    /// while let Some(piece) = pieces.next().await {
    ///     let _so_far = piece?.output.text();
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn recognize_stream(
        &self,
        request: &Recognition,
    ) -> Result<AnswerStream<RecognitionAnswer>, Error> {
        require(!request.audio.is_empty(), "audio", "must not be empty")?;
        let span = call_span!("bailian.recognition", "speech_recognition", request.model);
        self.make_streaming(PATH, &request.body(), &request.options, &span)
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_answer_is_read() {
        let json = r#"{"output":{"choices":[{"finish_reason":"stop","message":{"annotations":[{"language":"zh","type":"audio_info","emotion":"neutral"}],"content":[{"text":"请把窗户关上。"}],"role":"assistant"}}]},"usage":{"input_tokens_details":{"text_tokens":0},"output_tokens_details":{"text_tokens":6},"seconds":1},"request_id":"r"}"#;
        let answer: RecognitionAnswer = serde_json::from_str(json).unwrap();
        assert_eq!(answer.output.text(), "请把窗户关上。");
        let heard = answer.output.annotations().next().unwrap();
        assert_eq!(heard.emotion.as_deref(), Some("neutral"));
        assert_eq!(answer.usage.unwrap().seconds, Some(1.0));
    }

    #[test]
    fn context_is_a_system_message_and_options_are_nested() {
        let request = Recognition::new("oss://a")
            .context("names: 百炼")
            .enable_itn(true);
        assert_eq!(
            request.body(),
            json!({
                "model": "qwen3-asr-flash",
                "input": {"messages": [
                    {"role": "system", "content": [{"text": "names: 百炼"}]},
                    {"role": "user", "content": [{"audio": "oss://a"}]}
                ]},
                "parameters": {"asr_options": {"enable_itn": true}}
            })
        );
    }
}
