//! Watches the open conversation: resumes where it was, and says so when the network is away.

use leptos::prelude::*;
use model::ConversationEvent;

use super::{open::OpenConversation, queueing::reload_queue};
use crate::browser::events::{self, Watcher};

/// Watches until the page that shows the conversation goes.
pub fn watch(conversation: OpenConversation) {
    events::watch(conversation);
}

impl Watcher for OpenConversation {
    fn address(&self) -> String {
        let mut address = format!("/events/conversations/{}", self.id);
        if let Some(position) = self.position() {
            address.push_str("?after=");
            address.push_str(&position);
        }
        address
    }

    fn receive(&self, data: &str, _id: &str) {
        match ConversationEvent::read(data) {
            Ok(event) => OpenConversation::receive(*self, event),
            // A newer server speaks: what it means is in the messages.
            Err(_) => self.refresh(),
        }
    }

    fn is_back(&self) {
        let was_away = self.is_offline.try_get_untracked();
        self.is_offline.try_set(false);
        if was_away == Some(true) {
            // A server that was killed could not tell that it stopped writing.
            self.refresh();
            reload_queue(self.id, self.queue);
        }
    }

    fn is_away(&self) {
        self.is_offline.try_set(true);
    }

    fn is_renewed(&self) {
        // Tells what was missed, or why the connection is refused.
        self.refresh();
    }
}
