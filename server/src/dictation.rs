//! `/dictation`: a page's microphone, over a WebSocket. In come pieces of sound (16 kHz, 16 bits, one channel), and the text `end`
//! when there are no more; out go sentences as they are understood, `{"index":1,"text":"…","final":false}`, and in the end nothing, or
//! `{"failure":"…"}` with one of the codes that functions refuse with.

use std::time::Duration;

use axum::{
    extract::{
        Extension, FromRequestParts, Query, Request, State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    response::{IntoResponse, Response},
};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use http::{HeaderMap, StatusCode, header};
use model::FailureCode;
use platform::{
    Error, Services, Visitor,
    identity::{Caller, LineKind, OpenLine},
    works::{Ears, Heard, LONGEST_S, Utterance},
};
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, sleep_until};
use tower_sessions::Session;

use crate::{events::refuse, health::Readiness};

/// The largest piece of sound, in bytes: half a second. Bailian takes 16 KB at once.
const LARGEST: usize = 16 * 1024;

/// Who sends no sound for so long has gone, or has nothing more to say; and who is told nothing for so long after the end is not told
/// more.
const IDLE: Duration = Duration::from_mins(1);

/// The longest dictation, however slowly its sound comes.
const LONGEST: Duration = Duration::from_secs(LONGEST_S + 60);

/// What is spoken.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// `zh`, `en`, …; found out without.
    language: Option<String>,
}

/// Listens to the caller.
pub(crate) async fn listen(
    State((services, readiness)): State<(Services, Readiness)>,
    Query(asked): Query<Asked>,
    session: Session,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    if !is_from_here(&parts.headers, services.identity.origin()) {
        // The browser sends the session's cookie along with whichever site's socket.
        return (StatusCode::FORBIDDEN, FailureCode::ForeignOrigin.as_str()).into_response();
    }
    let caller = match services.identity.caller(&session, &visitor).await {
        Ok(caller) => caller,
        Err(error) => return refuse(&error.into()),
    };
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let ended = services.identity.until_ended(&caller);
    let (ears, heard, open) = match begin(&services, &caller, &asked, &visitor).await {
        Ok(begun) => begun,
        // A page is not told why a socket was not opened, so it is opened for saying that.
        Err(error) => return upgrade.on_upgrade(move |socket| say_why(socket, error)),
    };
    let (leaving, line) = (readiness.streams_end(), readiness.line());
    upgrade
        .max_message_size(LARGEST)
        .max_frame_size(LARGEST)
        .on_upgrade(move |socket| async move {
            let (_line, _open) = (line, open);
            let (mut out, sounds) = socket.split();
            tokio::select! {
                () = carry(&mut out, sounds, ears, heard) => {}
                () = ended => {}
                () = leaving.cancelled() => {}
            }
            let _ = out.close().await;
        })
}

async fn begin(
    services: &Services,
    caller: &Caller,
    asked: &Asked,
    visitor: &Visitor,
) -> Result<(Ears, Heard, OpenLine), Error> {
    let open = services.identity.open_line(caller, LineKind::Dictation)?;
    let language = asked.language.as_deref();
    let begun = services
        .works
        .dictate(caller, language, visitor.request_id.clone());
    let (ears, heard) = begun.await?;
    Ok((ears, heard, open))
}

/// Says why nobody listens.
async fn say_why(mut socket: WebSocket, error: Error) {
    let code = error.code();
    if code.status() >= 500 {
        tracing::error!(error = &error as &dyn std::error::Error, "dictation failed");
    }
    let _ = socket.send(refusal(code)).await;
    let _ = socket.close().await;
}

fn refusal(code: FailureCode) -> Message {
    Message::text(json!({ "failure": code }).to_string())
}

type Out = SplitSink<WebSocket, Message>;

/// Carries sound one way and sentences the other, until one of them ends.
async fn carry(
    out: &mut Out,
    mut sounds: futures_util::stream::SplitStream<WebSocket>,
    mut ears: Ears,
    mut heard: Heard,
) {
    let mut is_over = false;
    let last = Instant::now() + LONGEST;
    let mut due = Instant::now() + IDLE;
    loop {
        let failure = tokio::select! {
            // Whoever was told to come to an end and doesn't is left; dropping books what was heard.
            () = sleep_until(due) => {
                if is_over {
                    return;
                }
                is_over = true;
                due = Instant::now() + IDLE;
                ears.finish().await.err()
            }
            sound = sounds.next(), if !is_over => match sound {
                Some(Ok(Message::Binary(sound))) => {
                    let taken = ears.hear(sound).await;
                    heard.heard(ears.heard_ms());
                    due = last.min(Instant::now() + IDLE);
                    taken.err()
                }
                Some(Ok(Message::Text(_))) => {
                    is_over = true;
                    due = Instant::now() + IDLE;
                    ears.finish().await.err()
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => None,
                // Whoever leaves is not told anything more; dropping books what was heard.
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
            said = heard.next() => match said {
                Ok(Some(utterance)) => {
                    if is_over {
                        due = Instant::now() + IDLE;
                    }
                    if out.send(Message::text(told(&utterance))).await.is_err() {
                        return;
                    }
                    None
                }
                Ok(None) => return,
                Err(code) => Some(code),
            },
        };
        if let Some(code) = failure {
            let _ = out.send(refusal(code)).await;
            return;
        }
    }
}

fn told(utterance: &Utterance) -> String {
    json!({ "index": utterance.index, "text": utterance.text, "final": utterance.is_final })
        .to_string()
}

/// Whether a page of this site opens the socket: its origin is the site's, or the host that is asked.
fn is_from_here(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(from) = text(header::ORIGIN) else {
        return false;
    };
    let host = from.split_once("://").map(|(_, host)| host);
    from == origin || (host.is_some() && host == text(header::HOST))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_a_page_of_the_site_is_listened_to() {
        let from = |origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:3000"));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            is_from_here(&headers, "https://ai.example.com")
        };
        assert!(from(Some("https://ai.example.com")) && from(Some("http://127.0.0.1:3000")));
        for foreign in [
            None,
            Some("null"),
            Some("https://evil.example"),
            Some("https://ai.example.com.evil.example"),
            Some("http://127.0.0.1:3001"),
        ] {
            assert!(!from(foreign), "{foreign:?}");
        }
    }
}
