//! Taking a deletion back.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;
use model::PromptId;
use server_fn::ServerFn;

use super::Found;
use crate::{
    admin::form::sends_quietly, api::prompts::RestorePrompt, language::use_words,
    ui::submission::Submission,
};

/// How long a deletion can be taken back here.
const UNDO: Duration = Duration::from_secs(10);

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

/// For a few seconds; without scripts, as long as the page stands.
#[component]
pub(super) fn RemovedToast(removed: Removed, found: Found) -> impl IntoView {
    let words = use_words();
    let Removed(removed) = removed;
    let submission = Submission::new(&[]);
    Effect::new(move |_| {
        if let Some(id) = removed.get() {
            spawn_local(async move {
                gloo_timers::future::sleep(UNDO).await;
                if removed.try_get_untracked() == Some(Some(id)) {
                    removed.try_set(None);
                }
            });
        }
    });
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
            </div>
        })
    };
    view! {
        <div role="status">{toast}</div>
        <div class="finder__column">{submission.view_as("")}</div>
    }
}
