//! What is typed, and the files beside it, are kept on the server a moment later, and when the page goes.

use std::time::Duration;

use leptos::{ev, prelude::*, task::spawn_local};
use model::{ConversationId, Draft, FileId};
use server_fn::ServerFn;

use super::{attachments::Attaching, beginning::Beginning};
use crate::{
    api::conversations::{SaveDraft, save_draft},
    browser,
};

const PAUSE: Duration = Duration::from_millis(600);

/// What is kept: words, files in their order, and the key of the assistant that is asked.
type Kept = (String, Vec<FileId>, String);

/// Keeps `text` and the files beside it as the draft of `conversation`, unless that is temporary. What it begins with is kept at once where it isn't what is `kept`
/// already.
pub fn keep_draft(
    (conversation, beginning): (Option<ConversationId>, Beginning),
    text: RwSignal<String>,
    attaching: Attaching,
    kept: Option<Draft>,
    is_temporary: Signal<bool>,
) {
    // With whom a new conversation begins is said by its address, and is nothing of the draft.
    let called = move || beginning.called();
    let begun = || {
        let files = untrack(|| attaching.files());
        (text.get_untracked(), files, untrack(called))
    };
    let of = |draft: Draft| {
        let files = draft.attachments.iter().map(|file| file.file);
        let key = draft.assistant.map(|card| card.key.to_string());
        (draft.text, files.collect(), key.unwrap_or_default())
    };
    let kept: StoredValue<Kept> = StoredValue::new(kept.map_or_else(begun, of));
    let edits = StoredValue::new(0_u32);
    Effect::new(move |was_there: Option<bool>| {
        let typed = (text.get(), attaching.files(), called());
        // Also when nothing is to be kept: a sent question must not be saved by a timer that still runs.
        edits.update_value(|edits| *edits += 1);
        if typed == kept.get_value() || is_temporary.get() {
            return true;
        }
        let edit = edits.get_value();
        spawn_local(async move {
            if was_there.is_some() {
                gloo_timers::future::sleep(PAUSE).await;
            }
            let is_last = edits.try_get_value() == Some(edit);
            let (text, files, key) = typed.clone();
            let files = files.iter().map(ToString::to_string).collect();
            // The next edit, or leaving, repeats what fails here.
            if is_last && save_draft(conversation, text, files, key).await.is_ok() {
                kept.try_set_value(typed);
            }
        });
        true
    });
    Effect::new(move |_| {
        let leave = window_event_listener(ev::pagehide, move |_| {
            let files = untrack(|| attaching.try_files());
            let once = beginning.once.try_get_untracked();
            let (Some((text, files)), Some(once)) = (text.try_get_untracked().zip(files), once)
            else {
                return;
            };
            let key = once.map(|card| card.key.to_string());
            let typed = (text, files, key.unwrap_or_default());
            let is_kept = is_temporary.try_get_untracked() == Some(false);
            if is_kept && kept.try_get_value().is_some_and(|kept| kept != typed) {
                let (text, files, key) = typed;

                let id = conversation.map(|id| id.to_string());
                let files = files.iter().enumerate();
                let files: Vec<(String, String)> = files
                    .map(|(place, file)| (format!("attachments[{place}]"), file.to_string()))
                    .collect();
                let mut fields = vec![("text", text.as_str()), ("assistant", key.as_str())];
                if let Some(id) = &id {
                    fields.push(("conversation", id));
                }
                fields.extend(files.iter().map(|(name, id)| (name.as_str(), id.as_str())));
                browser::post_while_leaving(SaveDraft::PATH, &fields);
            }
        });
        on_cleanup(move || leave.remove());
    });
}
