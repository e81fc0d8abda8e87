//! The message at which a conversation was opened.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{ConversationId, MessageId};

/// The message that the address asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found(Option<MessageId>);

impl Found {
    /// As the address is now.
    pub fn in_query() -> Self {
        Self(use_query_map().with_untracked(|query| query.get_str("message")?.parse().ok()))
    }

    /// Whether it asks for one.
    pub const fn is_some(self) -> bool {
        self.0.is_some()
    }
}

/// Marks this message, if it is the one: for the style sheet and for who scrolls to it.
pub fn mark(message: MessageId) -> Option<&'static str> {
    let found = use_context::<Found>()?;
    (found.0 == Some(message)).then_some("true")
}

/// A message's id on the page, to which a link without scripts leads.
pub fn anchor(message: MessageId) -> String {
    format!("m-{message}")
}

/// Where a message is read.
pub fn message_link(conversation: ConversationId, message: MessageId) -> String {
    format!("/c/{conversation}?message={message}#{}", anchor(message))
}
