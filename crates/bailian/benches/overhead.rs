//! What the client itself costs: per piece of a stream, and per request over loopback.
#![expect(clippy::unwrap_used, reason = "a benchmark")]

use bailian::sse::Decoder;
use bailian::{ChatChunk, ChatRequest, Client, ClientOptions, Message};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

const PIECES: usize = 1_000;

/// A thousand pieces as the service frames them.
fn pieces() -> String {
    let piece = r#"data: {"choices":[{"delta":{"content":"不觉晓"},"finish_reason":null,"index":0,"logprobs":null}],"object":"chat.completion.chunk","usage":null,"created":1766635349,"system_fingerprint":null,"model":"qwen-plus","id":"chatcmpl-0b7f6f0e-3f2a-9c51-8d0e-5a5c4b3a2f10"}"#;
    format!("{piece}\n\n").repeat(PIECES)
}

#[divan::bench(args = [64, 1_460, 16_384])]
fn decode_events(bencher: Bencher, packet: usize) {
    let stream = pieces();
    bencher
        .counter(ItemsCount::new(PIECES))
        .counter(BytesCount::of_str(&stream))
        .bench(|| {
            let mut decoder = Decoder::new(1_000_000);
            let packets = stream.as_bytes().chunks(packet);
            packets
                .map(|packet| decoder.feed(packet).unwrap().len())
                .sum::<usize>()
        });
}

#[divan::bench]
fn decode_and_parse(bencher: Bencher) {
    let stream = pieces();
    bencher.counter(ItemsCount::new(PIECES)).bench(|| {
        let mut decoder = Decoder::new(1_000_000);
        let packets = stream.as_bytes().chunks(1_460);
        let events = packets.flat_map(|packet| decoder.feed(packet).unwrap());
        events
            .map(|event| serde_json::from_str::<ChatChunk>(&event.data).unwrap())
            .map(|chunk| chunk.choices.len())
            .sum::<usize>()
    });
}

/// A server that answers every request at once with the same bytes.
fn serve(runtime: &Runtime, answer: Vec<u8>) -> Client {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 4_096];
                while socket.read(&mut request).await.is_ok_and(|read| read > 0) {
                    socket.write_all(&answer).await.unwrap();
                }
            });
        }
    });
    Client::new(ClientOptions::new(url, "sk-x")).unwrap()
}

fn framed(content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn question() -> ChatRequest {
    ChatRequest::new("qwen-plus", [Message::user("背一首诗")])
}

/// A whole call over loopback, the server's part included.
#[divan::bench]
fn request(bencher: Bencher) {
    let runtime = Runtime::new().unwrap();
    let body = r#"{"choices":[{"message":{"role":"assistant","content":"春"},"finish_reason":"stop","index":0}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2},"id":"c","model":"qwen-plus"}"#;
    let client = serve(&runtime, framed("application/json", body));
    bencher.bench(|| runtime.block_on(client.chat(question())).unwrap());
}

/// The same without this client: what the HTTP library and the loopback cost.
#[divan::bench]
fn request_of_the_bare_http_library(bencher: Bencher) {
    let runtime = Runtime::new().unwrap();
    let client = serve(&runtime, framed("application/json", r#"{"choices":[]}"#));
    let url = format!("{client:?}");
    let url = url.split('"').nth(1).unwrap().to_owned();
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(tls())
        .build()
        .unwrap();
    let body = serde_json::to_vec(&question()).unwrap();
    bencher.bench(|| {
        runtime.block_on(async {
            let sent = http.post(&url).body(body.clone()).send().await.unwrap();
            sent.bytes().await.unwrap()
        })
    });
}

fn tls() -> rustls::ClientConfig {
    rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

/// A thousand pieces over loopback to typed chunks.
#[divan::bench]
fn stream(bencher: Bencher) {
    let runtime = Runtime::new().unwrap();
    let body = format!("{}data: [DONE]\n\n", pieces());
    let client = serve(&runtime, framed("text/event-stream", &body));
    bencher.counter(ItemsCount::new(PIECES)).bench(|| {
        runtime.block_on(async {
            let stream = client.chat_stream(question()).await.unwrap();
            stream.count().await
        })
    });
}
