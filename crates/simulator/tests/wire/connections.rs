//! Faults of the connection itself.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{raw, read_until, simulator};

const TASK: &str = "/api/v1/tasks/1111";

#[tokio::test]
async fn a_kept_connection_is_closed_when_it_is_used_again() {
    let simulator = simulator().await;
    let mut stream = TcpStream::connect(simulator.addr()).await.unwrap();
    let request = |fault: &str| {
        format!(
            "GET {TASK} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-test\r\nx-simulator-fault: {fault}\r\n\r\n"
        )
    };
    stream
        .write_all(request("closed-when-used").as_bytes())
        .await
        .unwrap();
    read_until(&mut stream, "UNKNOWN").await;
    stream
        .write_all(request("slow-start:0").as_bytes())
        .await
        .unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(!String::from_utf8_lossy(&rest).contains("HTTP/1.1"));
    assert_eq!(simulator.received().len(), 1);
}

#[tokio::test]
async fn a_connection_may_be_closed_without_an_answer() {
    let simulator = simulator().await;
    let head = "authorization: Bearer sk-test\r\nx-simulator-fault: hang-up\r\n";
    let mut stream = raw(&simulator, "GET", TASK, head, "").await;
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    assert_eq!(bytes, b"");
}

#[tokio::test]
async fn a_head_comes_byte_by_byte() {
    let simulator = simulator().await;
    let head = "authorization: Bearer sk-test\r\nx-simulator-fault: slow-head:1ms\r\n";
    let mut stream = raw(&simulator, "GET", TASK, head, "").await;
    let mut first = [0; 64];
    assert_eq!(stream.read(&mut first).await.unwrap(), 1);
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert!(String::from_utf8_lossy(&rest).contains("UNKNOWN"));
}
