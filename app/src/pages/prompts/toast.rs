//! Taking a deletion back.

use leptos::{ev::MouseEvent, prelude::*};
use leptos_router::hooks::{use_location, use_query_map};
use model::PromptId;
use server_fn::ServerFn;

use super::{Found, PATH};
use crate::{
    admin::form::sends_quietly, api::prompts::RestorePrompt, browser, language::use_words,
    ui::submission::Submission,
};

/// The prompt that was deleted last.
#[derive(Clone, Copy)]
pub(super) struct Removed(RwSignal<Option<PromptId>>);

impl Removed {
    /// What a plain form has just deleted.
    pub(super) fn in_query() -> Self {
        let id = use_query_map().with_untracked(|query| query.get_str("removed")?.parse().ok());
        Self(RwSignal::new(id))
    }

    /// That one was deleted.
    pub(super) fn tell(self, id: Option<PromptId>) {
        self.0.try_set(id);
    }
}

/// Until it is closed or the address changes: nobody has to be quick (WCAG 2.2.1).
#[component]
pub(super) fn RemovedToast(removed: Removed, found: Found) -> impl IntoView {
    let words = use_words();
    let Removed(removed) = removed;
    let submission = Submission::new(&[]);
    let place = use_location();
    Effect::new(move |was_there: Option<bool>| {
        place.pathname.track();
        place.search.track();
        if was_there.is_some() {
            removed.set(None);
        }
        true
    });
    let close = move |event: MouseEvent| {
        event.prevent_default();
        removed.set(None);
        browser::focus("main");
    };
    let toast = move || {
        let id = removed.get()?;
        let restore = sends_quietly::<RestorePrompt>(submission, move |()| {
            removed.try_set(None);
            found.refetch();
        });
        Some(view! {
            <div class="toast">
                <span>{words.prompt_deleted}</span>
                <form method="post" action=RestorePrompt::PATH on:submit=restore>
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
