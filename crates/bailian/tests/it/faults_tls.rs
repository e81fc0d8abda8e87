//! R-28: certificates of every wrong kind. Each differs in one thing from one that is accepted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bailian::{Client, ClientOptions, ErrorKind, Phase};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use crate::support::{Step, Upstream, asking, reply};

const ANSWER: &str =
    r#"{"choices":[{"message":{"role":"assistant","content":"春"},"finish_reason":"stop"}]}"#;

struct Shown {
    url: String,
    connections: Arc<AtomicUsize>,
    /// Requests that got through the handshake.
    requests: Arc<AtomicUsize>,
    authority: Vec<u8>,
}

/// A server that shows a certificate of an authority of its own.
async fn showing(change: impl FnOnce(&mut CertificateParams)) -> Shown {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(DnType::CommonName, "a gateway's own");
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let shown = Shown {
        url: format!("https://{}", listener.local_addr().unwrap()),
        connections: Arc::default(),
        requests: Arc::default(),
        authority: authority.der().to_vec(),
    };
    let (connections, requests) = (shown.connections.clone(), shown.requests.clone());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            connections.fetch_add(1, Ordering::Relaxed);
            let Ok(mut socket) = acceptor.accept(socket).await else {
                continue;
            };
            let mut request = [0; 4_096];
            if socket.read(&mut request).await.is_ok_and(|read| read > 0) {
                requests.fetch_add(1, Ordering::Relaxed);
                let answer = reply("200 OK", "application/json", ANSWER);
                socket.write_all(&answer).await.unwrap();
                socket.shutdown().await.unwrap();
            }
        }
    });
    shown
}

fn client(shown: &Shown, trusted: bool) -> Client {
    let mut options = ClientOptions::new(shown.url.clone(), "sk-x");
    if trusted {
        options.trusted_roots = vec![shown.authority.clone()];
    }
    Client::new(options).unwrap()
}

#[tokio::test]
async fn a_certificate_in_order_is_accepted() {
    let shown = showing(|_| {}).await;
    client(&shown, true).chat(asking()).await.unwrap();
    assert_eq!(shown.requests.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_certificate_that_is_not_ends_the_call_at_once() {
    let expired = showing(|params| params.not_after = date_time_ymd(2020, 1, 1)).await;
    let early = showing(|params| params.not_before = date_time_ymd(2400, 1, 1)).await;
    let other = showing(|params| {
        *params = CertificateParams::new(vec!["dashscope.example".to_owned()]).unwrap();
    })
    .await;
    let unknown = showing(|_| {}).await;
    for (shown, trusted, reason) in [
        (&expired, true, "Expired"),
        (&early, true, "NotValidYet"),
        (&other, true, "NotValidForName"),
        (&unknown, false, "UnknownIssuer"),
    ] {
        let client = client(shown, trusted);
        let error = client.chat(asking()).await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Connection, "{reason}");
        assert!(!error.is_retryable(), "{reason}");
        assert!(format!("{error:?}").contains(reason), "{reason}: {error:?}");
        assert_eq!(shown.connections.load(Ordering::Relaxed), 1, "{reason}");
        assert_eq!(shown.requests.load(Ordering::Relaxed), 0, "{reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_stalls_ends_with_the_time_to_connect() {
    let stalling = Upstream::playing(vec![vec![Step::Hang]]).await;
    let url = stalling.url.replace("http:", "https:");
    let client = Client::new(ClientOptions::new(url, "sk-x")).unwrap();
    let began = Instant::now();
    let error = client.chat(asking()).await.unwrap_err();
    let phase = Phase::Connect;
    assert_eq!(error.kind(), &ErrorKind::Timeout { phase });
    assert_eq!(began.elapsed().as_secs(), 5);
    assert!(
        stalling.requests().is_empty(),
        "nothing is said in the clear"
    );
}
