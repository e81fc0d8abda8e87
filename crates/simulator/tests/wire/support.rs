//! A client that is nothing but a socket, so that every byte can be seen.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what fails here fails the test"
)]

use std::io;

use serde_json::{Value, json};
use simulator::{Options, Simulator};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub const CHAT: &str = "/compatible-mode/v1/chat/completions";

/// A red picture, 32 by 24.
pub const PICTURE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAYCAIAAAAUMWhjAAAAJElEQVR42mP4z8BAU8QwasGoBaMWjFowasGoBaMWjFowNCwAAC4e/R+m9KZ4AAAAAElFTkSuQmCC";

pub async fn simulator() -> Simulator {
    Simulator::start(Options::immediate()).await.unwrap()
}

/// A streamed request of one message.
pub fn ask(question: &str) -> Value {
    json!({
        "model": "qwen-plus",
        "messages": [{ "role": "user", "content": question }],
        "stream": true,
        "stream_options": { "include_usage": true },
    })
}

/// `body` with more or other fields.
pub fn with(mut body: Value, fields: Value) -> Value {
    if let (Some(body), Value::Object(fields)) = (body.as_object_mut(), fields) {
        body.extend(fields);
    }
    body
}

/// An answer, its body freed from the chunks of HTTP.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    /// Whether the body ended as HTTP wants it.
    pub complete: bool,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The events in the usual framing.
    pub fn events(&self) -> Vec<String> {
        self.text()
            .split_terminator("\n\n")
            .map(|event| event.strip_prefix("data: ").unwrap().to_owned())
            .collect()
    }

    /// What all deltas say together.
    pub fn said(&self) -> String {
        let events = self.events();
        let chunks = events
            .iter()
            .filter_map(|event| serde_json::from_str::<Value>(event).ok());
        chunks
            .filter_map(|chunk| {
                Some(
                    chunk
                        .pointer("/choices/0/delta/content")?
                        .as_str()?
                        .to_owned(),
                )
            })
            .collect()
    }
}

/// Sends a request on a connection of its own.
pub async fn open(
    simulator: &Simulator,
    method: &str,
    path: &str,
    key: Option<&str>,
    body: &str,
) -> TcpStream {
    let key = key.map_or(String::new(), |key| {
        format!("authorization: Bearer {key}\r\n")
    });
    raw(simulator, method, path, &key, body).await
}

/// The same with these lines in its head.
pub async fn raw(
    simulator: &Simulator,
    method: &str,
    path: &str,
    head: &str,
    body: &str,
) -> TcpStream {
    let mut stream = TcpStream::connect(simulator.addr()).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: simulator\r\nconnection: close\r\ncontent-type: application/json\r\n{head}content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Reads until the connection ends, properly or not.
pub async fn read(mut stream: TcpStream) -> (Reply, io::Result<()>) {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await.map(drop);
    (parse(&bytes), end)
}

pub async fn send(simulator: &Simulator, method: &str, path: &str, body: &str) -> Reply {
    read(open(simulator, method, path, Some("sk-test"), body).await)
        .await
        .0
}

/// Sends a request with more headers, each ended by CRLF.
pub async fn send_with(
    simulator: &Simulator,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Reply {
    let key = format!("sk-test\r\n{}", headers.trim_end());
    read(open(simulator, method, path, Some(&key), body).await)
        .await
        .0
}

pub async fn chat(simulator: &Simulator, body: &Value) -> Reply {
    send(simulator, "POST", CHAT, &body.to_string()).await
}

/// Reads until the answer so far contains `text`.
pub async fn read_until(stream: &mut TcpStream, text: &str) {
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(text) {
        let count = stream.read_buf(&mut seen).await.unwrap();
        assert_ne!(count, 0, "ended after {}", String::from_utf8_lossy(&seen));
    }
}

fn parse(bytes: &[u8]) -> Reply {
    let split = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8(bytes[..split].to_vec())
        .unwrap()
        .to_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let rest = &bytes[split + 4..];
    let (body, complete) = if head.contains("transfer-encoding: chunked") {
        unchunk(rest)
    } else {
        (rest.to_vec(), true)
    };
    Reply {
        status,
        head,
        body,
        complete,
    }
}

fn unchunk(mut bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(line) = bytes.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..line]).unwrap(), 16).unwrap();
        if size == 0 {
            return (body, true);
        }
        let rest = &bytes[line + 2..];
        body.extend_from_slice(&rest[..size.min(rest.len())]);
        bytes = rest.get(size + 2..).unwrap_or_default();
    }
    (body, false)
}
