//! What is typed into the box of a message that waits, and where it goes when the message does.

use leptos::{html, prelude::*};
use model::{QueuedMessage, SubmissionId};

use crate::{
    browser,
    chat::{drafts::put_before, queueing::Queueing},
};

/// The composer's field.
pub(super) const FIELD: &str = ".composer textarea[name=prompt]";

/// What stands in the box.
#[derive(Clone, Copy)]
pub(super) struct Typed {
    pub(super) text: RwSignal<String>,
    /// Whether the box is open.
    pub(super) fold: NodeRef<html::Details>,
    /// What it began with, as long as something else would be lost with it.
    known: StoredValue<Option<String>>,
}

impl Typed {
    /// The message as it is.
    pub(super) fn of(message: &QueuedMessage) -> Self {
        Self {
            text: RwSignal::new(message.text.clone()),
            fold: NodeRef::new(),
            known: StoredValue::new(Some(message.text.clone())),
        }
    }

    /// Begins with this.
    pub(super) fn begin(self, text: String) {
        self.known.try_set_value(Some(text.clone()));
        self.text.try_set(text);
    }

    /// What stands in the open box and was not saved. Whoever takes it looks after it.
    pub(super) fn take_unsaved(self) -> Option<String> {
        let fold = self.fold.try_get_untracked().flatten();
        if !fold.is_some_and(|fold| fold.open()) {
            return None;
        }
        let known = self.known.try_update_value(Option::take).flatten()?;
        let text = self.text.try_get_untracked()?;
        (text != known).then_some(text)
    }

    /// Who took it could do nothing with it.
    pub(super) fn is_still_unsaved(self) {
        self.known.try_update_value(|known| {
            known.get_or_insert_default();
        });
    }

    /// Where the message has gone meanwhile, its turn having come or another device having taken it: what was not saved goes on in the
    /// composer.
    pub(super) fn rescue(self, queueing: Queueing, id: SubmissionId) {
        let is_gone = queueing
            .queue
            .try_with_untracked(|queue| queue.items.iter().all(|other| other.id != id));
        let Some((composer, ..)) = queueing.composer.filter(|_| is_gone == Some(true)) else {
            return;
        };
        if let Some(unsaved) = self.take_unsaved() {
            composer.try_update(|present| put_before(present, &unsaved));
            browser::focus_at_end(FIELD.to_owned());
        }
    }
}
