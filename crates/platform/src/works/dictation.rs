//! Speech that becomes text while it is spoken: a microphone's sound goes to the upstream, and sentences come back as they are
//! understood. Nothing of it is kept.

use bailian::socket::{
    Incoming,
    recognition::{AudioSender, RecognitionRequest, Sentence},
};
use bytes::Bytes;
use model::{CallOutcome, FailureCode, Permission, transcript::CAPTION_LANGUAGES};

use super::Works;
use crate::{
    Error,
    gateway::{Ending, Running, scan::Reported},
    generation,
    identity::Caller,
};

/// Samples a second of what is heard: 16 bits each, one channel, the lower byte first.
pub const HERTZ: u32 = 16_000;
/// Bytes of a millisecond.
const BYTES_PER_MS: u64 = HERTZ as u64 * 2 / 1_000;
/// The longest dictation, in seconds.
pub const LONGEST_S: u64 = 600;

/// Where the sound goes.
#[derive(Debug)]
pub struct Ears {
    sender: AudioSender,
    bytes: u64,
}

/// A sentence as it is understood so far; a later one of the same index replaces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Utterance {
    /// Its place.
    pub index: u64,
    /// Its text.
    pub text: String,
    /// Whether it will not change any more.
    pub is_final: bool,
}

/// What is understood. Dropped before its end, the call counts as cancelled, for what was heard.
pub struct Heard {
    incoming: Incoming<Sentence>,
    call: Option<Running>,
    billed_ms: Option<u64>,
}

impl Works {
    /// Begins to listen. `language` is one of those that the upstream recognises, if it is known.
    #[tracing::instrument(name = "api.works.dictate", skip_all)]
    pub async fn dictate(
        &self,
        caller: &Caller,
        language: Option<&str>,
        request_id: String,
    ) -> Result<(Ears, Heard), Error> {
        caller.require(Permission::ChatUse)?;
        let inner = &*self.0;
        let model = &inner.options.dictation;
        let allowance = inner.db.allowance(caller.user()).await?;
        if !allowance.allows(model) {
            return Err(Error::UnknownModel);
        }
        let mut request = RecognitionRequest::new(model, "pcm", HERTZ);
        if let Some(language) = language {
            if !CAPTION_LANGUAGES.contains(&language) {
                return Err(Error::Refused(FailureCode::BadRequest));
            }
            request = request.language_hints([language]);
        }
        let call = inner
            .gateway
            .admit_dictation(caller.user(), model, LONGEST_S, request_id)
            .await?;
        let begun = async {
            let line = inner.gateway.client().task_line().await?;
            line.recognize(request).await
        };
        match begun.await {
            Ok((sender, incoming)) => Ok((
                Ears { sender, bytes: 0 },
                Heard {
                    incoming,
                    call: Some(call),
                    billed_ms: None,
                },
            )),
            Err(error) => {
                call.close(Ending::failed(&error)).await?;
                Err(Error::Refused(generation::failure_code(error.kind())))
            }
        }
    }
}

impl Ears {
    /// Hears a piece of sound. Waits while the upstream can't keep up; refuses what is longer than a dictation may be.
    pub async fn hear(&mut self, sound: Bytes) -> Result<(), FailureCode> {
        self.bytes += sound.len() as u64;
        if self.bytes > LONGEST_S * 1_000 * BYTES_PER_MS {
            return Err(FailureCode::TooLarge);
        }
        let sent = self.sender.send(sound).await;
        sent.map_err(|error| generation::failure_code(error.kind()))
    }

    /// Milliseconds of sound so far.
    pub fn heard_ms(&self) -> u64 {
        self.bytes / BYTES_PER_MS
    }

    /// Says that no more comes; what is left of the text follows.
    pub async fn finish(&self) -> Result<(), FailureCode> {
        let finished = self.sender.finish().await;
        finished.map_err(|error| generation::failure_code(error.kind()))
    }
}

impl Heard {
    /// The next utterance; `None` at the end, when the call is booked. `heard_ms` is what was sent so far: what is paid for
    /// should the caller leave.
    pub async fn next(&mut self) -> Result<Option<Utterance>, FailureCode> {
        match self.incoming.next().await {
            Ok(Some(sentence)) => {
                let billed = sentence
                    .billed_seconds
                    .map(|seconds| (seconds * 1_000.0).round());
                if let Some(ms) = billed.filter(|ms| (0.0..1e9).contains(ms)) {
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "within its bounds"
                    )]
                    let ms = ms as u64;
                    self.billed_ms = Some(ms);
                }
                Ok(Some(Utterance {
                    index: sentence.sentence_id,
                    is_final: sentence.is_final(),
                    text: sentence.text,
                }))
            }
            Ok(None) => {
                let ending = Ending {
                    outcome: Some(CallOutcome::Succeeded),
                    reported: self.reported(),
                    ..Ending::default()
                };
                self.close(ending).await?;
                Ok(None)
            }
            Err(error) => {
                let ending = Ending {
                    reported: self.reported(),
                    ..Ending::failed(&error)
                };
                self.close(ending).await?;
                Err(generation::failure_code(error.kind()))
            }
        }
    }

    /// What is paid for should the caller leave now.
    pub fn heard(&mut self, ms: u64) {
        let ms = self.billed_ms.unwrap_or(ms);
        if let Some(call) = &mut self.call {
            call.so_far().reported = Some(of_ms(ms));
            call.so_far().is_partial = true;
        }
    }

    fn reported(&mut self) -> Option<Reported> {
        let so_far = self.call.as_mut()?.so_far().reported.take();
        self.billed_ms.map(of_ms).or(so_far)
    }

    async fn close(&mut self, ending: Ending) -> Result<(), FailureCode> {
        let Some(call) = self.call.take() else {
            return Ok(());
        };
        let closed = call.close(ending).await;
        closed.map_err(|_| FailureCode::StoreUnavailable)
    }
}

fn of_ms(ms: u64) -> Reported {
    Reported {
        media_ms: Some(ms),
        ..Reported::default()
    }
}
