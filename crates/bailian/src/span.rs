//! What a call leaves in the log: a span with the names of OpenTelemetry's conventions for generative AI.

use std::future::Future;

use serde::de::DeserializeOwned;
use tracing::{Instrument, Span};

use crate::client::Call;
use crate::{Client, Error};

/// A span of one call; whatever is not known yet is recorded later.
macro_rules! call_span {
    ($name:literal) => {
        tracing::info_span!(
            $name,
            http.response.status_code = tracing::field::Empty,
            upstream.request_id = tracing::field::Empty,
            error.type = tracing::field::Empty,
        )
    };
    ($name:literal, $operation:literal, $model:expr) => {
        tracing::info_span!(
            $name,
            gen_ai.operation.name = $operation,
            gen_ai.request.model = %$model,
            gen_ai.response.model = tracing::field::Empty,
            gen_ai.usage.input_tokens = tracing::field::Empty,
            gen_ai.usage.output_tokens = tracing::field::Empty,
            http.response.status_code = tracing::field::Empty,
            upstream.request_id = tracing::field::Empty,
            error.type = tracing::field::Empty,
        )
    };
}
pub(crate) use call_span;

impl Client {
    /// Sends a call inside its span and reads the JSON that it is answered with.
    pub(crate) async fn observed<T: DeserializeOwned>(
        &self,
        call: Call,
        span: &Span,
    ) -> Result<(T, Option<String>), Error> {
        let answered = observe(span, self.fetch::<T>(call)).await?;
        record_request_id(span, answered.1.as_deref());
        Ok(answered)
    }
}

/// Does the work inside the span and notes in it how it failed.
pub(crate) async fn observe<T>(
    span: &Span,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let done = work.instrument(span.clone()).await;
    done.inspect_err(|error| {
        span.record("error.type", error.kind().name());
        record_request_id(span, error.request_id());
    })
}

/// Notes what was used, as far as it is known.
pub(crate) fn record_tokens(span: &Span, input: Option<u64>, output: Option<u64>) {
    span.record("gen_ai.usage.input_tokens", input);
    span.record("gen_ai.usage.output_tokens", output);
}

/// Notes the provider's id of the request.
pub(crate) fn record_request_id(span: &Span, id: Option<&str>) {
    span.record("upstream.request_id", id);
}
