//! A server of a few lines stands for the web.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;

/// Answers every request with that, and says where.
async fn serving(answer: String) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 2_048];
            let _ = stream.read(&mut asked).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Url::parse(&format!("http://{at}/")).unwrap()
}

fn answer(mime: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {mime}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

fn leading(to: &str) -> String {
    format!(
        "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
}

fn here() -> Outside {
    let reach = Reach::public().and(&["127.0.0.0/8".parse().unwrap()]);
    Outside::new(reach).unwrap()
}

#[tokio::test]
async fn a_text_is_read_and_nothing_else() {
    let address = serving(answer("text/plain; charset=utf-8", "春眠")).await;
    let page = here().fetch(address).await.unwrap();
    assert_eq!(
        (page.mime.as_str(), page.text.as_str()),
        ("text/plain", "春眠")
    );
    let image = serving(answer("image/png", "x")).await;
    let refused = here().fetch(image).await;
    assert!(matches!(refused, Err(OutsideError::Kind)), "{refused:?}");
    let long = serving(answer("text/plain", &"x".repeat(LARGEST + 1))).await;
    let refused = here().fetch(long).await;
    assert!(
        matches!(refused, Err(OutsideError::TooLarge)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn what_is_inside_is_not_reached_by_name_nor_by_redirect() {
    let secret = serving(answer("text/plain", "secret")).await;
    let public = Outside::new(Reach::public()).unwrap();
    let refused = public.fetch(secret).await;
    assert!(matches!(refused, Err(OutsideError::Address)), "{refused:?}");
    let named = Url::parse("http://localhost/").unwrap();
    let refused = public.fetch(named).await;
    assert!(matches!(refused, Err(OutsideError::Address)), "{refused:?}");
    for to in ["http://10.0.0.1/", "file:///etc/passwd", "http://[::1]:80/"] {
        let refused = here().fetch(serving(leading(to)).await).await;
        assert!(
            matches!(refused, Err(OutsideError::Address)),
            "{to}: {refused:?}"
        );
    }
    let round = here().fetch(serving(leading("/again")).await).await;
    assert!(matches!(round, Err(OutsideError::Redirects)), "{round:?}");
}
