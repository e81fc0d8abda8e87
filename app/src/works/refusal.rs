//! Why there is nothing, and what to do about it.

use leptos::prelude::*;
use model::JobFailure;

use crate::language::use_words;

/// The reason in plain words, what can be done, and what to name when asking.
#[component]
pub fn Refusal(failure: JobFailure) -> impl IntoView {
    let words = use_words();
    let advice = words.advice(failure.code);
    let asked_with: Vec<String> = [failure.upstream_code, failure.reference]
        .into_iter()
        .flatten()
        .collect();
    view! {
        <div class="refusal">
            <p class="refusal__reason">{words.refusal(failure.code)}</p>
            {advice.map(|advice| view! { <p class="refusal__advice">{advice}</p> })}
            {(!asked_with.is_empty()).then(|| view! { <p class="notice__reference">{asked_with.join(" · ")}</p> })}
        </div>
    }
}
