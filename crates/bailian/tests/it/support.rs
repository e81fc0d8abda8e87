//! An upstream that plays a script over real sockets.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bailian::{ChatChunk, ChatRequest, ChatStream, Client, ClientOptions, Error, Message};
use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::Instant;

pub const KEY: &str = "sk-0123456789abcdef";

/// What the upstream does with one request.
#[derive(Clone)]
pub enum Step {
    Send(Vec<u8>),
    /// One byte a second.
    Drip(Vec<u8>),
    /// Repeats until the client is gone.
    Flood(Vec<u8>),
    /// Waits until the client is gone.
    Hang,
    /// Ends with RST instead of FIN.
    Reset,
}

pub struct Upstream {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
    arrivals: Arc<Mutex<Vec<Instant>>>,
    flooded: Arc<AtomicUsize>,
    left: Arc<Semaphore>,
}

impl Upstream {
    /// Plays one script a request; the last is repeated.
    pub async fn playing(scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let left = Arc::new(Semaphore::new(0));
        let arrivals = Arc::new(Mutex::new(Vec::new()));
        let flooded = Arc::new(AtomicUsize::new(0));
        let (seen, gone) = (requests.clone(), left.clone());
        let (times, bytes) = (arrivals.clone(), flooded.clone());
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (seen, gone, scripts) = (seen.clone(), gone.clone(), scripts.clone());
                let (times, bytes) = (times.clone(), bytes.clone());
                tokio::spawn(async move {
                    let Some(request) = read_request(&mut socket).await else {
                        return;
                    };
                    times.lock().unwrap().push(Instant::now());
                    let turn = {
                        let mut seen = seen.lock().unwrap();
                        seen.push(request);
                        seen.len() - 1
                    };
                    let script = &scripts[turn.min(scripts.len() - 1)];
                    if play(&mut socket, script, &bytes).await {
                        gone.add_permits(1);
                    }
                });
            }
        });
        Self {
            url,
            requests,
            arrivals,
            flooded,
            left,
        }
    }

    pub async fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        Self::playing(vec![vec![Step::Send(bytes.into())]]).await
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// When each request came.
    pub fn arrivals(&self) -> Vec<Instant> {
        self.arrivals.lock().unwrap().clone()
    }

    /// Bytes of a `Flood` that were taken.
    pub fn flooded(&self) -> usize {
        self.flooded.load(Ordering::Relaxed)
    }

    /// Returns when a client hung up on a `Hang` or `Flood`.
    pub async fn saw_the_client_leave(&self) {
        self.left.acquire().await.unwrap().forget();
    }

    pub fn options(&self) -> ClientOptions {
        ClientOptions::new(self.url.clone(), KEY)
    }

    pub fn client(&self) -> Client {
        Client::new(self.options()).unwrap()
    }
}

async fn read_request(socket: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// Whether the client left before the script did.
async fn play(socket: &mut TcpStream, script: &[Step], flooded: &AtomicUsize) -> bool {
    for step in script {
        match step {
            Step::Send(bytes) => {
                if socket.write_all(bytes).await.is_err() {
                    return true;
                }
            }
            Step::Drip(bytes) => {
                for byte in bytes {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    if socket.write_all(&[*byte]).await.is_err() {
                        return true;
                    }
                }
            }
            Step::Flood(bytes) => {
                while socket.write_all(bytes).await.is_ok() {
                    flooded.fetch_add(bytes.len(), Ordering::Relaxed);
                }
            }
            Step::Hang => {
                let mut rest = [0; 64];
                while !matches!(socket.read(&mut rest).await, Ok(0) | Err(_)) {}
            }
            Step::Reset => socket.set_zero_linger().unwrap(),
        }
    }
    matches!(script.last(), Some(Step::Flood(_) | Step::Hang))
}

pub fn reply(status: &str, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nx-request-id: req-1\r\nconnection: close\r\n\r\n{body}").into_bytes()
}

/// The head of a stream that ends with the connection.
pub fn stream_head() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream;charset=UTF-8\r\nx-request-id: req-1\r\nconnection: close\r\n\r\n".to_vec()
}

pub fn stream_of(body: &str) -> Vec<u8> {
    [stream_head(), body.as_bytes().to_vec()].concat()
}

pub fn asking() -> ChatRequest {
    ChatRequest::new("qwen-plus", [Message::user("背一首诗")])
}

pub async fn collect(stream: ChatStream) -> (Vec<ChatChunk>, Option<Error>) {
    let mut chunks = Vec::new();
    let mut stream = std::pin::pin!(stream);
    while let Some(next) = stream.next().await {
        match next {
            Ok(chunk) => chunks.push(chunk),
            Err(error) => return (chunks, Some(error)),
        }
    }
    (chunks, None)
}

pub fn text(chunks: &[ChatChunk]) -> String {
    let deltas = chunks
        .iter()
        .flat_map(|chunk| &chunk.choices)
        .map(|choice| &choice.delta);
    deltas
        .filter_map(|delta| delta.content.as_deref())
        .collect()
}
