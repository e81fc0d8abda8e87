//! What went wrong, in the reader's words.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::FailureCode;

use super::wait::Wait;
use crate::{error::AppError, language::use_words};

/// The failure of a plain form, which comes back as a code in the query; anything else there is ignored.
pub fn problem_in_query() -> Option<FailureCode> {
    use_query_map().with_untracked(|query| query.get_str("problem")?.parse().ok())
}

/// A failed write, with the reference to pass on and when to try again.
#[component]
pub fn Notice(#[prop(into)] error: Signal<Option<AppError>>) -> impl IntoView {
    let words = use_words();
    move || {
        error.get().map(|error| {
            view! {
                <div class="notice" data-tone="danger" role="alert">
                    <p>{words.failure(error.code)}</p>
                    {(error.code == FailureCode::SignInNeeded)
                        .then(|| view! { <p><a href="/login" target="_blank" rel="noopener">{words.sign_in}</a></p> })}
                    {error
                        .retry_after_s
                        .map(|seconds| view! { <p><Wait seconds/></p> })}
                    {error
                        .reference
                        .map(|id| view! { <p class="notice__reference">{words.reference(&id)}</p> })}
                </div>
            }
        })
    }
}
