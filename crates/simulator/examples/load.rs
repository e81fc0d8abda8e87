//! How fast the simulator is: `cargo run -p simulator --example load -- --seconds 5 --connections 32 --model simulator-fixed`.
//!
//! Client and simulator share this process's threads, so the figures are a lower bound. `--stream` asks for streams.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use simulator::{Options, Simulator};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout_at},
};

#[tokio::main]
async fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str, otherwise: &str| {
        let at = arguments.iter().position(|argument| argument == name);
        let value = at.and_then(|at| arguments.get(at + 1));
        value.map_or_else(|| otherwise.to_owned(), Clone::clone)
    };
    let seconds: u64 = value("--seconds", "5").parse().map_err(io::Error::other)?;
    let connections: usize = value("--connections", "32")
        .parse()
        .map_err(io::Error::other)?;
    let streams = arguments.iter().any(|argument| argument == "--stream");
    let simulator = Simulator::start(Options::immediate()).await?;
    let model = value("--model", "simulator-fixed");
    let body = format!(
        r#"{{"model":"{model}","stream":{streams},"messages":[{{"role":"user","content":"背一首唐诗"}}]}}"#
    );
    let request = format!(
        "POST /compatible-mode/v1/chat/completions HTTP/1.1\r\nhost: simulator\r\nauthorization: Bearer sk-load\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let (answers, bytes) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let end = Instant::now() + Duration::from_secs(seconds);
    let asking: Vec<_> = (0..connections)
        .map(|_| {
            let (request, addr) = (request.clone(), simulator.addr());
            let (answers, bytes) = (answers.clone(), bytes.clone());
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(addr).await?;
                let mut buffer = Vec::with_capacity(64 << 10);
                while let Ok(read) = timeout_at(end, ask(&mut stream, &request, &mut buffer)).await
                {
                    bytes.fetch_add(read?, Ordering::Relaxed);
                    answers.fetch_add(1, Ordering::Relaxed);
                }
                Ok::<(), io::Error>(())
            })
        })
        .collect();
    for one in asking {
        one.await.map_err(io::Error::other)??;
    }
    writeln!(
        io::stdout(),
        "{} answers/s, {} kB/s",
        answers.load(Ordering::Relaxed) / seconds,
        bytes.load(Ordering::Relaxed) / seconds / 1000
    )
}

/// One answer on a connection that is kept; the bytes of it.
async fn ask(stream: &mut TcpStream, request: &str, buffer: &mut Vec<u8>) -> io::Result<u64> {
    stream.write_all(request.as_bytes()).await?;
    buffer.clear();
    while !is_whole(buffer) {
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(u64::try_from(buffer.len()).unwrap_or(u64::MAX))
}

/// Whether an answer is there: as many bytes as announced, or the last of its chunks.
fn is_whole(answer: &[u8]) -> bool {
    let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    let length = String::from_utf8_lossy(&answer[..head])
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    match length {
        Some(length) => answer.len() >= head + 4 + length,
        None => answer.ends_with(b"0\r\n\r\n"),
    }
}
