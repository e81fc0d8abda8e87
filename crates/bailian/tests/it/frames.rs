//! What a line says means the same however the network cuts it.

use std::time::Duration;

use bailian::socket::recognition::RecognitionRequest;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::sockets::{client, sentence};

/// A text message in two fragments with a ping between them, a binary one, and the end of the task, byte for byte.
fn frames(task_id: &str) -> Vec<u8> {
    let header = |event: &str| json!({ "task_id": task_id, "event": event });
    let started = json!({ "header": header("task-started"), "payload": {} }).to_string();
    let result =
        json!({ "header": header("result-generated"), "payload": sentence("春眠不觉晓", None) })
            .to_string();
    let finished = json!({ "header": header("task-finished"), "payload": {} }).to_string();
    let frame = |first: u8, payload: &[u8]| {
        let mut bytes = vec![first];
        match u8::try_from(payload.len()) {
            Ok(short) if short < 126 => bytes.push(short),
            _ => {
                bytes.push(126);
                bytes.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
            }
        }
        bytes.extend(payload);
        bytes
    };
    // Inside a character, so that text is only text when it is whole.
    let middle = result.find('眠').unwrap() + 1;
    [
        frame(0x81, started.as_bytes()),
        frame(0x01, &result.as_bytes()[..middle]),
        frame(0x89, b"alive?"),
        frame(0x80, &result.as_bytes()[middle..]),
        frame(0x81, finished.as_bytes()),
    ]
    .concat()
}

#[tokio::test]
async fn frames_mean_the_same_wherever_the_network_cuts_them() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let length = frames(&"0".repeat(32)).len();
    let served = tokio::spawn(async move {
        for cut in 0..length {
            let (mut socket, _) = listener.accept().await.unwrap();
            socket.set_nodelay(true).unwrap();
            let task_id = raw_handshake(&mut socket).await;
            let bytes = frames(&task_id);
            socket.write_all(&bytes[..cut]).await.unwrap();
            socket.flush().await.unwrap();
            tokio::task::yield_now().await;
            socket.write_all(&bytes[cut..]).await.unwrap();
            // Until the client hangs up.
            while socket
                .read(&mut [0; 1_024])
                .await
                .is_ok_and(|read| read > 0)
            {}
        }
    });
    let client = client(url, Duration::from_secs(20));
    for cut in 0..length {
        let request = RecognitionRequest::new("paraformer-realtime-v2", "pcm", 16_000);
        let (_sound, mut sentences) = client
            .task_line()
            .await
            .unwrap()
            .recognize(request)
            .await
            .unwrap();
        let said = sentences.next().await.unwrap().unwrap().text;
        assert_eq!(said, "春眠不觉晓", "cut at {cut}");
        assert_eq!(sentences.next().await.unwrap(), None, "cut at {cut}");
    }
    served.await.unwrap();
}

/// Answers the handshake by hand and gives the id in the (masked) run-task that follows.
async fn raw_handshake(socket: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let key = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .starts_with("sec-websocket-key: ")
                .then(|| line[19..].to_owned())
        })
        .unwrap();
    let accept = derive_accept_key(key.as_bytes());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: {accept}\r\n\r\n"
    );
    socket.write_all(answer.as_bytes()).await.unwrap();
    let mut start = [0; 4];
    socket.read_exact(&mut start).await.unwrap();
    assert_eq!(start[1] & 0x7f, 126, "a run-task is longer than 125 bytes");
    let length = usize::from(u16::from_be_bytes([start[2], start[3]]));
    let mut mask = [0; 4];
    socket.read_exact(&mut mask).await.unwrap();
    let mut payload = vec![0; length];
    socket.read_exact(&mut payload).await.unwrap();
    for (place, byte) in payload.iter_mut().enumerate() {
        *byte ^= mask[place % 4];
    }
    let run: Value = serde_json::from_slice(&payload).unwrap();
    run["header"]["task_id"].as_str().unwrap().to_owned()
}
