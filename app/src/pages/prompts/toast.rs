//! Taking a deletion back.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use model::PromptId;

use super::{Found, PATH};
use crate::{
    api::prompts::RestorePrompt,
    language::use_words,
    ui::{
        submission::Submission,
        undo_toast::{Undo, undo_toast, use_settled},
    },
};

/// In the address, before the id of the one that a plain form has deleted.
const REMOVED: &str = "removed";

/// The prompt that was deleted last.
#[derive(Clone, Copy)]
pub(super) struct Removed(RwSignal<Option<PromptId>>);

impl Removed {
    /// What a plain form has just deleted.
    pub(super) fn in_query() -> Self {
        let id = use_query_map().with_untracked(|query| query.get_str(REMOVED)?.parse().ok());
        Self(RwSignal::new(id))
    }

    /// That one was deleted.
    pub(super) fn tell(self, id: Option<PromptId>) {
        self.0.try_set(id);
    }
}

/// For that one, until the address changes.
#[component]
pub(super) fn RemovedToast(removed: Removed, found: Found) -> impl IntoView {
    let words = use_words();
    let Removed(removed) = removed;
    let submission = Submission::new(&[]);
    let settled = use_settled(PATH, &[REMOVED]);
    let place = use_location();
    Effect::new(move |was_there: Option<bool>| {
        place.pathname.track();
        place.search.track();
        if was_there.is_some() {
            removed.set(None);
        }
        true
    });
    let close = Callback::new(move |()| {
        removed.set(None);
        settled.run(());
    });
    let undo = move || {
        let field = ("id", removed.get()?.to_string());
        let back = move |()| {
            found.refetch();
            if removed.try_set(None).is_none() {
                settled.run(());
            }
        };
        Some(Undo::by::<RestorePrompt>(
            words.prompt_deleted,
            field,
            submission,
            back,
        ))
    };
    view! {
        {undo_toast(undo, submission, PATH, close)}
        <div class="finder__column">{submission.view_as("")}</div>
    }
}
