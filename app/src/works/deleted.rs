//! Taking a deletion of works, transcripts or files back.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::Millis;

use crate::{
    api::library::UndoDeletion,
    language::use_words,
    ui::{
        submission::Submission,
        undo_toast::{Undo, undo_toast, use_settled},
    },
};

/// In the address, before the moment of what a plain form has deleted.
const DELETED: &str = "deleted";

/// When a plain form has just deleted something.
pub fn deleted_in_query() -> Option<Millis> {
    let at = use_query_map().with_untracked(|query| query.get_str(DELETED)?.parse::<i64>().ok());
    at.map(Millis::new)
}

/// For what was `deleted` at that moment on the `page`; calls `back` when it is there again.
#[component]
pub fn DeletedToast(
    deleted: RwSignal<Option<Millis>>,
    page: &'static str,
    #[prop(into)] back: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let settled = use_settled(page, &[DELETED]);
    let close = Callback::new(move |()| {
        deleted.set(None);
        settled.run(());
    });
    let undo = move || {
        let at = deleted.get()?;
        let field = ("deleted_at", at.get().to_string());
        let is_back = move |()| {
            if deleted.try_set(None).is_some() {
                // The page was left meanwhile.
                return;
            }
            back.run(());
            settled.run(());
        };
        Some(Undo::by::<UndoDeletion>(
            words.library_deleted,
            field,
            submission,
            is_back,
        ))
    };
    view! {
        {undo_toast(undo, submission, page, close)}
        {submission.view_as("")}
    }
}
