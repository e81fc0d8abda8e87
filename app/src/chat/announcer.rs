//! Tells screen readers that an answer began and ended, and not each word of it.

use leptos::prelude::*;
use model::MessageStatus;

use super::open::OpenConversation;
use crate::language::use_words;

/// A live region.
#[component]
pub fn Announcer(conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    let said = RwSignal::new("");
    let status = Memo::new(move |_| {
        conversation
            .messages
            .with(|messages| messages.last().map(|last| last.status.get()))
    });
    Effect::new(move |before: Option<Option<MessageStatus>>| {
        let now = status.get();
        if let (Some(before), Some(now)) = (before, now)
            && before != Some(now)
        {
            said.set(match now {
                MessageStatus::Generating => words.answer_started,
                MessageStatus::Complete => words.answer_finished,
                MessageStatus::Waiting => words.waits_for_you,
                MessageStatus::Stopped
                | MessageStatus::Interrupted
                | MessageStatus::Failed
                | MessageStatus::Truncated => words.answer_ended,
            });
        }
        now
    });
    view! { <p class="visually-hidden" role="status" aria-live="polite">{said}</p> }
}
