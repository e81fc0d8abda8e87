//! What was just done with a message, and the way back from a deletion.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use server_fn::ServerFn;

use super::{acts::more_id, open::OpenConversation};
use crate::{
    api::messages::{RestoreBranch, restore_branch},
    browser,
    language::use_words,
};

/// Says it above the messages, to the eye and to screen readers. A deletion can be taken back nowhere else, so that stands until it is
/// closed: nobody has to be quick (WCAG 2.2.1).
#[component]
pub fn BranchToast(conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    let acts = conversation.acts;
    let deleted = acts.deleted;
    let close = move |_| {
        deleted.set(None);
        browser::focus("main");
    };
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
                <button class="toast__action" type="button" on:click=close>{words.close}</button>
            </div>
        })
    };
    // Below the way back, where both are there.
    let is_second = move || deleted.with(Option::is_some).then_some("true");
    let note = move || {
        let note = acts.note.get()?;
        Some(view! { <p class="toast" data-kind="note" data-second=is_second>{note}</p> })
    };
    view! {
        <div role="status">{undo}</div>
        <div role="status">{note}</div>
    }
}
