//! What was just done with a message, and the way back from a deletion.

use std::time::Duration;

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use server_fn::ServerFn;

use super::{acts::more_id, open::OpenConversation};
use crate::{
    api::messages::{RestoreBranch, restore_branch},
    browser,
    language::use_words,
};

/// How long a deletion can be taken back here.
const UNDO: Duration = Duration::from_secs(10);

/// The foot of the page says it, to the eye and to screen readers.
#[component]
pub fn BranchToast(conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    let acts = conversation.acts;
    let deleted = acts.deleted;
    Effect::new(move |_| {
        if let Some(id) = deleted.get() {
            spawn_local(async move {
                gloo_timers::future::sleep(UNDO).await;
                if deleted.try_get_untracked() == Some(Some(id)) {
                    deleted.try_set(None);
                }
            });
        }
    });
    let undo = move || {
        let id = deleted.get()?;
        let restore = move |event: SubmitEvent| {
            event.prevent_default();
            spawn_local(async move {
                match restore_branch(conversation.id, id).await {
                    Ok(()) => {
                        deleted.try_set(None);
                        acts.tell(words.branch_restored);
                        conversation.reload().await;
                        browser::focus_drawn(more_id(id));
                    }
                    Err(error) => {
                        conversation.problem.try_set(Some(error));
                    }
                }
            });
        };
        Some(view! {
            <div class="toast">
                <span>{words.branch_deleted}</span>
                <form method="post" action=RestoreBranch::PATH on:submit=restore>
                    <input type="hidden" name="id" value=conversation.id.to_string()/>
                    <input type="hidden" name="message" value=id.to_string()/>
                    <button class="toast__action">{words.undo}</button>
                </form>
            </div>
        })
    };
    let note = move || {
        // Both have the same place, and the way back matters more.
        let note = acts.note.get().filter(|_| deleted.with(Option::is_none))?;
        Some(view! { <p class="toast" data-kind="note">{note}</p> })
    };
    view! { <div role="status">{undo} {note}</div> }
}
