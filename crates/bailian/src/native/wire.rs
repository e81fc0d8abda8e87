//! The common shape of requests and answers, and the two ways to call ("Common shape").

use std::borrow::Cow;

use reqwest::header::{HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::Span;

use crate::client::Call;
use crate::lenient::{null_as_default, object_or_none};
use crate::span::{observe, record_request_id};
use crate::stream::{AnswerStream, Piece};
use crate::{CallOptions, Client, Error, Extra};

/// The switch for streaming; the body has none.
const SSE: HeaderName = HeaderName::from_static("x-dashscope-sse");

/// What every native service is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NativeRequest<I, P = Extra> {
    /// Which model works.
    pub model: String,
    /// What it works on.
    pub input: I,
    /// How. Sent even when empty, because some services refuse a request without it.
    pub parameters: P,
    /// Things made earlier that some speech services refer to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Value>,
}

/// What every native service answers, and each event of its streams.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound(
    deserialize = "O: Deserialize<'de> + Default, U: DeserializeOwned",
    serialize = "O: Serialize, U: Serialize"
))]
pub struct NativeAnswer<O, U = Extra> {
    /// What was made.
    #[serde(deserialize_with = "null_as_default")]
    pub output: O,
    /// What it took; in a stream up to this event.
    #[serde(
        default = "nothing",
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub usage: Option<U>,
    /// The provider's id of the request.
    #[serde(
        default,
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub request_id: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<I, P> NativeRequest<I, P> {
    /// A request without resources.
    pub fn new(model: impl Into<String>, input: I, parameters: P) -> Self {
        Self {
            model: model.into(),
            input,
            parameters,
            resources: None,
        }
    }
}

impl Client {
    /// Calls a native service and waits for its whole answer.
    pub(crate) async fn native<O, U>(
        &self,
        path: impl Into<Cow<'static, str>>,
        request: &impl Serialize,
        options: &CallOptions,
        span: &Span,
    ) -> Result<NativeAnswer<O, U>, Error>
    where
        O: DeserializeOwned + Default,
        U: DeserializeOwned,
    {
        let call = options.post(path, request, &self.options().timeouts)?;
        self.fetch_native(call, span).await
    }

    /// Sends a call to a native service and reads its whole answer.
    pub(crate) async fn fetch_native<O, U>(
        &self,
        call: Call,
        span: &Span,
    ) -> Result<NativeAnswer<O, U>, Error>
    where
        O: DeserializeOwned + Default,
        U: DeserializeOwned,
    {
        let (mut answer, request_id) = self.observed::<NativeAnswer<O, U>>(call, span).await?;
        answer.request_id = answer.request_id.or(request_id);
        Ok(answer)
    }

    /// Calls a native service and hands its answer over event by event, as soon as the first is there.
    ///
    /// The stream is whole when as many answers as `answers` gave their reason to end.
    pub(crate) async fn native_stream<T: Piece>(
        &self,
        path: impl Into<Cow<'static, str>>,
        request: &impl Serialize,
        options: &CallOptions,
        answers: u32,
        span: &Span,
    ) -> Result<AnswerStream<T>, Error> {
        let timeouts = &self.options().timeouts;
        let call = Call::post(path, request, timeouts)?.streamed(timeouts);
        self.open_native(options.apply(call), answers, span).await
    }

    /// Sends a call, already one for a stream, and hands its answer over event by event.
    pub(crate) async fn open_native<T: Piece>(
        &self,
        mut call: Call,
        answers: u32,
        span: &Span,
    ) -> Result<AnswerStream<T>, Error> {
        call.headers.insert(SSE, HeaderValue::from_static("enable"));
        let opened = self.open(call, |opened| {
            AnswerStream::begin(opened, answers, span.clone(), self.clone())
        });
        let stream = observe(span, opened).await?;
        record_request_id(span, stream.request_id());
        Ok(stream)
    }
}

fn nothing<U>() -> Option<U> {
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_keeps_what_it_has_no_name_for() {
        let body = json!({"output": {"text": "Hangzhou."}, "usage": {"n": 1}, "request_id": "r", "code": "", "x": 1});
        let answer: NativeAnswer<Extra> = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(answer.request_id.as_deref(), Some("r"));
        assert_eq!(serde_json::to_value(answer).unwrap(), body);
    }

    #[test]
    fn an_answer_without_output_is_none() {
        let read = serde_json::from_value::<NativeAnswer<Extra>>;
        assert!(read(json!({"request_id": "r"})).is_err());
        let sparse = read(json!({"output": null, "usage": null, "request_id": 7})).unwrap();
        assert_eq!(sparse, NativeAnswer::default());
    }

    #[test]
    fn parameters_are_sent_even_when_empty() {
        let request = NativeRequest::new("m", json!({"prompt": "x"}), Extra::new());
        assert_eq!(
            serde_json::to_value(request).unwrap(),
            json!({"model": "m", "input": {"prompt": "x"}, "parameters": {}})
        );
    }
}
