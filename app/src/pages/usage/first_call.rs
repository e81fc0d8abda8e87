//! For who has called nothing yet: how to.

use leptos::prelude::*;

use crate::{
    language::use_words,
    ui::snippets::{Snippet, first_call},
};

/// A key, and a call with it.
#[component]
pub fn FirstCall(origin: String) -> impl IntoView {
    let words = use_words();
    let call = first_call(&origin, words.snippets_hello);
    view! {
        <section class="panel" aria-labelledby="first-call">
            <h2 id="first-call">{words.first_call}</h2>
            <p class="panel__note">{words.first_call_lead}</p>
            <ol class="steps">
                <li class="steps__step">
                    <p>{words.first_call_key}</p>
                    <a class="button" data-tone="primary" href="/settings/keys">{words.key_new}</a>
                </li>
                <li class="steps__step">
                    <p>{words.first_call_keep}</p>
                    <Snippet text="export LIANTAI_API_KEY=lt-…".to_owned()/>
                </li>
                <li class="steps__step">
                    <p>{words.first_call_ask}</p>
                    <Snippet text=call/>
                </li>
            </ol>
        </section>
    }
}
