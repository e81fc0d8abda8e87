//! What is shown once: a new key, recovery codes, a link.

use leptos::{html, prelude::*};
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

use crate::{language::use_words, ui::copy::CopyText};

/// A secret with what to do with it.
#[component]
pub fn Secret(
    #[prop(into)] label: String,
    #[prop(into)] secret: String,
    #[prop(into, optional)] hint: Option<String>,
) -> impl IntoView {
    let place = NodeRef::<html::Section>::new();
    // Who has just sent a form at the end of a long page would not see it, and never again.
    Effect::new(move |_| {
        if let Some(place) = place.get() {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            place.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
    view! {
        <section class="secret" role="status" node_ref=place>
            <h2>{label}</h2>
            <code class="secret__text">{secret.clone()}</code>
            <div class="secret__actions"><CopyText text=secret/></div>
            {hint.map(|hint| view! { <p class="secret__hint">{hint}</p> })}
        </section>
    }
}

/// Recovery codes, to copy, keep in a file or print.
#[component]
pub fn Codes(codes: Vec<String>) -> impl IntoView {
    let words = use_words();
    let text = codes.join("\n");
    let file = format!("data:text/plain;charset=utf-8,{}", codes.join("%0A"));
    view! {
        <section class="secret" role="status">
            <h2>{words.recovery_new}</h2>
            <p class="secret__hint">{words.recovery_once}</p>
            <ul class="secret__codes">
                {codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view()}
            </ul>
            <div class="secret__actions">
                <CopyText text/>
                <a class="button" href=file download="liantai-recovery-codes.txt">{words.download}</a>
                <button class="button" type="button" data-needs="script" on:click=move |_| crate::browser::print()>
                    {words.print}
                </button>
            </div>
        </section>
    }
}
