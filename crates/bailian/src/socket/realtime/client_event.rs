//! What a client says in a realtime session ("client events").

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use rand::Rng;
use serde_json::{Value, json};

/// One thing that a client says. Which ones a model takes is the provider's to document.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ClientEvent {
    /// Changes the session; see [`ClientEvent::session`].
    UpdateSession(Value),
    /// Sound of the format that the session says, PCM of 16 bit and 16 kHz by default.
    AppendAudio(Bytes),
    /// The sound so far is a turn (without voice detection).
    CommitAudio,
    /// Forgets the sound that is not committed.
    ClearAudio,
    /// A JPEG of what is seen; sound must have been sent before.
    AppendImage(Bytes),
    /// Text to be spoken.
    AppendText(String),
    /// The text so far is to be spoken now.
    CommitText,
    /// Forgets the text that is not committed.
    ClearText,
    /// Adds to the conversation.
    CreateItem(Value),
    /// Asks for an item of the conversation, by its id.
    RetrieveItem(String),
    /// Takes an item out of the conversation, by its id.
    DeleteItem(String),
    /// Asks for an answer; an empty object asks with the session's settings.
    CreateResponse(Value),
    /// Stops the answer.
    CancelResponse,
    /// Nothing more comes; the rest of the answer follows, then the session ends.
    FinishSession,
    /// Anything else, with its `type`.
    Other(Value),
}

impl ClientEvent {
    /// Changes the session.
    pub fn session(session: impl Into<Value>) -> Self {
        Self::UpdateSession(session.into())
    }

    /// Text to be spoken.
    pub fn append_text(text: impl Into<String>) -> Self {
        Self::AppendText(text.into())
    }

    /// Sound that was heard.
    pub fn append_audio(sound: impl Into<Bytes>) -> Self {
        Self::AppendAudio(sound.into())
    }

    pub(super) fn to_json(&self) -> Value {
        let (kind, mut event) = match self {
            Self::UpdateSession(session) => ("session.update", json!({ "session": session })),
            Self::AppendAudio(sound) => (
                "input_audio_buffer.append",
                json!({ "audio": STANDARD.encode(sound) }),
            ),
            Self::CommitAudio => ("input_audio_buffer.commit", json!({})),
            Self::ClearAudio => ("input_audio_buffer.clear", json!({})),
            Self::AppendImage(image) => (
                "input_image_buffer.append",
                json!({ "image": STANDARD.encode(image) }),
            ),
            Self::AppendText(text) => ("input_text_buffer.append", json!({ "text": text })),
            Self::CommitText => ("input_text_buffer.commit", json!({})),
            Self::ClearText => ("input_text_buffer.clear", json!({})),
            Self::CreateItem(item) => ("conversation.item.create", json!({ "item": item })),
            Self::RetrieveItem(id) => ("conversation.item.retrieve", json!({ "item_id": id })),
            Self::DeleteItem(id) => ("conversation.item.delete", json!({ "item_id": id })),
            Self::CreateResponse(response) => ("response.create", json!({ "response": response })),
            Self::CancelResponse => ("response.cancel", json!({})),
            Self::FinishSession => ("session.finish", json!({})),
            Self::Other(event) => return event.clone(),
        };
        event["type"] = kind.into();
        event["event_id"] = format!("event_{:032x}", rand::rng().random::<u128>()).into();
        event
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_named_and_numbered() {
        let event = ClientEvent::append_audio(vec![0, 1, 2]).to_json();
        assert_eq!(event["type"], "input_audio_buffer.append");
        assert_eq!(event["audio"], "AAEC");
        assert!(event["event_id"].as_str().unwrap().starts_with("event_"));
        let other = json!({ "type": "tomorrow" });
        assert_eq!(ClientEvent::Other(other.clone()).to_json(), other);
    }
}
