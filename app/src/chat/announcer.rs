//! Tells screen readers that an answer began and ended, and not each word of it.

use leptos::prelude::*;
use model::{MessageId, MessageStatus};

use super::open::OpenConversation;
use crate::language::use_words;

/// The message that stands last, and where it is in its life.
type Last = (MessageId, MessageStatus);

/// A live region.
#[component]
pub fn Announcer(conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    let said = RwSignal::new("");
    let last = Memo::new(move |_| {
        conversation
            .messages
            .with(|messages| messages.last().map(|last| (last.id, last.status.get())))
    });
    Effect::new(move |before: Option<Option<Last>>| {
        let now = last.get();
        if let (Some(before), Some(now)) = (before, now)
            && let Some(status) = news(before, now)
        {
            said.set(match status {
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

/// What there is to tell between the two: an answer began, or the one that was being written came to something. Another branch that is
/// shown, or what stands last after a deletion, has neither begun nor ended.
fn news(before: Option<Last>, now: Last) -> Option<MessageStatus> {
    let (id, status) = now;
    let went_on = before.is_some_and(|(known, was)| {
        known == id && matches!(was, MessageStatus::Generating | MessageStatus::Waiting)
    });
    let is_told = before != Some(now) && (went_on || status == MessageStatus::Generating);
    is_told.then_some(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_begins_or_was_being_written_is_told_of() {
        use MessageStatus::{Complete, Generating, Stopped, Waiting};
        let (one, other) = (
            MessageId::from_uuid(uuid::Uuid::from_u128(1)),
            MessageId::from_uuid(uuid::Uuid::from_u128(2)),
        );
        for (before, now, expected) in [
            (None, (one, Generating), Some(Generating)),
            (Some((one, Generating)), (one, Complete), Some(Complete)),
            (Some((one, Generating)), (one, Generating), None),
            (Some((one, Waiting)), (one, Stopped), Some(Stopped)),
            (Some((one, Stopped)), (one, Generating), Some(Generating)),
            (Some((one, Complete)), (other, Generating), Some(Generating)),
            // Another branch, or what stands last after a deletion.
            (Some((one, Complete)), (other, Stopped), None),
            (Some((one, Generating)), (other, Complete), None),
            (Some((one, Stopped)), (other, Complete), None),
        ] {
            assert_eq!(news(before, now), expected, "{before:?} → {now:?}");
        }
    }
}
