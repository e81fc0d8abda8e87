//! An answer that ends while nobody looks: the tab's title says so, and a notice where one is wanted.

use leptos::{ev, prelude::*};
use model::{MessageId, MessageStatus};

use super::open::OpenConversation;
use crate::{
    browser::{self, notices},
    habits,
    language::use_words,
};

/// Stands before the title of a tab whose answer has ended.
pub const MARK: &str = "✓ ";

/// How an answer ended that was being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It is whole.
    Whole,
    /// It is not.
    Early,
    /// It goes on when the reader has allowed or refused something.
    Waits,
}

/// Whether an answer of the conversation has ended since its page was seen last.
pub fn unseen_end(conversation: OpenConversation) -> RwSignal<bool> {
    let words = use_words();
    let unseen = RwSignal::new(false);
    let last = Memo::new(move |_| {
        conversation
            .messages
            .with(|messages| messages.last().map(|last| (last.id, last.status.get())))
    });
    Effect::new(move |before: Option<Option<(MessageId, MessageStatus)>>| {
        let now = last.get();
        let end = before
            .flatten()
            .zip(now)
            .and_then(|(before, now)| end(before, now));
        if let Some(end) = end.filter(|_| browser::is_hidden()) {
            unseen.set(true);
            if habits::notifies() {
                let said = match end {
                    End::Whole => words.answer_finished,
                    End::Early => words.answer_ended,
                    End::Waits => words.waits_for_you,
                };
                let title = conversation.title.get_untracked();
                notices::show(&title, said, &format!("/c/{}", conversation.id));
            }
        }
        now
    });
    Effect::new(move |_| {
        let listener = window_event_listener(ev::visibilitychange, move |_| {
            if !browser::is_hidden() {
                unseen.try_set(false);
            }
        });
        on_cleanup(move || listener.remove());
    });
    unseen
}

/// How the answer ended between the two. Who stopped it knows that.
fn end(before: (MessageId, MessageStatus), now: (MessageId, MessageStatus)) -> Option<End> {
    if before.0 != now.0 || before.1 != MessageStatus::Generating {
        return None;
    }
    match now.1 {
        MessageStatus::Generating | MessageStatus::Stopped => None,
        MessageStatus::Complete => Some(End::Whole),
        MessageStatus::Waiting => Some(End::Waits),
        MessageStatus::Interrupted | MessageStatus::Failed | MessageStatus::Truncated => {
            Some(End::Early)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_being_written_ends() {
        use MessageStatus::{Complete, Failed, Generating, Stopped, Waiting};
        let (one, other) = (
            MessageId::from_uuid(uuid::Uuid::from_u128(1)),
            MessageId::from_uuid(uuid::Uuid::from_u128(2)),
        );
        for (before, now, expected) in [
            ((one, Generating), (one, Complete), Some(End::Whole)),
            ((one, Generating), (one, Failed), Some(End::Early)),
            ((one, Generating), (one, Waiting), Some(End::Waits)),
            ((one, Generating), (one, Stopped), None),
            ((one, Generating), (one, Generating), None),
            ((one, Complete), (one, Complete), None),
            // Another conversation, or another branch of this one.
            ((one, Generating), (other, Complete), None),
        ] {
            assert_eq!(end(before, now), expected, "{before:?} → {now:?}");
        }
    }
}
