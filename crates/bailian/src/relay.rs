//! Requests that somebody else wrote in one of the provider's protocols, and its answers, handed on byte for byte.
//!
//! They leave by the same way as every call: key, pacing, circuit breaker, time-outs, and what may be sent again is. What the
//! provider answers, a refusal too, comes back as it was, with what it means beside it.
//!
//! ```no_run
//! use bailian::relay::{Body, Relay};
//! use bailian::{Client, ClientOptions, Region};
//!
//! # async fn example() -> Result<(), bailian::Error> {
//! let client = Client::new(ClientOptions::in_region(Region::Beijing, "sk-…")?)?;
//! let mut relay = Relay::post("/compatible-mode/v1/chat/completions", br#"{"model":"qwen-plus"}"#.as_slice());
//! relay.model = Some("qwen-plus".to_owned());
//! let mut answer = client.relay(relay).await?;
//! while let Some(bytes) = answer.body.chunk().await? {
//!     drop(bytes);
//! }
//! # Ok(())
//! # }
//! ```

mod body;
mod line;

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};

pub use crate::body::Piece;
pub use body::{Answer, Body};
pub use line::{RelayFrame, RelayReceiver, RelaySender};

use crate::client::{Arrival, Call, Payload, RelayedPayload, Repeat};
use crate::error::envelope;
use crate::pool::{Pool, Reach, Served, Turn};
use crate::{Client, Error, ErrorKind, Sent};

/// The largest refusal that is handed on whole.
const MAX_REFUSAL_BYTES: usize = 256 * 1024;

/// A request to hand on.
#[derive(Clone, Debug)]
pub struct Relay {
    /// Its method.
    pub method: Method,
    /// The path at the provider, beginning with a slash, percent-encoded.
    pub path: String,
    /// What follows the question mark, as it came.
    pub query: Option<String>,
    /// Headers to hand on. The client's own (key, workspace) overrule them.
    pub headers: HeaderMap,
    /// `Content-Type` of the body.
    pub content_type: Option<HeaderValue>,
    /// The body.
    pub body: Body,
    /// The model that is asked, for pacing and the circuit breaker.
    pub model: Option<String>,
    /// Whether the answer comes piece by piece, so that its first byte is not awaited as long as a whole one's.
    pub streamed: bool,
    /// Whether sending it twice costs twice: then only what certainly did not arrive is sent again.
    pub costly: bool,
    /// Told when it leaves.
    pub sent: Option<Sent>,
}

impl Relay {
    /// Reads something.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query: None,
            headers: HeaderMap::new(),
            content_type: None,
            body: Body::Empty,
            model: None,
            streamed: false,
            costly: false,
            sent: None,
        }
    }

    /// Sends JSON.
    pub fn post(path: impl Into<String>, json: impl Into<Bytes>) -> Self {
        Self {
            method: Method::POST,
            content_type: Some(HeaderValue::from_static("application/json")),
            body: Body::Whole(json.into()),
            ..Self::get(path)
        }
    }
}

/// What the provider answered, a refusal too.
#[derive(Debug)]
pub struct Relayed {
    /// Its status.
    pub status: StatusCode,
    /// Its headers, all of them.
    pub headers: HeaderMap,
    /// Its body. Dropping it closes the provider's stream.
    pub body: Answer,
    /// What a refusal means.
    pub refusal: Option<Error>,
}

/// What a whole answer refuses, though its status says that all is well; `None` if it is no refusal.
pub fn refusal_in(json: &[u8]) -> Option<Error> {
    envelope::from_body(json).map(Error::from)
}

/// An answer is larger than whoever hands it on can hold.
pub fn too_large() -> Error {
    Error::new(ErrorKind::TooLarge, "the answer is larger than allowed")
}

