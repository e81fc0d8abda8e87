//! Conversations of sound and text as they happen: omni models, speech as it is written, recognition as it is spoken
//! ("Realtime WebSocket").
//!
//! ```no_run
//! # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
//! use bailian::socket::realtime::{ClientEvent, ServerEvent, SpeechSession};
//!
//! let (speak, mut hear) = client.realtime("qwen3-tts-flash-realtime").await?;
//! speak.send(ClientEvent::session(SpeechSession::new("Cherry"))).await?;
//! speak.send(ClientEvent::append_text("列车将在五分钟后到站，")).await?;
//! speak.send(ClientEvent::FinishSession).await?;
//! while let Some(event) = hear.next().await? {
//!     if let ServerEvent::Audio { sound, .. } = event { let _ = sound; }
//! }
//! # Ok(())
//! # }
//! ```

mod client_event;
mod server_event;
mod session;

use reqwest::header::HeaderMap;
use std::fmt;

use futures_util::{Stream, stream};
use serde_json::Value;
use tokio::time::timeout;
use tracing::{Instrument, Span};

pub use client_event::ClientEvent;
pub use server_event::{EventPlace, ServerEvent};
pub use session::{OmniSession, RecognitionSession, SpeechSession, TurnDetection};

use super::line::{self, Ear, Frame, Mouth};
use crate::client::position;
use crate::{Client, Error, Phase};

const PATH: &str = "/api-ws/v1/realtime";

/// The half that speaks; clones speak into the same session.
#[derive(Clone, Debug)]
pub struct RealtimeSender {
    mouth: Mouth,
}

/// The half that listens. Dropping both halves closes the session.
pub struct RealtimeEvents {
    ear: Ear,
    client: Client,
    request_id: Option<String>,
    ended: bool,
    span: Span,
}

impl Client {
    /// Opens a session with a realtime model and waits for its greeting.
    ///
    /// Errors: those of the handshake as for any call, then whatever the provider says instead of a greeting.
    pub async fn realtime(&self, model: &str) -> Result<(RealtimeSender, RealtimeEvents), Error> {
        let span = tracing::info_span!(
            "bailian.realtime",
            gen_ai.operation.name = "realtime",
            gen_ai.request.model = model,
            http.response.status_code = tracing::field::Empty,
            error.type = tracing::field::Empty,
        );
        let query = vec![("model", model.to_owned())];
        let opened = line::open(self, PATH, query, HeaderMap::new())
            .instrument(span.clone())
            .await;
        let (mouth, ear, request_id) = opened.inspect_err(|error| {
            span.record("error.type", error.kind().name());
        })?;
        let mut events = RealtimeEvents {
            ear,
            client: self.clone(),
            request_id,
            ended: false,
            span,
        };
        let patience = self.options().timeouts.first_byte;
        match timeout(patience, events.next()).await {
            Err(_) => Err(events.fail(Error::timeout(Phase::FirstByte))),
            Ok(Err(error)) => Err(error),
            Ok(Ok(Some(ServerEvent::SessionCreated(_)))) => Ok((RealtimeSender { mouth }, events)),
            Ok(Ok(Some(ServerEvent::Error(error)))) => Err(events.fail(error)),
            Ok(Ok(_)) => Err(events.fail(Error::malformed("a session without a greeting"))),
        }
    }
}

impl RealtimeSender {
    /// Sends an event.
    pub async fn send(&self, event: ClientEvent) -> Result<(), Error> {
        self.mouth.text(event.to_json().to_string()).await
    }

    /// Hangs up.
    pub async fn close(&self) {
        self.mouth.close().await;
    }
}

impl RealtimeEvents {
    /// The provider's id of the handshake.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The next event; `None` when the session has ended.
    ///
    /// A refusal of one event is a [`ServerEvent::Error`], after which the session goes on; errors of the line end it.
    pub async fn next(&mut self) -> Result<Option<ServerEvent>, Error> {
        if self.ended {
            return Ok(None);
        }
        let read = self.read().await;
        match read {
            Ok(Some(event)) => {
                self.ended = matches!(event, ServerEvent::SessionFinished(_));
                Ok(Some(event))
            }
            Ok(None) => {
                self.ended = true;
                Ok(None)
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    /// The events as a stream that ends after its first error.
    pub fn into_stream(self) -> impl Stream<Item = Result<ServerEvent, Error>> + Send {
        stream::try_unfold(self, |mut events| async {
            Ok(events.next().await?.map(|event| (event, events)))
        })
    }

    async fn read(&mut self) -> Result<Option<ServerEvent>, Error> {
        match self.ear.next().await? {
            None => Ok(None),
            Some(Frame::Binary(_)) => Err(Error::malformed("bytes where an event was due")),
            Some(Frame::Text(text)) => {
                let event: Value = serde_json::from_str(&text).map_err(|error| {
                    Error::malformed("an event cannot be read").with_source(position(&error))
                })?;
                ServerEvent::from_json(event).map(Some)
            }
        }
    }

    fn fail(&mut self, error: Error) -> Error {
        self.ended = true;
        self.span.record("error.type", error.kind().name());
        let error = error.or_request_id(self.request_id.as_deref());
        self.client.scrub(error)
    }
}

impl fmt::Debug for RealtimeEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RealtimeEvents")
            .field("request_id", &self.request_id)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
