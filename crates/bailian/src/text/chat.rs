//! The two chat calls, `POST /compatible-mode/v1/chat/completions`.

use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::{ChatCompletion, ChatRequest, ChatStream, Usage};
use crate::client::Call;
use crate::{Client, Error};

const PATH: &str = "/compatible-mode/v1/chat/completions";

impl Client {
    /// Asks and waits for the whole answer ("Non-streaming answer").
    ///
    /// The server stops after not less than 300 s and then answers with what there is and the reason
    /// `length`. Retries what is documented to be worth it.
    pub async fn chat(&self, mut request: ChatRequest) -> Result<ChatCompletion, Error> {
        request.stream = None;
        request.stream_options = None;
        request.validate()?;
        let span = span(&request);
        let call = Call::post(PATH, &request, &self.options().timeouts)?;
        let answered = self
            .fetch::<ChatCompletion>(call)
            .instrument(span.clone())
            .await;
        let (mut answer, request_id) = answered.inspect_err(|error| record_error(&span, error))?;
        record(&span, &answer.model, answer.usage.as_ref());
        record_request_id(&span, request_id.as_deref());
        answer.request_id = request_id;
        Ok(answer)
    }

    /// Asks and hands over the answer piece by piece ("Streaming answer").
    ///
    /// Returns when the first chunk is there; up to then a refusal is retried where that is documented to
    /// help, afterwards never: part of the answer has been shown and billed.
    pub async fn chat_stream(&self, mut request: ChatRequest) -> Result<ChatStream, Error> {
        request.stream = Some(true);
        request.validate()?;
        let span = span(&request);
        let answers = request.n.unwrap_or(1);
        let timeouts = &self.options().timeouts;
        let call = Call::post(PATH, &request, timeouts)?.streamed(timeouts);
        let opened = self.open(call, |opened| {
            ChatStream::begin(opened, answers, span.clone(), self.clone())
        });
        let stream = opened
            .instrument(span.clone())
            .await
            .inspect_err(|error| record_error(&span, error))?;
        record_request_id(&span, stream.request_id());
        Ok(stream)
    }
}

/// Attributes are named as in OpenTelemetry's conventions for generative AI.
fn span(request: &ChatRequest) -> Span {
    tracing::info_span!(
        "bailian.chat",
        gen_ai.operation.name = "chat",
        gen_ai.request.model = %request.model,
        gen_ai.response.model = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        http.response.status_code = Empty,
        upstream.request_id = Empty,
        error.type = Empty,
    )
}

pub(super) fn record(span: &Span, model: &str, usage: Option<&Usage>) {
    let Some(usage) = usage else { return };
    span.record("gen_ai.response.model", model);
    span.record("gen_ai.usage.input_tokens", usage.prompt_tokens);
    span.record("gen_ai.usage.output_tokens", usage.completion_tokens);
}

fn record_request_id(span: &Span, id: Option<&str>) {
    span.record("upstream.request_id", id);
}

fn record_error(span: &Span, error: &Error) {
    span.record("error.type", error.kind().name());
    record_request_id(span, error.request_id());
}
