//! what an HTTP/2 server may do to a stream, frame by frame.

use std::sync::{Arc, Mutex};

use bailian::image::TextToImage;
use bailian::{ChatRequest, Client, ClientOptions, ErrorKind, Message, Phase};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{asking, collect, text};

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    /// A stream of one piece.
    Answer,
    /// `RST_STREAM` with `REFUSED_STREAM`: certainly not processed.
    Refuse,
    /// `GOAWAY` that names no stream as processed.
    GoAway,
    /// `RST_STREAM` with `INTERNAL_ERROR` instead of an answer.
    Fail,
    /// The same after one piece.
    FailAfterOnePiece,
}

const CHUNK: &[u8] = "data: {\"choices\":[{\"delta\":{\"content\":\"春\"}}]}\n\n".as_bytes();
const END: &[u8] =
    b"data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

struct Server {
    client: Client,
    /// What was done, by request.
    acts: Arc<Mutex<Vec<Act>>>,
}

impl Server {
    /// Does one act a request; the last is repeated.
    async fn acting(acts: &'static [Act]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut options = ClientOptions::new(url, "sk-x");
        options.http2_prior_knowledge = true;
        let done = Arc::new(Mutex::new(Vec::new()));
        let log = done.clone();
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let log = log.clone();
                tokio::spawn(async move {
                    // The client may be gone at any time.
                    let _ = serve(socket, acts, &log).await;
                });
            }
        });
        Self {
            client: Client::new(options).unwrap(),
            acts: done,
        }
    }

    fn acts(&self) -> Vec<Act> {
        self.acts.lock().unwrap().clone()
    }
}

async fn serve(mut socket: TcpStream, acts: &[Act], log: &Mutex<Vec<Act>>) -> std::io::Result<()> {
    // Held back, a frame would come after time has been let run.
    socket.set_nodelay(true)?;
    let mut preface = [0; 24];
    socket.read_exact(&mut preface).await?;
    write(&mut socket, SETTINGS, 0, 0, &[]).await?;
    loop {
        let (kind, flags, stream, _) = read(&mut socket).await?;
        match kind {
            SETTINGS if flags & ACK == 0 => write(&mut socket, SETTINGS, ACK, 0, &[]).await?,
            HEADERS | DATA if flags & END_STREAM != 0 => {
                let act = {
                    let mut log = log.lock().unwrap();
                    let act = acts[log.len().min(acts.len() - 1)];
                    log.push(act);
                    act
                };
                respond(&mut socket, act, stream).await?;
            }
            _ => {}
        }
    }
}

async fn respond(socket: &mut TcpStream, act: Act, stream: u32) -> std::io::Result<()> {
    // `:status: 200` and `content-type`, by the static table.
    let head = [&[0x88, 0x0f, 0x10, 17][..], b"text/event-stream"].concat();
    match act {
        Act::Answer => {
            write(socket, HEADERS, END_HEADERS, stream, &head).await?;
            write(socket, DATA, END_STREAM, stream, &[CHUNK, END].concat()).await
        }
        Act::Refuse => write(socket, RST_STREAM, 0, stream, &[0, 0, 0, 7]).await,
        Act::GoAway => {
            write(socket, GOAWAY, 0, 0, &[0; 8]).await?;
            socket.shutdown().await
        }
        Act::Fail => write(socket, RST_STREAM, 0, stream, &[0, 0, 0, 2]).await,
        Act::FailAfterOnePiece => {
            write(socket, HEADERS, END_HEADERS, stream, &head).await?;
            write(socket, DATA, 0, stream, CHUNK).await?;
            write(socket, RST_STREAM, 0, stream, &[0, 0, 0, 2]).await
        }
    }
}

async fn read(socket: &mut TcpStream) -> std::io::Result<(u8, u8, u32, Vec<u8>)> {
    let mut head = [0; 9];
    socket.read_exact(&mut head).await?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
    let mut payload = vec![0; length as usize];
    socket.read_exact(&mut payload).await?;
    Ok((head[3], head[4], stream, payload))
}

async fn write(
    socket: &mut TcpStream,
    kind: u8,
    flags: u8,
    stream: u32,
    payload: &[u8],
) -> std::io::Result<()> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    socket.write_all(&frame).await
}

#[tokio::test(start_paused = true)]
async fn an_answer_comes_over_http2() {
    let server = Server::acting(&[Act::Answer]).await;
    let stream = server.client.chat_stream(asking()).await.unwrap();
    let (chunks, error) = collect(stream).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(text(&chunks), "春");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_not_processed_is_sent_again_and_processed_once() {
    for acts in [&[Act::Refuse, Act::Answer], &[Act::GoAway, Act::Answer]] {
        let server = Server::acting(acts).await;
        let stream = server.client.chat_stream(asking()).await;
        let done = server.acts();
        let (chunks, error) = collect(stream.unwrap()).await;
        assert!(error.is_none(), "{acts:?}: {error:?}");
        assert_eq!(text(&chunks), "春");
        let processed = done.iter().filter(|act| **act == Act::Answer);
        assert_eq!(processed.count(), 1, "{done:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_failed_is_sent_again_only_if_that_does_no_harm() {
    let server = Server::acting(&[Act::Fail, Act::Answer]).await;
    server.client.chat_stream(asking()).await.unwrap();
    assert_eq!(server.acts(), [Act::Fail, Act::Answer]);

    let server = Server::acting(&[Act::Fail, Act::Answer]).await;
    let request = TextToImage::new("wan2.2-t2i-flash", "雾中的灯塔");
    let error = server
        .client
        .submit_text_to_image(&request)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Connection);
    assert_eq!(server.acts(), [Act::Fail]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_keeps_what_came() {
    let server = Server::acting(&[Act::FailAfterOnePiece]).await;
    let stream = server.client.chat_stream(asking()).await.unwrap();
    let (chunks, error) = collect(stream).await;
    assert_eq!(text(&chunks), "春");
    assert_eq!(error.unwrap().kind(), &ErrorKind::Interrupted);
    assert_eq!(server.acts().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_never_opens_runs_into_the_limit_of_the_first_byte() {
    // What is given at first is 65,535 bytes, and this server never gives more.
    let server = Server::acting(&[Act::Answer]).await;
    let long = ChatRequest::new("qwen-plus", [Message::user("春".repeat(50_000))]);
    let error = server.client.chat_stream(long).await.unwrap_err();
    let phase = Phase::FirstByte;
    assert_eq!(error.kind(), &ErrorKind::Timeout { phase });
    assert!(server.acts().is_empty(), "the request never arrived whole");
}
