//! Taking a deletion back.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::AssistantId;

use super::{Found, PATH};
use crate::{
    api::assistants::RestoreAssistant,
    language::use_words,
    ui::{
        submission::Submission,
        undo_toast::{Undo, undo_toast, use_settled},
    },
};

/// In the address, before the id of the one that was deleted.
const REMOVED: &str = "removed";

/// For the assistant that the address says was deleted.
#[component]
pub(super) fn RemovedToast(found: Found) -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let removed =
        Memo::new(move |_| query.with(|query| query.get_str(REMOVED)?.parse::<AssistantId>().ok()));
    let submission = Submission::new(&[]);
    let settled = use_settled(PATH, &[REMOVED]);
    let undo = move || {
        let id = removed.get()?;
        let field = ("id", id.to_string());
        let back = move |()| {
            found.refetch();
            // The page may have been left meanwhile.
            if removed.try_get_untracked().flatten() == Some(id) {
                settled.run(());
            }
        };
        Some(Undo::by::<RestoreAssistant>(
            words.assistant_deleted,
            field,
            submission,
            back,
        ))
    };
    view! {
        {undo_toast(undo, submission, PATH, settled)}
        <div class="finder__column">{submission.view_as("")}</div>
    }
}
