//! Taking a making off the page: alone, or with what it made.

use leptos::prelude::*;
use model::{Making, WorkId};
use server_fn::ServerFn;

use super::{desk::use_desk, makings::texts};
use crate::{
    api::works::{DeleteWorks, ForgetMaking},
    language::use_words,
    ui::confirm::Confirm,
};

/// A question with two answers; one where there is nothing to keep.
#[component]
pub fn Removal(making: ArcRwSignal<Making>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let now = making.get_untracked();
    let id = now.id;
    let works = move || -> Vec<WorkId> {
        making.with_untracked(|making| making.works.iter().map(|work| work.id).collect())
    };
    let has_works = !now.works.is_empty();
    let ids: Vec<WorkId> = now.works.iter().map(|work| work.id).collect();
    let question = if has_works {
        words.removal_question
    } else {
        words.removal_question_empty
    };
    view! {
        <Confirm label=words.remove of=now.wish.prompt() question=question>
            <div class="panel__row">
                <form
                    method="post"
                    action=ForgetMaking::PATH
                    on:submit=move |event| {
                        event.prevent_default();
                        desk.makings.remove(id, Vec::new());
                    }
                >
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button class="button">{words.removal_keep}</button>
                </form>
                {has_works.then(|| view! {
                    <form
                        method="post"
                        action=DeleteWorks::PATH
                        on:submit=move |event| {
                            event.prevent_default();
                            desk.makings.remove(id, works());
                        }
                    >
                        {texts(&ids).into_iter().map(|id| view! { <input type="hidden" name="ids[]" value=id/> }).collect_view()}
                        <button class="button" data-tone="danger">{words.removal_all}</button>
                    </form>
                })}
            </div>
        </Confirm>
    }
}
