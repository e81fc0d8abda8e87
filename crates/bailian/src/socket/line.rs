//! A WebSocket: opened like any call, watched for silence, closed by dropping it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use reqwest::header::{CONNECTION, HeaderMap, HeaderName, HeaderValue, UPGRADE};
use reqwest::{Response, Upgraded};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::client::Call;
use crate::{Client, Error, ErrorKind, Phase};

const KEY: HeaderName = HeaderName::from_static("sec-websocket-key");
const ACCEPT: HeaderName = HeaderName::from_static("sec-websocket-accept");
const VERSION: HeaderName = HeaderName::from_static("sec-websocket-version");

type Socket = WebSocketStream<Upgraded>;

/// What came over the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Text(String),
    Binary(Bytes),
}

/// The half that speaks. Clones speak over the same line, one message at a time.
#[derive(Clone, Debug)]
pub(crate) struct Mouth {
    sink: Arc<Mutex<SplitSink<Socket, Message>>>,
    patience: Duration,
}

/// The half that listens. It also asks for a sign of life when nothing came for a while.
#[derive(Debug)]
pub(crate) struct Ear {
    stream: SplitStream<Socket>,
    mouth: Mouth,
    patience: Duration,
}

/// Opens a line at `path`, by the client's transport, key and retries.
pub(crate) async fn open(
    client: &Client,
    path: &'static str,
    query: Vec<(&'static str, String)>,
    headers: HeaderMap,
) -> Result<(Mouth, Ear, Option<String>), Error> {
    let options = client.options();
    let key = generate_key();
    let expected = derive_accept_key(key.as_bytes());
    let mut call = Call::upgrade(path, &options.timeouts);
    call.query = query;
    call.headers = headers;
    call.headers.extend(handshake(&key)?);
    let (socket, request_id) = client
        .answer(&call, |response| switch(response, &expected))
        .await?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(options.max_event_bytes))
        .max_frame_size(Some(options.max_event_bytes));
    let socket = WebSocketStream::from_raw_socket(socket, Role::Client, Some(config)).await;
    let (sink, stream) = socket.split();
    let patience = options.timeouts.idle;
    let mouth = Mouth {
        sink: Arc::new(Mutex::new(sink)),
        patience,
    };
    let ear = Ear {
        stream,
        mouth: mouth.clone(),
        patience,
    };
    Ok((mouth, ear, request_id))
}

fn handshake(key: &str) -> Result<HeaderMap, Error> {
    let key = HeaderValue::try_from(key)
        .map_err(|error| Error::configuration("the handshake's key").with_source(error))?;
    Ok(HeaderMap::from_iter([
        (CONNECTION, HeaderValue::from_static("Upgrade")),
        (UPGRADE, HeaderValue::from_static("websocket")),
        (VERSION, HeaderValue::from_static("13")),
        (KEY, key),
    ]))
}

/// Only an answer that proves to have read the handshake may become a line.
async fn switch(response: Response, expected: &str) -> Result<(Upgraded, Option<String>), Error> {
    let accepted = response.headers().get(ACCEPT);
    if accepted.is_none_or(|value| value != expected) {
        return Err(Error::malformed(
            "the handshake was not answered as a WebSocket's",
        ));
    }
    let request_id = response
        .headers()
        .get("x-request-id")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let line = response.upgrade().await.map_err(|error| {
        Error::new(ErrorKind::Connection, "the line was not handed over").with_source(error)
    })?;
    Ok((line, request_id))
}

impl Mouth {
    pub(crate) async fn text(&self, text: String) -> Result<(), Error> {
        self.send(Message::text(text)).await
    }

    pub(crate) async fn binary(&self, bytes: Bytes) -> Result<(), Error> {
        self.send(Message::binary(bytes)).await
    }

    /// Says goodbye. That the other side has gone already is no error.
    pub(crate) async fn close(&self) {
        let _ = self.send(Message::Close(None)).await;
    }

    /// A server that reads nothing is as dead as one that says nothing.
    async fn send(&self, message: Message) -> Result<(), Error> {
        let mut sink = self.sink.lock().await;
        timeout(self.patience, sink.send(message))
            .await
            .map_err(|_| Error::timeout(Phase::Idle))?
            .map_err(broken)
    }
}

impl Ear {
    /// The next message; `None` when the other side closed the line.
    pub(crate) async fn next(&mut self) -> Result<Option<Frame>, Error> {
        let mut asked = false;
        loop {
            let Ok(message) = timeout(self.patience, self.stream.next()).await else {
                if asked {
                    return Err(Error::timeout(Phase::Idle));
                }
                asked = true;
                self.mouth.send(Message::Ping(Bytes::new())).await?;
                continue;
            };
            match message {
                None | Some(Ok(Message::Close(_))) => return Ok(None),
                Some(Ok(Message::Text(text))) => return Ok(Some(Frame::Text(text.to_string()))),
                Some(Ok(Message::Binary(bytes))) => return Ok(Some(Frame::Binary(bytes))),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => asked = false,
                Some(Err(error)) => return Err(broken(error)),
            }
        }
    }
}

fn broken(error: tokio_tungstenite::tungstenite::Error) -> Error {
    use tokio_tungstenite::tungstenite::Error as Broken;
    let kind = match error {
        Broken::Capacity(_) => ErrorKind::TooLarge,
        Broken::Protocol(_) | Broken::Utf8(_) => ErrorKind::Malformed,
        _ => ErrorKind::Interrupted,
    };
    Error::new(kind, "the line broke").with_source(error)
}
