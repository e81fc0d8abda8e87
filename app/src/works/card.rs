//! A wish with what came of it, and what can be done with it.

use leptos::prelude::*;
use model::{FailureCode, JobFailure, JobState, Making, Wish};
use server_fn::ServerFn;

use super::{
    desk::use_desk, makings::OpenMaking, more::SEEDS, progress::Progress, refusal::Refusal,
    removal::Removal, tiles::Tiles,
};
use crate::{
    api::works::{CancelMaking, WishForm},
    browser,
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        moment::Moment,
    },
};

/// The card.
#[component]
pub fn MakingCard(open: OpenMaking) -> impl IntoView {
    let words = use_words();
    let making = open.making;
    let first = making.get_untracked();
    let failure = {
        let making = making.clone();
        Memo::new(move |_| making.with(failure_of))
    };
    let are_gone = {
        let making = making.clone();
        Memo::new(move |_| {
            making.with(|making| {
                making.state == JobState::Succeeded
                    && making.works.is_empty()
                    && making.failed.is_empty()
            })
        })
    };
    view! {
        <article class="making" aria-label=first.wish.prompt().to_owned()>
            <header class="making__head">
                <p class="making__prompt">{first.wish.prompt().to_owned()}</p>
                <p class="making__facts">
                    <span>{first.wish.model().to_owned()}</span>
                    <Moment at=first.created_at/>
                </p>
            </header>
            <Progress making=making.clone()/>
            {move || failure.get().map(|failure| view! { <Refusal failure/> })}
            <Tiles making=making.clone()/>
            {move || are_gone.get().then(|| view! { <p class="making__gone">{words.works_are_gone}</p> })}
            <Actions making/>
        </article>
    }
}

/// Why there is nothing, unless somebody wanted that.
fn failure_of(making: &Making) -> Option<JobFailure> {
    let failure = making.failure.clone();
    failure.filter(|failure| {
        let is_told_by_part = making
            .failed
            .iter()
            .any(|part| part.code == failure.code && failure.code == FailureCode::ContentRefused);
        !is_told_by_part
    })
}

/// What can be done: stop it while it goes on; afterwards have it made again, or take it away.
#[component]
fn Actions(making: ArcRwSignal<Making>) -> impl IntoView {
    let ended = {
        let making = making.clone();
        Memo::new(move |_| making.with(|making| making.state.is_final()))
    };
    move || {
        if ended.get() {
            view! { <Afterwards making=making.clone()/> }.into_any()
        } else {
            view! { <Cancel making=making.clone()/> }.into_any()
        }
    }
}

#[component]
fn Cancel(making: ArcRwSignal<Making>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let id = making.with_untracked(|making| making.id);
    let is_asked = Memo::new(move |_| making.with(|making| making.cancel_asked));
    view! {
        <form
            class="making__actions"
            method="post"
            action=CancelMaking::PATH
            on:submit=move |event| {
                event.prevent_default();
                desk.makings.cancel(id);
            }
        >
            <input type="hidden" name="id" value=id.to_string()/>
            <button class="icon-button" data-labelled="true" disabled=is_asked>
                <Glyph icon=Icon::Stop/>
                {words.cancel}
            </button>
        </form>
    }
}

#[component]
fn Afterwards(making: ArcRwSignal<Making>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let now = making.get_untracked();
    let again = now
        .came_to_nothing()
        .then(|| (words.try_again, WishForm::of(&now.wish)));
    let (id, wish) = (now.id, now.wish);
    let variation = match &wish {
        Wish::Image(_) | Wish::Video(_) if !now.works.is_empty() => Some(WishForm {
            seed: String::new(),
            ..WishForm::of(&wish)
        }),
        _ => None,
    };
    let press = desk.press;
    let busy = move || press.is_busy.get();
    let typed_again = wish.clone();
    view! {
        <div class="making__actions">
            {again.map(|(label, form)| view! {
                <button
                    class="icon-button"
                    data-labelled="true"
                    data-needs="script"
                    type="button"
                    disabled=busy
                    on:click=move |_| press.make(form.clone(), |_| ())
                >
                    <Glyph icon=Icon::Again/>
                    {label}
                </button>
            })}
            {variation.map(|form| view! {
                <button
                    class="icon-button"
                    data-labelled="true"
                    data-needs="script"
                    type="button"
                    title=words.variations_hint
                    disabled=busy
                    on:click=move |_| {
                        let seed = browser::random_below(SEEDS).to_string();
                        press.make(WishForm { seed, ..form.clone() }, |_| ());
                    }
                >
                    <Glyph icon=Icon::Dice/>
                    {words.variations}
                </button>
            })}
            <form
                method="get"
                action=desk.path
                on:submit=move |event| {
                    event.prevent_default();
                    desk.use_again.run(typed_again.clone());
                }
            >
                <input type="hidden" name="again" value=id.to_string()/>
                <button class="icon-button" data-labelled="true" title=words.use_again_hint>
                    <Glyph icon=Icon::Pen/>
                    {words.use_again}
                </button>
            </form>
            <Removal making/>
        </div>
    }
}
