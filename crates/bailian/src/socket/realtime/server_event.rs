//! What the provider says in a realtime session ("server events").

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;

use crate::Error;
use crate::error::envelope;

/// One thing that the provider says. What has no name here is kept whole.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServerEvent {
    /// The greeting, with the session's settings.
    SessionCreated(Value),
    /// The settings after a change.
    SessionUpdated(Value),
    /// The session's last word.
    SessionFinished(Value),
    /// Somebody begins to speak, so many milliseconds into the sound.
    SpeechStarted {
        /// In milliseconds.
        at: u64,
    },
    /// Somebody has stopped speaking.
    SpeechStopped {
        /// In milliseconds.
        at: u64,
    },
    /// What was heard so far: `text` is certain, `stash` may change.
    TranscriptionPart {
        /// Which turn.
        place: EventPlace,
        /// Certain.
        text: String,
        /// May change.
        stash: String,
    },
    /// What was heard in a turn.
    Transcription {
        /// Which turn.
        place: EventPlace,
        /// All of it.
        text: String,
    },
    /// An answer begins.
    ResponseCreated(Value),
    /// A piece of a written answer.
    Text {
        /// Of which answer.
        place: EventPlace,
        /// What is new.
        delta: String,
    },
    /// A piece of what is being spoken.
    Transcript {
        /// Of which answer.
        place: EventPlace,
        /// What is new.
        delta: String,
    },
    /// A piece of sound, in the session's format.
    Audio {
        /// Of which answer.
        place: EventPlace,
        /// What is new.
        sound: Bytes,
    },
    /// An answer has ended: its `status`, `output` and `usage`.
    ResponseDone(Value),
    /// Something was refused; the session goes on.
    Error(Error),
    /// Anything else, with its `type`.
    Other(Value),
}

/// What a piece belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventPlace {
    /// The answer, where there is one.
    pub response_id: Option<String>,
    /// The item of the conversation.
    pub item_id: Option<String>,
}

impl ServerEvent {
    pub(in crate::socket) fn from_json(mut event: Value) -> Result<Self, Error> {
        let text = |name: &str| {
            let text = event.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let number = |name: &str| event.get(name).and_then(Value::as_u64).unwrap_or_default();
        let id = |name: &str| event.get(name).and_then(Value::as_str).map(str::to_owned);
        let place = EventPlace {
            response_id: id("response_id"),
            item_id: id("item_id"),
        };
        let kind = text("type");
        Ok(match kind.as_str() {
            "session.created" => Self::SessionCreated(part(&mut event, "session")),
            "session.updated" => Self::SessionUpdated(part(&mut event, "session")),
            "session.finished" => Self::SessionFinished(event),
            "input_audio_buffer.speech_started" => Self::SpeechStarted {
                at: number("audio_start_ms"),
            },
            "input_audio_buffer.speech_stopped" => Self::SpeechStopped {
                at: number("audio_end_ms"),
            },
            "conversation.item.input_audio_transcription.delta"
            | "conversation.item.input_audio_transcription.text" => Self::TranscriptionPart {
                place,
                text: text("text"),
                stash: text("stash"),
            },
            "conversation.item.input_audio_transcription.completed" => Self::Transcription {
                place,
                text: text("transcript"),
            },
            "response.created" => Self::ResponseCreated(part(&mut event, "response")),
            "response.text.delta" => Self::Text {
                place,
                delta: text("delta"),
            },
            "response.audio_transcript.delta" => Self::Transcript {
                place,
                delta: text("delta"),
            },
            "response.audio.delta" => {
                let sound = STANDARD.decode(text("delta")).map_err(|error| {
                    Error::malformed("a piece of sound is not base64").with_source(error)
                })?;
                Self::Audio {
                    place,
                    sound: sound.into(),
                }
            }
            "response.done" => Self::ResponseDone(part(&mut event, "response")),
            "error" => Self::Error(refusal(&event)),
            _ => Self::Other(event),
        })
    }
}

fn part(event: &mut Value, name: &str) -> Value {
    event.get_mut(name).map(Value::take).unwrap_or_default()
}

fn refusal(event: &Value) -> Error {
    envelope::from_json(event).map_or_else(
        || Error::malformed("a refusal without its reason"),
        Error::from,
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ErrorKind;

    #[test]
    fn sound_is_decoded_and_a_refusal_is_classified() {
        let sound = json!({ "type": "response.audio.delta", "response_id": "r", "delta": "AAEC" });
        let Ok(ServerEvent::Audio { place, sound }) = ServerEvent::from_json(sound) else {
            panic!("no sound");
        };
        assert_eq!(place.response_id.as_deref(), Some("r"));
        assert_eq!(sound, vec![0, 1, 2]);
        let refused = json!({ "type": "error", "error": {
            "type": "invalid_request_error", "code": "invalid_value", "message": "no", "param": "session.modalities",
        }});
        let Ok(ServerEvent::Error(error)) = ServerEvent::from_json(refused) else {
            panic!("no error");
        };
        let parameter = Some("session.modalities".to_owned());
        assert_eq!(*error.kind(), ErrorKind::InvalidParameter { parameter });
    }

    #[test]
    fn what_has_no_name_is_kept() {
        let event = json!({ "type": "tomorrow", "n": 1 });
        let Ok(ServerEvent::Other(kept)) = ServerEvent::from_json(event.clone()) else {
            panic!("lost");
        };
        assert_eq!(kept, event);
        assert!(
            ServerEvent::from_json(json!({ "type": "response.audio.delta", "delta": "*" }))
                .is_err()
        );
    }
}
