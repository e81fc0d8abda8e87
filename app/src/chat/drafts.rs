//! What is typed is kept on the server a moment later, and when the page goes.

use std::time::Duration;

use leptos::{ev, prelude::*, task::spawn_local};
use model::ConversationId;
use server_fn::ServerFn;

use crate::{
    api::conversations::{SaveDraft, save_draft},
    browser,
};

const PAUSE: Duration = Duration::from_millis(600);

/// Keeps `text` as the draft of `conversation`, unless that is temporary. What it begins with is kept at once where it isn't what is `kept` already.
pub fn keep_draft(
    conversation: Option<ConversationId>,
    text: RwSignal<String>,
    kept: Option<String>,
    is_temporary: Signal<bool>,
) {
    let kept = StoredValue::new(kept.unwrap_or_else(|| text.get_untracked()));
    let edits = StoredValue::new(0_u32);
    Effect::new(move |was_there: Option<bool>| {
        let typed = text.get();
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
            // The next edit, or leaving, repeats what fails here.
            if is_last && save_draft(conversation, typed.clone()).await.is_ok() {
                kept.try_set_value(typed);
            }
        });
        true
    });
    Effect::new(move |_| {
        let leave = window_event_listener(ev::pagehide, move |_| {
            let Some(typed) = text.try_get_untracked() else {
                return;
            };
            let is_kept = is_temporary.try_get_untracked() == Some(false);
            if is_kept && kept.try_get_value().is_some_and(|kept| kept != typed) {
                let id = conversation.map(|id| id.to_string());
                let mut fields = vec![("text", typed.as_str())];
                if let Some(id) = &id {
                    fields.push(("conversation", id));
                }
                browser::post_while_leaving(SaveDraft::PATH, &fields);
            }
        });
        on_cleanup(move || leave.remove());
    });
}
