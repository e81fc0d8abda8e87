//! What a composer has told the server of its draft, one thing after the other: nothing older is kept behind what was sent.

use leptos::{prelude::*, task::spawn_local};
use model::{ConversationId, Draft, FileId, Millis};

use crate::{
    api::conversations::save_draft,
    browser::in_turn::InTurn,
    chat::beginning::{Called, called_of},
    error::AppError,
};

/// What is kept: words, files in their order, and the assistant that is asked.
pub(super) type Kept = (String, Vec<FileId>, Called);

/// The draft of a composer.
#[derive(Clone, Copy, Debug)]
pub struct Keeping {
    conversation: Option<ConversationId>,
    /// What the server has, as far as is known here.
    kept: StoredValue<Kept>,
    /// By when it is known there.
    kept_at: StoredValue<Option<Millis>>,
    /// Counts what is typed, so that a timer that still runs keeps nothing older.
    edits: StoredValue<u32>,
    saves: InTurn,
    /// How much of what stood in the field is on its way.
    sending: RwSignal<u32>,
}

impl Keeping {
    /// That one is kept.
    pub(super) fn of(conversation: Option<ConversationId>, draft: Draft) -> Self {
        let kept_at = draft.kept_at;
        Self {
            conversation,
            kept: StoredValue::new(kept_of(draft)),
            kept_at: StoredValue::new(kept_at),
            edits: StoredValue::new(0),
            saves: InTurn::new(),
            sending: RwSignal::new(0),
        }
    }

    /// What the server has, unless the page has gone.
    pub(super) fn kept(self) -> Option<Kept> {
        self.kept.try_get_value()
    }

    /// Whether what stood in the field is on its way: it is forgotten with that, or comes back.
    pub(super) fn is_sending(self) -> bool {
        self.sending.try_get().unwrap_or_default() > 0
    }

    /// Something else is typed: the number of that edit.
    pub(super) fn edited(self) -> u32 {
        let edit = self.edits.try_update_value(|edits| {
            *edits = edits.wrapping_add(1);
            *edits
        });
        edit.unwrap_or_default()
    }

    /// Whether nothing was typed after that edit, and the field is there.
    pub(super) fn is_last(self, edit: u32) -> bool {
        self.edits.try_get_value() == Some(edit)
    }

    /// The server has that.
    pub(super) fn has(self, kept: Kept, kept_at: Option<Millis>) {
        self.kept.try_set_value(kept);
        self.kept_at.try_set_value(kept_at);
    }

    /// Keeps what was typed by that edit, unless another one follows before its turn has come.
    pub(super) fn keep(self, edit: u32, typed: Kept) {
        self.saves.begin(async move {
            if !self.is_last(edit) {
                return;
            }
            // The next edit, or leaving, repeats what fails here.
            if let Ok(kept_at) = save(self.conversation, typed.clone()).await {
                self.has(typed, Some(kept_at));
            }
        });
    }

    /// Keeps what stands in the field, which is leaving.
    pub(super) fn keep_behind(self, typed: Kept) {
        let before = self.saves.ended();
        spawn_local(async move {
            before.await;
            // Nobody can be told any more.
            let _kept = save(self.conversation, typed).await;
        });
    }

    /// What stands in the field is sent: nothing of it is kept any more. What is on its way to be kept is waited for, since it would
    /// otherwise be there again behind it; by when the server knows the draft then, as it is sent along.
    pub fn sends(self) -> impl Future<Output = String> + 'static {
        self.edited();
        self.sending.update(|sending| *sending += 1);
        let (known, saved) = (self.kept_at.get_value(), self.saves.ended());
        async move {
            saved.await;
            posted(self.kept_at.try_get_value().unwrap_or(known))
        }
    }

    /// It was sent, and with it the server has forgotten its draft.
    pub fn was_sent(self) {
        self.has(Kept::default(), None);
        self.settle();
    }

    /// It comes back, and is kept anew: whether the server has its draft still is not known.
    pub fn comes_back(self) {
        self.kept.try_set_value(Kept::default());
        self.settle();
    }

    fn settle(self) {
        self.sending
            .try_update(|sending| *sending = sending.saturating_sub(1));
    }
}

/// By when a draft is known, as forms say it.
pub fn posted(kept_at: Option<Millis>) -> String {
    kept_at.map(|at| at.get().to_string()).unwrap_or_default()
}

/// A draft as it is compared with what stands in the field.
pub(super) fn kept_of(draft: Draft) -> Kept {
    let files = draft.attachments.iter().map(|file| file.file).collect();
    let called = called_of(draft.assistant.as_ref());
    (draft.text, files, called)
}

async fn save(
    conversation: Option<ConversationId>,
    (text, files, (key, names, values)): Kept,
) -> Result<Millis, AppError> {
    let files = files.iter().map(ToString::to_string).collect();
    save_draft(conversation, text, files, key, names, values).await
}
