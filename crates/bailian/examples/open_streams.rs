//! Opens streams that a simulator holds after their first piece, and prints what memory each takes.
//!
//! `cargo run --release -p bailian --example open_streams -- 1000`; simulator and client are both in this
//! process, so the number is that of a client, a server and their buffers together. Linux only.
#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use std::error::Error;

use bailian::{ChatRequest, Client, ClientOptions, Message};
use futures_util::StreamExt;
use simulator::{Answer, Options, Simulator};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let count: u64 = match std::env::args().nth(1) {
        Some(count) => count.parse()?,
        None => 1_000,
    };
    let simulator = Simulator::start(Options::immediate()).await?;
    let client = Client::new(ClientOptions::new(simulator.base_url(), "sk-simulated"))?;
    client.chat(question()).await?;
    let before = resident_kib()?;
    let mut streams = Vec::new();
    for _ in 0..count {
        simulator.next_answer(Answer::words(["春", "眠", "不觉晓"]).held_after(1));
        let mut stream = client.chat_stream(question()).await?;
        stream.next().await.ok_or("no first piece")??;
        streams.push(stream);
    }
    let bytes = resident_kib()?.saturating_sub(before) * 1_024 / count.max(1);
    println!("{count} open streams: {bytes} bytes each");
    drop(streams);
    simulator
        .wait_until(|account| account.open_streams() == 0)
        .await;
    Ok(())
}

fn question() -> ChatRequest {
    ChatRequest::new("qwen-plus", [Message::user("背一首诗")])
}

fn resident_kib() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(number.ok_or("no VmRSS")?.parse()?)
}
