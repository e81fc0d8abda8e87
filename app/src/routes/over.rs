//! What lies over the page is a part of the module of its own, loaded when it is first asked for.

#![expect(
    clippy::unnecessary_wraps,
    reason = "a part says that it may be missing, for whoever loads it"
)]

use leptos::{prelude::*, task::spawn_local_scoped, wasm_split::wasm_split};

use super::parts::Missing;
use crate::{
    browser::{self, local::Local},
    language::use_words,
    over::{Over, palette::Palette, sheet::Sheet},
    pages::search,
};

#[wasm_split(over, wasm_split_path = ::leptos::wasm_split, fallible)]
fn over() -> Result<AnyView, Missing> {
    Ok(view! {
        <Palette/>
        <Sheet/>
    }
    .into_any())
}

/// Palette and sheet, from the first time on that one of them is opened.
#[component]
pub fn OverThePage() -> impl IntoView {
    let words = use_words();
    let opened: Over = expect_context();
    // The sheet could not be had.
    let is_missing = RwSignal::new(false);
    let view = Local::<AnyView>::new();
    let is_there = RwSignal::new(false);
    let is_wanted = Memo::new(move |_| opened.palette.get() || opened.sheet.get());
    // What is drawn later is this component's all the same.
    let owner = Owner::current();
    Effect::new(move |_| {
        if !is_wanted.get() || is_there.get_untracked() {
            return;
        }
        is_missing.set(false);
        let load = async move {
            if let Ok(loaded) = over().await {
                if is_there.try_get_untracked() == Some(false) {
                    view.set(Some(loaded));
                    is_there.set(true);
                }
            } else {
                let was_palette = opened.palette.try_get_untracked();
                opened.palette.try_set(false);
                opened.sheet.try_set(false);
                if was_palette == Some(true) {
                    browser::go_to(search::PATH);
                } else {
                    is_missing.try_set(true);
                }
            }
        };
        if let Some(owner) = &owner {
            owner.with(|| untrack(|| spawn_local_scoped(load)));
        }
    });
    let again = move |_| opened.sheet.set(true);
    let close = move |_| is_missing.set(false);
    let told = move || {
        is_missing.get().then(|| {
            view! {
                <div class="toast" data-kind="problem" role="alert">
                    <span>{words.load_failed}</span>
                    <button class="toast__action" type="button" on:click=again>{words.try_again}</button>
                    <button class="toast__action" type="button" on:click=close>{words.close}</button>
                </div>
            }
        })
    };
    view! {
        {told}
        {move || is_there.get().then(|| view.take())}
    }
}
