//! Instructions that were typed in the drawer and not saved. A key closes that: the tab keeps them, and they are there when it is opened
//! again.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;

use crate::{browser, language::use_words};

/// The field of the instructions.
pub(super) const FIELD: &str = "form[instructions]";

/// Under which name the tab keeps what was typed for a conversation; for the next one where it is empty.
pub(super) fn key_of(conversation: &str) -> String {
    format!("lt_instructions_{conversation}")
}

/// What the field begins with: what was typed last, or what is saved. What is typed from now on is kept. Not for what the server draws, which
/// knows nothing of the tab.
pub(super) fn go_on(key: String, saved: String) -> RwSignal<String> {
    let kept = browser::kept(&key).unwrap_or_else(|| saved.clone());
    let text = RwSignal::new(kept);
    Effect::new(move |_| {
        text.with(|text| {
            if *text == saved {
                browser::forget(&key);
            } else {
                browser::keep(&key, text);
            }
        });
    });
    text
}

/// Says that what stands there is not saved yet, and takes what is instead.
#[component]
pub(super) fn UnsavedNote(text: RwSignal<String>, saved: String) -> impl IntoView {
    let words = use_words();
    // While one types, that is known.
    let is_told = RwSignal::new(text.with_untracked(|text| *text != saved));
    let discard = move |_| {
        for area in browser::all(&format!("dialog [name='{FIELD}']")) {
            if let Ok(area) = area.dyn_into::<HtmlTextAreaElement>() {
                area.set_value(&saved);
                // What was pressed goes.
                let _focused = area.focus();
            }
        }
        text.set(saved.clone());
        is_told.set(false);
    };
    view! {
        <Show when=move || is_told.get()>
            <p class="unsaved">
                <span>{words.parameters_unsaved}</span>
                <button class="unsaved__act" type="button" on:click=discard.clone()>{words.unsaved_discard}</button>
            </p>
        </Show>
    }
}
