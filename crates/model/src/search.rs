//! What is found in one's own conversations.

use serde::{Deserialize, Serialize};

use crate::{ConversationId, MessageId, Millis, Page, Speaker, Title};

/// A piece of a text that was found. It is plain text, whatever stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// It is what was looked for.
    pub found: bool,
}

/// A conversation whose title, or a message whose text, has all the words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHit {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its title; what was found in it is marked.
    pub title: Vec<Piece>,
    /// It is in the archive.
    pub archived: bool,
    /// When the message was made; for a title, when something last happened in the conversation.
    pub at: Millis,
    /// The message, unless the title was found.
    pub message: Option<FoundMessage>,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundMessage {
    /// Its id.
    pub id: MessageId,
    /// Who speaks.
    pub speaker: Speaker,
    /// What stands around the first place.
    pub passage: Vec<Piece>,
}

/// What a search found: titles first, then messages, each newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchResults {
    /// Some of it. A page can be short, and even empty, though more follows.
    pub hits: Page<SearchHit>,
    /// There was no letter and no digit to look for.
    pub is_blank: bool,
    /// Conversations from before there was a search are still being taken in.
    pub is_indexing: bool,
    /// The title of the conversation, where only one was looked through.
    pub within: Option<Title>,
}
