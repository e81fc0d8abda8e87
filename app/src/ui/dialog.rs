//! A dialog over the page, opened by a script. The browser keeps the focus inside, and Esc closes it.

use leptos::{html, prelude::*};

use crate::{
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// Opens and closes the dialog as `open` says.
pub fn follow(dialog: NodeRef<html::Dialog>, open: Signal<bool>) {
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            // Throws only for a dialog that is not on the page.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            (true, true) | (false, false) => {}
        }
    });
}

/// A dialog's title, and the button that closes it.
#[component]
pub fn DialogHead(title: &'static str, #[prop(into)] close: Callback<()>) -> impl IntoView {
    let words = use_words();
    view! {
        <header class="dialog__header">
            <h2>{title}</h2>
            <button
                class="icon-button"
                type="button"
                title=words.close
                aria-label=words.close
                on:click=move |_| close.run(())
            >
                <Glyph icon=Icon::Close/>
            </button>
        </header>
    }
}

/// Shows its children while `open`.
#[component]
pub fn Dialog(open: RwSignal<bool>, title: &'static str, children: ChildrenFn) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    follow(dialog, open.into());
    view! {
        <dialog class="dialog" aria-label=title node_ref=dialog on:close=move |_| open.set(false)>
            <DialogHead title close=move || open.set(false)/>
            <Show when=move || open.get()>{children()}</Show>
        </dialog>
    }
}
