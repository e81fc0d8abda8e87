//! Sound on its way to the caller, as it is or in events. Its end leaves only after the call is booked.

use std::time::Duration;

use axum::body::Body;
use bailian::{
    AnswerStream, Download, Error as UpstreamError, audio::SpeechAnswer, media::MediaUsage,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use futures_util::StreamExt;
use platform::gateway::{Ending, Running};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::super::{Call, reported, succeeded};
use crate::gateway::{refusal::Refusal, table::Dialect};

/// The answer's body; `running` unless it is booked already. Dropping it closes Bailian's stream.
pub(super) fn body(call: &Call, running: Option<Running>, sound: Source, is_sse: bool) -> Body {
    let telling = Telling {
        right_ended: running
            .as_ref()
            .map_or_else(CancellationToken::new, Running::right_ended),
        leaving: call.leaving.clone(),
        running,
        sound,
        is_sse,
        usage: None,
        length: 0,
        request_id: call.request_id.clone(),
        chinese: call.chinese,
        over: false,
    };
    let pieces = futures_util::stream::unfold(telling, |mut telling| async move {
        let piece = telling.next().await?;
        Some((piece, telling))
    });
    Body::from_stream(pieces)
}

/// Where the sound comes from.
pub(super) enum Source {
    Pieces(AnswerStream<SpeechAnswer>),
    File(Box<Download>),
}

/// The sound on its way to the caller. Dropping it closes Bailian's.
struct Telling {
    running: Option<Running>,
    right_ended: CancellationToken,
    /// Cancelled when this process ends.
    leaving: CancellationToken,
    sound: Source,
    is_sse: bool,
    usage: Option<MediaUsage>,
    /// Bytes of the sound that were told.
    length: usize,
    request_id: String,
    chinese: bool,
    over: bool,
}

/// While Bailian is silent, a comment goes out this often.
const KEEP_ALIVE: Duration = Duration::from_secs(12);

impl Telling {
    /// The next bytes. Sound that breaks off breaks the connection off: a shorter file would look whole.
    async fn next(&mut self) -> Option<Result<Bytes, UpstreamError>> {
        loop {
            if self.over {
                return None;
            }
            let sound = &mut self.sound;
            let piece = tokio::select! {
                biased;
                () = self.right_ended.cancelled() => {
                    let refusal = Refusal::right_ended(self.chinese);
                    return Some(self.stop(Ending::cancelled(), &refusal).await);
                }
                () = self.leaving.cancelled() => {
                    let refusal = Refusal::leaving(self.chinese);
                    return Some(self.stop(Ending::interrupted(200), &refusal).await);
                }
                piece = sound.next(&mut self.usage) => piece,
                () = tokio::time::sleep(KEEP_ALIVE), if self.is_sse => {
                    return Some(Ok(Bytes::from_static(b": keep-alive\n\n")));
                }
            };
            match piece {
                Ok(Some(bytes)) if bytes.is_empty() => {}
                Ok(Some(bytes)) => {
                    self.length = self.length.saturating_add(bytes.len());
                    return Some(Ok(self.told(&bytes, bytes.clone())));
                }
                Ok(None) => return self.finish().await,
                Err(error) => {
                    if let Some(mut running) = self.running.take() {
                        // What came is paid for, and with it the whole text, which is spoken by then.
                        let text = running.so_far().reported.take();
                        let text = text.filter(|_| self.length > 0);
                        let ending = Ending {
                            reported: self.usage.as_ref().and_then(reported).or(text),
                            is_partial: true,
                            ..Ending::failed(&error)
                        };
                        let _ = running.close(ending).await;
                    }
                    let refusal = Refusal::of_translated(&error, self.chinese);
                    return Some(self.broken(&refusal, Some(error)));
                }
            }
        }
    }

    /// Ends it on this side; what is known of it by now is booked.
    async fn stop(&mut self, ending: Ending, refusal: &Refusal) -> Result<Bytes, UpstreamError> {
        if let Some(mut running) = self.running.take() {
            let ending = Ending {
                reported: running.so_far().reported.take(),
                is_partial: true,
                ..ending
            };
            // What was booked can't be told any more: the connection breaks.
            let _ = running.close(ending).await;
        }
        self.broken(refusal, None)
    }

    fn told(&self, sound: &[u8], bytes: Bytes) -> Bytes {
        if !self.is_sse {
            return bytes;
        }
        let event = json!({ "type": "speech.audio.delta", "audio": BASE64_STANDARD.encode(sound) });
        Bytes::from(format!("event: speech.audio.delta\ndata: {event}\n\n"))
    }

    /// The end leaves only after the call is booked.
    async fn finish(&mut self) -> Option<Result<Bytes, UpstreamError>> {
        self.over = true;
        if let Some(mut running) = self.running.take() {
            let mut ending = succeeded(self.usage.as_ref(), None);
            if ending.reported.is_none() {
                ending.reported = running.so_far().reported.take();
                ending.is_partial = true;
            }
            if let Err(error) = running.close(ending).await {
                let refusal = Refusal::of(&error.into(), self.chinese);
                return Some(self.broken(&refusal, None));
            }
        }
        self.is_sse.then(|| {
            let event = json!({ "type": "speech.audio.done", "usage": null });
            Ok(Bytes::from(format!(
                "event: speech.audio.done\ndata: {event}\n\n"
            )))
        })
    }

    fn broken(
        &mut self,
        refusal: &Refusal,
        error: Option<UpstreamError>,
    ) -> Result<Bytes, UpstreamError> {
        self.over = true;
        if self.is_sse {
            return Ok(refusal.event(Dialect::OpenAi, &self.request_id));
        }
        Err(error.unwrap_or_else(bailian::relay::too_large))
    }
}

impl Source {
    async fn next(
        &mut self,
        usage: &mut Option<MediaUsage>,
    ) -> Result<Option<Bytes>, UpstreamError> {
        match self {
            Self::File(file) => file.chunk().await,
            Self::Pieces(pieces) => match pieces.next().await {
                None => Ok(None),
                Some(Err(error)) => Err(error),
                Some(Ok(answer)) => {
                    let bytes = answer.output.audio.bytes()?;
                    *usage = answer.usage.or(usage.take());
                    Ok(Some(bytes))
                }
            },
        }
    }
}
