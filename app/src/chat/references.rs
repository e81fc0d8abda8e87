//! What an application's answer refers to.

use leptos::{either::Either, prelude::*};
use model::DocumentReference;

use crate::language::use_words;

/// Documents and their passages, by number; nothing where there are none.
#[component]
pub fn References(references: ArcRwSignal<Vec<DocumentReference>>) -> impl IntoView {
    let words = use_words();
    move || {
        let references = references.get();
        (!references.is_empty()).then(|| {
            view! {
                <details class="references">
                    <summary class="references__summary">
                        {words.references_count(&references.len().to_string())}
                    </summary>
                    <ul class="references__list">
                        {references.into_iter().map(|one| view! { <Reference one/> }).collect_view()}
                    </ul>
                </details>
            }
        })
    }
}

#[component]
fn Reference(one: DocumentReference) -> impl IntoView {
    let DocumentReference {
        number,
        title,
        passage,
        url,
    } = one;
    let number = (!number.is_empty()).then(|| format!("[{number}] "));
    // Only what the server found to be `https` is an address.
    let title = match url {
        Some(url) => Either::Left(view! {
            <a href=url rel="noopener noreferrer nofollow" target="_blank">{title}</a>
        }),
        None => Either::Right(title),
    };
    view! {
        <li>
            {number} {title}
            {(!passage.is_empty()).then(|| view! { <p class="references__passage">{passage}</p> })}
        </li>
    }
}
