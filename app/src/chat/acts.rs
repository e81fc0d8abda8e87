//! What the reader is doing with the messages of the open conversation: one thing of each kind at a time.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use model::{ConversationId, MessageDetails, MessageId, Speaker};

use super::answer::OpenMessage;
use crate::{
    api::{conversations::load_source, messages::load_details},
    browser,
    error::AppError,
};

/// How long a note is shown.
const NOTE: Duration = Duration::from_secs(3);

/// A message that is being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Which.
    pub message: MessageId,
    /// Its text as it is.
    pub original: String,
}

/// What is open, and what was said last.
#[derive(Clone, Copy)]
pub struct Acts {
    /// Whose menu is open.
    pub menu: RwSignal<Option<MessageId>>,
    /// Whose details are shown.
    pub details_of: RwSignal<Option<MessageId>>,
    /// These, once they are there.
    pub details: RwSignal<Option<Result<MessageDetails, AppError>>>,
    /// What is edited.
    pub editing: RwSignal<Option<Edit>>,
    /// The top of the branch that was deleted last, as long as that can be taken back here.
    pub deleted: RwSignal<Option<MessageId>>,
    /// What has just been done.
    pub note: RwSignal<Option<&'static str>>,
    notes: StoredValue<u32>,
}

impl Acts {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            menu: RwSignal::new(None),
            details_of: RwSignal::new(None),
            details: RwSignal::new(None),
            editing: RwSignal::new(None),
            deleted: RwSignal::new(None),
            note: RwSignal::new(None),
            notes: StoredValue::new(0),
        }
    }

    /// Says for a moment what was done.
    pub fn tell(self, note: &'static str) {
        let Some(number) = self.notes.try_update_value(|notes| {
            *notes += 1;
            *notes
        }) else {
            return;
        };
        self.note.try_set(Some(note));
        spawn_local(async move {
            gloo_timers::future::sleep(NOTE).await;
            if self.notes.try_get_value() == Some(number) {
                self.note.try_set(None);
            }
        });
    }

    /// Puts a text on the clipboard and says so.
    pub async fn copy(self, text: &str, copied: &'static str, failed: &'static str) {
        let note = if browser::copy(text).await {
            copied
        } else {
            failed
        };
        self.tell(note);
    }

    /// Shows what is known of a message.
    pub fn show_details(self, conversation: ConversationId, message: MessageId) {
        self.details.set(None);
        self.details_of.set(Some(message));
        spawn_local(async move {
            let loaded = load_details(conversation, message).await;
            // Another one's may have been asked for meanwhile.
            if self.details_of.try_get_untracked() == Some(Some(message)) {
                self.details.try_set(Some(loaded));
            }
        });
    }

    /// Opens the editing box of a message. What was typed into another one stays there.
    pub fn edit(
        self,
        conversation: ConversationId,
        message: &OpenMessage,
        problem: RwSignal<Option<AppError>>,
    ) {
        let id = message.id;
        if message.speaker == Speaker::User {
            let original = message.text.clone();
            self.editing.set(Some(Edit {
                message: id,
                original,
            }));
            return;
        }
        spawn_local(async move {
            match load_source(conversation, id).await {
                Ok(original) => {
                    self.editing.try_set(Some(Edit {
                        message: id,
                        original,
                    }));
                }
                Err(error) => {
                    problem.try_set(Some(error));
                }
            }
        });
    }
}

/// Under which name this tab keeps what was typed into a message's editing box.
pub fn unsaved_key(message: MessageId) -> String {
    format!("lt_edit_{message}")
}

/// The id of the button that opens a message's menu, where the focus returns to.
pub fn more_id(message: MessageId) -> String {
    format!("more-{message}")
}
