//! An assistant that one question is put to, and what it asks for before that.

use leptos::{prelude::*, task::spawn_local};
use model::{AssistantKey, Given, template};

use super::{Calling, FIELD};
use crate::{api::assistants::load_assistant, browser};

impl Calling {
    /// Asks for the variables of the assistant that is called, where its instructions have some.
    pub(super) fn ask_for(self, key: AssistantKey) {
        spawn_local(async move {
            // Where it can't be loaded, its variables stand at their defaults.
            let Ok(view) = load_assistant(key.to_string()).await else {
                return;
            };
            let called = self.callable.beginning.once.try_with_untracked(|card| {
                let card = card.as_ref();
                card.is_some_and(|card| card.key == view.key && card.given.is_empty())
            });
            // Sent, or taken back, meanwhile.
            if called != Some(true) || template::variables(&view.assistant.instructions).is_empty()
            {
                return;
            }
            if self.asking.try_set(Some(view)).is_none() {
                browser::focus_drawn(asked_id(0));
            }
        });
    }

    /// Puts the next question to the assistant with that.
    pub fn give(self, given: Vec<Given>) {
        self.asking.set(None);
        self.callable.beginning.once.update(|card| {
            if let Some(card) = card {
                card.given = given;
            }
        });
        browser::focus_at_end(FIELD.to_owned());
    }

    /// Calls the assistant no more whose variables are asked for; what is typed stays.
    pub fn give_up_asking(self) {
        if self.asking.with_untracked(Option::is_some) {
            self.asking.set(None);
            self.callable.beginning.once.set(None);
            browser::focus_at_end(FIELD.to_owned());
        }
    }
}

/// The id of the field for a variable of an assistant's instructions.
pub fn asked_id(place: usize) -> String {
    format!("asked-variable-{place}")
}