impl Client {
    /// Hands a request on and gives the answer as soon as its head has come. An error means that there is no answer: none
    /// came, or the request was not sent.
    pub async fn relay(&self, relay: Relay) -> Result<Relayed, Error> {
        let once = matches!(relay.body, Body::Stream(_));
        let sent = relay.sent.clone();
        let call = self.call_of(relay);
        // The words of the last refusal, which an error does not keep whole.
        let refused = Mutex::new(None);
        let read = |arrival: Arrival| async {
            let (status, headers) = (
                arrival.response.status(),
                arrival.response.headers().clone(),
            );
            if status.is_success() {
                let body = Answer::running(arrival);
                return Ok(Relayed {
                    status,
                    headers,
                    body,
                    refusal: None,
                });
            }
            let (error, said) = refusal(arrival, status, &headers).await?;
            let words = (status, headers, said);
            *refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
            Err(error)
        };
        let client = if once {
            self.without_retries()
        } else {
            self.clone()
        };
        let client = match &sent {
            Some(sent) => client.noting(sent),
            None => client,
        };
        let answer = client.arrive(call, read).await;
        let Err(error) = answer else { return answer };
        let refused = refused.into_inner().unwrap_or_else(PoisonError::into_inner);
        match refused {
            // A connection that broke at another attempt has no status.
            Some((status, headers, said)) if error.status() == Some(status.as_u16()) => {
                Ok(Relayed {
                    status,
                    headers,
                    body: Answer::whole(said),
                    refusal: Some(error),
                })
            }
            _ => Err(error),
        }
    }

    fn call_of(&self, relay: Relay) -> Call {
        let timeouts = &self.options().timeouts;
        let first_byte = if relay.streamed {
            timeouts.first_byte
        } else {
            timeouts.first_byte_unstreamed
        };
        let repeat = if relay.costly {
            Repeat::Costly
        } else {
            Repeat::Harmless
        };
        Call {
            method: relay.method,
            raw_query: relay.query,
            headers: relay.headers,
            body: match relay.body {
                Body::Empty => None,
                body => Some(Payload::Relayed(RelayedPayload {
                    content_type: relay.content_type,
                    model: relay.model,
                    body,
                })),
            },
            first_byte,
            accept: "",
            repeat,
            expects: None,
            ..Call::get(relay.path, timeouts)
        }
    }
}

impl Pool {
    /// Hands a request on to the upstream whose turn it is, and to the next if that refuses for a reason that another
    /// account can cure. A refusal that stays is the answer, as with [`Client::relay`].
    pub async fn relay(&self, relay: Relay) -> Result<Served<Relayed>, Error> {
        self.relay_within(relay, Reach::Any).await
    }

    /// The same among the accounts within reach. A body that is handed on while it comes is read once, so that it is sent to
    /// one of them only.
    pub async fn relay_within(&self, relay: Relay, reach: Reach) -> Result<Served<Relayed>, Error> {
        let (upstream, answer) = self.relay_named(relay, reach).await;
        let answer = answer?;
        let upstream = upstream.unwrap_or_default();
        Ok(Served { upstream, answer })
    }

    /// The same, and whoever answered or, if nobody did, was asked last.
    pub async fn relay_named(
        &self,
        relay: Relay,
        reach: Reach,
    ) -> (Option<Arc<str>>, Result<Relayed, Error>) {
        let model = relay.model.clone().unwrap_or_default();
        let mut round = self.round(&model, relay.body.known_len(), reach);
        let mut last = None;
        let mut refused = None;
        let error = loop {
            let Turn {
                upstream, client, ..
            } = match round.next().await {
                Ok(turn) => turn,
                Err(error) => break error,
            };
            last = Some(upstream.clone());
            let error = match client.relay(relay.clone()).await {
                Ok(mut answer) => match answer.refusal.take() {
                    None => {
                        round.answered();
                        return (last, Ok(answer));
                    }
                    Some(error) => {
                        refused = Some(Served { upstream, answer });
                        error
                    }
                },
                Err(error) => error,
            };
            if let Err(error) = round.failed(error) {
                break error;
            }
            if relay.body.is_spent() {
                break round.over();
            }
        };
        match refused {
            Some(mut served) if error.status() == Some(served.answer.status.as_u16()) => {
                served.answer.refusal = Some(error);
                (Some(served.upstream), Ok(served.answer))
            }
            _ => (last, Err(error)),
        }
    }
}

async fn refusal(
    arrival: Arrival,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<(Error, Bytes), Error> {
    if status.is_redirection() {
        // The key must not travel, and neither does the caller.
        return Err(crate::client::redirected(status));
    }
    let wait = crate::retry::asked_wait(headers);
    let verdict = crate::client::verdict(headers);
    let said = Bytes::from(Answer::refusal(arrival, MAX_REFUSAL_BYTES).await);
    let mut refusal = envelope::from_body(&said).unwrap_or_default();
    refusal.status = Some(status.as_u16());
    let mut error = Error::from(refusal).with_retry_after(wait);
    if let Some(retry) = verdict {
        error = error.with_retry(retry);
    }
    Ok((error, said))
}
