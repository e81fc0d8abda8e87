//! Answers that are kept while they leave, to be given again.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{
    body::{Body, HttpBody},
    response::Response,
};
use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use platform::gateway::{Given, LARGEST_ANSWER};

use super::{headers, refusal::Refusal};

/// Keeping an answer.
pub(super) type Keeping = Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send>>;
/// What keeps it.
pub(super) type Keep = Box<dyn FnOnce(Given) -> Keeping + Send>;

/// The answer, kept before it leaves; a stream before its end does. One that breaks off, or is longer than what is kept, is not.
pub(super) async fn recorded(
    response: Response,
    keep: Keep,
    chinese: bool,
) -> Result<Response, Refusal> {
    let (parts, body) = response.into_parts();
    let given = Given {
        status: parts.status.as_u16(),
        headers: of_answer(&parts.headers),
        body: Bytes::new(),
    };
    if HttpBody::size_hint(&body).exact().is_none() {
        let recording = Recording {
            body: body.into_data_stream(),
            keep: Some((keep, given)),
            so_far: BytesMut::new(),
            keeping: None,
        };
        return Ok(Response::from_parts(parts, Body::from_stream(recording)));
    }
    let body = body.collect().await.map_err(|_| Refusal::cut(chinese))?;
    let body = body.to_bytes();
    if body.len() <= LARGEST_ANSWER {
        let body = body.clone();
        keep(Given { body, ..given }).await?;
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// The answer again.
pub(super) fn again(given: Given, request_id: &str) -> Response {
    let mut response = Response::new(Body::from(given.body));
    *response.status_mut() = StatusCode::from_u16(given.status).unwrap_or_default();
    for (name, value) in given.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    headers::always(response.headers_mut(), request_id);
    response
}

/// Headers that belong to the answer rather than to the moment.
fn of_answer(headers: &HeaderMap) -> Vec<(String, String)> {
    let is_kept = |name: &HeaderName| {
        *name == header::CONTENT_TYPE
            || *name == header::CONTENT_DISPOSITION
            || matches!(name.as_str(), "x-request-id" | "request-id")
            || name.as_str() == "x-should-retry"
            || name.as_str().starts_with("x-dashscope-")
    };
    let named = headers.iter().filter(|(name, _)| is_kept(name));
    named
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect()
}

/// A stream whose bytes are kept while they pass.
struct Recording<S> {
    body: S,
    keep: Option<(Keep, Given)>,
    so_far: BytesMut,
    keeping: Option<Keeping>,
}

impl<S> Stream for Recording<S>
where
    S: Stream<Item = Result<Bytes, axum::Error>> + Unpin,
{
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(keeping) = &mut self.keeping {
                // The answer is all there: that it could not be kept was logged, and is no reason to break it off.
                let _kept = ready!(keeping.as_mut().poll(context));
                self.keeping = None;
                return Poll::Ready(None);
            }
            match ready!(Pin::new(&mut self.body).poll_next(context)) {
                Some(Ok(bytes)) => {
                    if self.so_far.len() + bytes.len() > LARGEST_ANSWER {
                        self.keep = None;
                    } else if self.keep.is_some() {
                        self.so_far.extend_from_slice(&bytes);
                    }
                    return Poll::Ready(Some(Ok(bytes)));
                }
                Some(Err(error)) => {
                    self.keep = None;
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    let Some((keep, given)) = self.keep.take() else {
                        return Poll::Ready(None);
                    };
                    let body = std::mem::take(&mut self.so_far).freeze();
                    self.keeping = Some(keep(Given { body, ..given }));
                }
            }
        }
    }
}
