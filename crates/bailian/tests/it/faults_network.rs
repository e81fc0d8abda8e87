//! Faults of connections, names and whole upstreams.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bailian::{Circuit, Client, ClientOptions, ErrorKind, Phase, Sent};
use futures_util::StreamExt;
use futures_util::future::join_all;
use simulator::{Answer, Options, Simulator};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use crate::faults::Stage;
use crate::support::asking;

/// When a connection that was kept alive is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closed {
    /// Right after the first answer.
    Idle,
    /// When the second request arrives, before any of it is read.
    Sending,
}

/// A server whose first connection dies after its first request; counts what it processed.
async fn dying(closed: Closed) -> (Client, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let processed = Arc::new(AtomicUsize::new(0));
    let count = processed.clone();
    tokio::spawn(async move {
        for turn in 0.. {
            let (mut socket, _) = listener.accept().await.unwrap();
            let count = count.clone();
            tokio::spawn(async move {
                let body = r#"{"data":[]}"#;
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                let mut request = [0; 4_096];
                while socket.read(&mut request).await.is_ok_and(|read| read > 0) {
                    count.fetch_add(1, Ordering::Relaxed);
                    socket.write_all(answer.as_bytes()).await.unwrap();
                    if turn == 0 && closed == Closed::Sending {
                        socket.readable().await.unwrap();
                        socket.set_zero_linger().unwrap();
                    }
                    if turn == 0 {
                        return;
                    }
                }
            });
        }
    });
    let client = Client::new(ClientOptions::new(url, "sk-x")).unwrap();
    (client, processed)
}

/// R-34
#[tokio::test(start_paused = true)]
async fn a_kept_connection_that_is_closed_costs_nothing() {
    for closed in [Closed::Idle, Closed::Sending] {
        for _ in 0..20 {
            let (client, processed) = dying(closed).await;
            client.models().await.unwrap();
            client.models().await.unwrap();
            assert_eq!(processed.load(Ordering::Relaxed), 2, "{closed:?}");
        }
    }
}

/// R-29
#[tokio::test]
async fn names_that_are_not_found_do_not_use_up_the_threads() {
    let calls = (0..50).map(|number| async move {
        let url = format!("http://nowhere-{number}.invalid");
        let mut options = ClientOptions::new(url, "sk-x");
        options.timeouts.connect = Duration::from_millis(500);
        let client = Client::new(options).unwrap();
        client.chat(asking()).await.unwrap_err()
    });
    let (errors, other) = tokio::join!(join_all(calls), tokio::task::spawn_blocking(|| "done"));
    assert_eq!(other.unwrap(), "done");
    for error in errors {
        // Some name servers say that there is none, some say nothing.
        let phase = Phase::Connect;
        let silent = ErrorKind::Timeout { phase };
        assert!([ErrorKind::Connection, silent].contains(error.kind()));
        assert!(!error.is_retryable());
    }
}

#[tokio::test(start_paused = true)]
async fn what_finds_no_connection_has_not_left() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", port.local_addr().unwrap());
    drop(port);
    let sent = Sent::default();
    let client = Client::new(ClientOptions::new(url, "sk-x")).unwrap();
    let error = client.noting(&sent).chat(asking()).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Connection);
    assert!(!sent.is_noted());
}

/// R-38
#[tokio::test(start_paused = true)]
async fn a_dead_upstream_is_left_alone_and_found_again_soon_after_it_is_back() {
    // A port that nobody listens on, until the simulator does.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = port.local_addr().unwrap();
    drop(port);
    let client = Client::new(ClientOptions::new(format!("http://{addr}"), "sk-x")).unwrap();
    let mut slowest = Duration::ZERO;
    for call in 0..3_000 {
        let began = Instant::now();
        let error = client.chat(asking()).await.unwrap_err();
        if call >= 5 {
            assert_eq!(
                error.kind().name(),
                if began.elapsed().is_zero() {
                    "circuit_open"
                } else {
                    "connection"
                }
            );
            assert!(error.is_retryable());
        }
        if *error.kind() == ErrorKind::CircuitOpen {
            slowest = slowest.max(began.elapsed());
            assert!(error.retry_after().unwrap() <= Duration::from_secs(10));
        }
        sleep(Duration::from_millis(20)).await;
    }
    let status = client.status();
    assert!(slowest <= Duration::from_millis(1), "{slowest:?}");
    assert!(status.requests <= 5 + 7, "{status:?}");
    assert!(!matches!(status.circuit, Circuit::Closed));
    assert_eq!(status.in_flight, 0);

    let options = Options {
        addr,
        ..Options::immediate()
    };
    let _back = Simulator::start(options).await.unwrap();
    let began = Instant::now();
    while client.chat(asking()).await.is_err() {
        sleep(Duration::from_millis(20)).await;
    }
    assert!(
        began.elapsed() <= Duration::from_secs(11),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(client.status().circuit, Circuit::Closed);
}

/// R-39
#[tokio::test]
async fn answers_that_wait_do_not_hold_up_others() {
    let stage = Stage::new().await;
    for _ in 0..200 {
        stage
            .simulator
            .next_answer(Answer::words(["慢"]).held_after(0));
    }
    let waiting = join_all((0..200).map(|_| stage.stream())).await;
    let waiting: Vec<_> = waiting.into_iter().map(Result::unwrap).collect();
    assert_eq!(stage.client.status().in_flight, 200);
    stage.simulator.next_answer(Answer::words(["快"]));
    let quick = stage.client.chat(asking()).await.unwrap();
    assert_eq!(quick.message().unwrap().text(), "快");
    stage.simulator.release();
    let ended = join_all(waiting.into_iter().map(StreamExt::count)).await;
    assert!(ended.iter().all(|chunks| *chunks > 0));
    stage.leaves_nothing().await;
}
