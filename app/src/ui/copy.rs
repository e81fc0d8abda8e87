//! A button that puts a text on the clipboard.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    browser,
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// Copies `text`; the button says `label`, or *Copy*. Only where scripts run.
#[component]
pub fn CopyText(
    #[prop(into)] text: String,
    #[prop(optional)] label: Option<&'static str>,
) -> impl IntoView {
    let words = use_words();
    let label = RwSignal::new(label.unwrap_or(words.copy));
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            let copied = browser::copy(&text).await;
            label.try_set(if copied {
                words.copied
            } else {
                words.copy_failed
            });
        });
    };
    view! {
        <button class="button" type="button" data-needs="script" on:click=copy>
            <Glyph icon=Icon::Copy/>
            <span aria-live="polite">{label}</span>
        </button>
    }
}
