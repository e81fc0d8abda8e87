//! Taking a making off the page: alone, or with what it made.

use leptos::prelude::*;
use model::{JobId, Making};
use server_fn::ServerFn;

use super::{
    desk::use_desk,
    makings::{ALONE, WITH_WORKS},
};
use crate::{api::works::ForgetMaking, language::use_words, ui::confirm::Confirm};

/// Two ways to do it; one where there is nothing to keep. Either can be taken back.
#[component]
pub fn Removal(making: ArcRwSignal<Making>) -> impl IntoView {
    let words = use_words();
    let now = making.get_untracked();
    let id = now.id;
    if now.works.is_empty() {
        return view! { <Way id works=ALONE label=words.remove of=now.wish.prompt()/> }.into_any();
    }
    view! {
        <Confirm label=words.remove of=now.wish.prompt() question=words.removal_lead>
            <div class="panel__row">
                <Way id works=ALONE label=words.removal_keep/>
                <Way id works=WITH_WORKS label=words.removal_all/>
            </div>
        </Confirm>
    }
    .into_any()
}

#[component]
fn Way(
    id: JobId,
    works: &'static str,
    label: &'static str,
    /// For screen readers, where several buttons are called the same.
    #[prop(into, optional)]
    of: Option<String>,
) -> impl IntoView {
    let desk = use_desk();
    let name = of.map(|of| format!("{label}: {of}"));
    let tone = (works == WITH_WORKS).then_some("danger");
    view! {
        <form
            method="post"
            action=ForgetMaking::PATH
            on:submit=move |event| {
                event.prevent_default();
                desk.makings.remove(id, works);
            }
        >
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="works" value=works/>
            <button class="button" data-tone=tone aria-label=name>{label}</button>
        </form>
    }
}
