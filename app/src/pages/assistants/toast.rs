//! Taking a deletion back.

use leptos::{ev::MouseEvent, prelude::*};
use leptos_router::hooks::use_query_map;
use model::AssistantId;
use server_fn::ServerFn;

use super::{Found, PATH};
use crate::{
    admin::form::sends_quietly, api::assistants::RestoreAssistant, browser, language::use_words,
    ui::submission::Submission,
};

/// For the assistant that the address says was deleted: until it is closed or the address changes, nobody has to be quick (WCAG 2.2.1).
#[component]
pub(super) fn RemovedToast(found: Found) -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let removed = Memo::new(move |_| {
        query.with(|query| query.get_str("removed")?.parse::<AssistantId>().ok())
    });
    // The one that was taken back, or of which nothing is to be said any more.
    let settled = RwSignal::new(None::<AssistantId>);
    let submission = Submission::new(&[]);
    let close = move |event: MouseEvent| {
        event.prevent_default();
        settled.set(removed.get_untracked());
        browser::focus("main");
    };
    let toast = move || {
        let id = removed.get().filter(|id| settled.get() != Some(*id))?;
        let restore = sends_quietly::<RestoreAssistant>(submission, move |()| {
            settled.try_set(Some(id));
            found.refetch();
        });
        Some(view! {
            <div class="toast">
                <span>{words.assistant_deleted}</span>
                <form method="post" action=RestoreAssistant::PATH on:submit=restore>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button class="toast__action" aria-busy=submission.busy()>{words.undo}</button>
                </form>
                <a class="toast__action" href=PATH on:click=close>{words.close}</a>
            </div>
        })
    };
    view! {
        <div role="status">{toast}</div>
        <div class="finder__column">{submission.view_as("")}</div>
    }
}
