//! HTTP/2 with prior knowledge, on the same port.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use bytes::Bytes;
use h2::{Reason, client::SendRequest};
use http::Request;
use simulator::Simulator;
use tokio::{net::TcpStream, task::JoinHandle};

use crate::support::simulator;

type Ended = JoinHandle<Result<(), h2::Error>>;

async fn connect(simulator: &Simulator) -> (SendRequest<Bytes>, Ended) {
    let stream = TcpStream::connect(simulator.addr()).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    (client, tokio::spawn(connection))
}

fn request(fault: &str) -> Request<()> {
    Request::get("http://simulator/compatible-mode/v1/models")
        .header("authorization", "Bearer sk-test")
        .header("x-simulator-fault", fault)
        .body(())
        .unwrap()
}

async fn body(client: &mut SendRequest<Bytes>, fault: &str) -> Result<Vec<u8>, h2::Error> {
    let (answer, _) = client.send_request(request(fault), true)?;
    let mut body = answer.await?.into_body();
    let mut bytes = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[tokio::test]
async fn streams_are_answered_or_reset_one_by_one() {
    let simulator = simulator().await;
    let (mut client, _ended) = connect(&simulator).await;
    let refused = body(&mut client, "stream-reset:7").await.unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::REFUSED_STREAM));
    let cut = body(&mut client, "cut:10").await.unwrap_err();
    assert_eq!(cut.reason(), Some(Reason::INTERNAL_ERROR));
    let whole = body(&mut client, "slow-start:0").await.unwrap();
    assert!(whole.starts_with(b"{\"data\""));
}

#[tokio::test]
async fn a_connection_goes_away_after_what_it_has_begun() {
    let simulator = simulator().await;
    let (mut client, ended) = connect(&simulator).await;
    assert!(body(&mut client, "go-away").await.is_ok());
    assert!(ended.await.unwrap().is_ok());
    assert!(client.ready().await.is_err());
    assert_eq!(simulator.received().len(), 1);
}
