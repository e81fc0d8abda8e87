//! Ids: `UUIDv7` in a newtype of their own, so that a message's id can't be passed for a conversation's.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text was not a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct InvalidId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that the caller made or read.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, out)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    )*};
}

ids! {
    /// A person's account.
    UserId;
    /// A conversation.
    ConversationId;
    /// A message in a conversation.
    MessageId;
    /// One run of a model that writes one assistant message.
    GenerationId;
    /// One press of *Send*: the same submission twice makes one message.
    SubmissionId;
    /// A role: built in or self-made.
    RoleId;
    /// A group of people.
    GroupId;
    /// An invitation to make an account.
    InvitationId;
    /// A session in a browser, by a name that is no secret.
    SessionId;
    /// A device that signed in over REST, with the refresh tokens that follow each other on it.
    FamilyId;
    /// An API key.
    ApiKeyId;
    /// A passkey.
    PasskeyId;
    /// An account elsewhere that is linked to one here.
    LinkId;
    /// A key that signs access tokens.
    SigningKeyId;
    /// One request to an upstream.
    CallId;
    /// A unit of work that goes on by itself.
    JobId;
    /// Something that was made: an image, a video, a spoken text.
    WorkId;
    /// What was said in a recording.
    TranscriptId;
    /// A file that somebody keeps.
    FileId;
    /// An upload that is on its way.
    UploadId;
    /// A prompt that somebody keeps.
    PromptId;
    /// A call of a tool.
    ToolCallId;
    /// A server of tools.
    ToolServerId;
    /// An assistant that somebody keeps.
    AssistantId;
    /// A folder of conversations.
    FolderId;
    /// A word that is put to conversations.
    TagId;
    /// Something that models are to remember of a person.
    FactId;
    /// A link to something that is shared, by a name that is no secret.
    ShareId;
    /// The taking in of one file of conversations.
    ImportId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text() -> Result<(), InvalidId> {
        let id = MessageId::from_uuid(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse::<MessageId>()?, id);
        Ok(())
    }

    #[test]
    fn other_text_is_not_an_id() {
        assert_eq!("../etc".parse::<ConversationId>(), Err(InvalidId));
    }
}
