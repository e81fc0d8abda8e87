//! Text that goes on, or fills a gap ("Text completions"): coder models, Beijing only.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::Span;

use crate::client::Call;
use crate::lenient::{null_as_default, object_or_none};
use crate::setters::setters;
use crate::span::{call_span, observe, record_request_id, record_tokens};
use crate::stream::{AnswerStream, Piece};
use crate::text::finish_reason;
use crate::validate::{Sampling, require};
use crate::{CallOptions, Client, Error, Extra, FinishReason, Stop, StreamOptions, Usage};

const PATH: &str = "/compatible-mode/v1/completions";
const MAX_SEED: i64 = (1 << 31) - 1;

/// A text to go on with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompletionRequest {
    /// For example `qwen2.5-coder-32b-instruct`.
    pub model: String,
    /// The text, with the marks of a gap if there is one.
    pub prompt: String,
    /// Set by the call that is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<bool>,
    /// What a stream carries besides the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_options: Option<StreamOptions>,
    /// Most tokens of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// 0 ≤ t < 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// 0 < p ≤ 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// −2 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<f64>,
    /// 0 to 2³¹ − 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Where the text ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// How the call is handled, beside its body.
    #[serde(skip)]
    pub options: CallOptions,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl CompletionRequest {
    /// A request to go on with a text as it is.
    pub fn new(model: impl Into<String>, prompt: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            prompt: prompt.into(),
            ..Self::default()
        }
    }

    /// A request to go on with code.
    pub fn after(model: impl Into<String>, prefix: &str) -> Self {
        Self::new(model, format!("<|fim_prefix|>{prefix}<|fim_suffix|>"))
    }

    /// A request for the code between two pieces.
    pub fn between(model: impl Into<String>, prefix: &str, suffix: &str) -> Self {
        Self::new(
            model,
            format!("<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>"),
        )
    }

    setters! {
        stream_options: StreamOptions,
        max_tokens: u32,
        temperature: f64,
        top_p: f64,
        presence_penalty: f64,
        seed: i64,
        stop: Stop,
    }

    /// Asks for the usage in a piece near the stream's end.
    #[must_use]
    pub fn include_usage(mut self) -> Self {
        self.stream_options.get_or_insert_default().include_usage = Some(true);
        self
    }

    /// Sets a field that has no name here.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// Checks the documented ranges.
    pub fn validate(&self) -> Result<(), Error> {
        require(!self.model.is_empty(), "model", "must not be empty")?;
        require(!self.prompt.is_empty(), "prompt", "must not be empty")?;
        Sampling {
            temperature: self.temperature,
            top_p: self.top_p,
            presence_penalty: self.presence_penalty,
            seed: self.seed,
            max_tokens: self.max_tokens,
            max_seed: MAX_SEED,
            ..Sampling::default()
        }
        .validate()
    }
}

/// A text, or a piece of one in a stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    /// Opaque.
    #[serde(default, deserialize_with = "null_as_default")]
    pub id: String,
    /// The model that wrote.
    #[serde(default, deserialize_with = "null_as_default")]
    pub model: String,
    /// One text; none in the piece that carries the usage.
    #[serde(deserialize_with = "null_as_default")]
    pub choices: Vec<CompletionChoice>,
    /// Tokens.
    #[serde(
        default,
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub usage: Option<Usage>,
    /// The id of the request, from the answer's head; not part of the body.
    #[serde(skip)]
    pub request_id: Option<String>,
    /// Anything else, such as `created`.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One text or what is new of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompletionChoice {
    /// Its place.
    #[serde(deserialize_with = "null_as_default")]
    pub index: u32,
    /// The text.
    #[serde(deserialize_with = "null_as_default")]
    pub text: String,
    /// Why it ended, once it has.
    #[serde(deserialize_with = "finish_reason")]
    pub finish_reason: Option<FinishReason>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Completion {
    /// The first text or piece.
    pub fn text(&self) -> &str {
        self.choices.first().map_or("", |choice| &choice.text)
    }
}

impl Piece for Completion {
    fn note_ends(&self, ended: &mut BTreeSet<u32>) {
        let done = self.choices.iter();
        let done = done.filter(|choice| choice.finish_reason.is_some());
        ended.extend(done.map(|choice| choice.index));
    }

    fn record(&self, span: &Span) {
        if let Some(usage) = &self.usage {
            span.record("gen_ai.response.model", &self.model);
            record_tokens(span, usage.prompt_tokens, usage.completion_tokens);
        }
    }
}

impl Client {
    /// Goes on with a text and waits for the whole, `POST /compatible-mode/v1/completions`.
    ///
    /// ```no_run
    /// use bailian::completions::CompletionRequest;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let gap = CompletionRequest::between("qwen2.5-coder-32b-instruct", "def add(a, b):\n", "\nprint(add(1, 2))");
    /// let completion = client.complete(gap.max_tokens(64_u32)).await?;
    /// let _code = completion.text();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn complete(&self, mut request: CompletionRequest) -> Result<Completion, Error> {
        request.stream = None;
        request.stream_options = None;
        request.validate()?;
        let span = call_span!("bailian.complete", "text_completion", request.model);
        let timeouts = &self.options().timeouts;
        let call = request.options.post(PATH, &request, timeouts)?;
        let (mut completion, request_id) = self.observed::<Completion>(call, &span).await?;
        completion.record(&span);
        completion.request_id = request_id;
        Ok(completion)
    }

    /// Goes on with a text and hands over the pieces as they come.
    ///
    /// ```no_run
    /// use bailian::completions::CompletionRequest;
    /// use futures_util::TryStreamExt;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = CompletionRequest::after("qwen-coder-turbo", "fn main() {");
    /// let mut pieces = client.complete_stream(request).await?;
    /// while let Some(piece) = pieces.try_next().await? {
    ///     let _code = piece.text();
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn complete_stream(
        &self,
        mut request: CompletionRequest,
    ) -> Result<AnswerStream<Completion>, Error> {
        request.stream = Some(true);
        request.validate()?;
        let span = call_span!("bailian.complete", "text_completion", request.model);
        let timeouts = &self.options().timeouts;
        let call = Call::post(PATH, &request, timeouts)?.streamed(timeouts);
        let call = request.options.apply(call);
        let opened = self.open(call, |opened| {
            AnswerStream::begin(opened, 1, span.clone(), self.clone())
        });
        let stream = observe(&span, opened).await?;
        record_request_id(&span, stream.request_id());
        Ok(stream)
    }
}
