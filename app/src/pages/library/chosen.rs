//! What is done with everything whose box is ticked. The boxes stand in the tiles and belong to this form by its id.

use leptos::{ev::SubmitEvent, prelude::*};
use model::{LibraryDeleted, LibraryId, LibraryItem, Millis};
use server_fn::ServerFn;

use super::Shelf;
use crate::{
    api::library::{DeleteChosen, delete_chosen},
    language::use_words,
    ui::submission::Submission,
};

/// The form's id.
pub const CHOSEN: &str = "chosen-things";

/// How many are ticked, all or none of them, and deleting them; `gone` is told when that was done. Without scripts it is always there.
#[component]
pub fn ChosenBar(shelf: Shelf, #[prop(into)] gone: Callback<Option<Millis>>) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let stayed = RwSignal::new(0_usize);
    let count = Memo::new(move |_| shelf.chosen.with(Vec::len));
    let is_live = RwSignal::new(false);
    Effect::new(move |_| is_live.set(true));
    let delete = move |event: SubmitEvent| {
        event.prevent_default();
        let ids = shelf.chosen.get_untracked();
        if ids.is_empty() {
            return;
        }
        let asked: Vec<String> = ids.iter().map(ToString::to_string).collect();
        stayed.set(0);
        submission.send(
            move || delete_chosen(asked.clone()),
            move |done: LibraryDeleted| {
                if stayed.try_set(done.kept.len()).is_some() {
                    // The page was left meanwhile.
                    return;
                }
                let gone_ids: Vec<LibraryId> = ids
                    .iter()
                    .copied()
                    .filter(|id| !done.kept.contains(id))
                    .collect();
                shelf.take_off(&gone_ids);
                gone.try_run(done.deleted_at);
            },
        );
    };
    let all = move |_| {
        let ids = shelf
            .items
            .with_untracked(|items| items.iter().map(LibraryItem::id).collect());
        shelf.chosen.set(ids);
    };
    view! {
        <div class="chosen" data-idle=move || (is_live.get() && count.get() == 0).then_some("true")>
            <p class="chosen__count" role="status" data-needs="script">
                {move || words.works_chosen(&count.get().to_string())}
            </p>
            <button class="icon-button" data-labelled="true" type="button" data-needs="script" on:click=all>
                {words.choose_all_works}
            </button>
            <button
                class="icon-button"
                data-labelled="true"
                type="button"
                data-needs="script"
                on:click=move |_| shelf.chosen.set(Vec::new())
            >
                {words.choose_none}
            </button>
            {move || {
                let count = stayed.get();
                (count > 0).then(|| view! { <p class="chosen__stayed" role="status">{words.library_stayed(&count.to_string())}</p> })
            }}
            <form id=CHOSEN method="post" action=DeleteChosen::PATH on:submit=delete>
                {submission.view_as("")}
                <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.delete}</button>
            </form>
        </div>
    }
}
