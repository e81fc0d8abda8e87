//! A part of a page that could not be loaded, and loading it once more: the rest stays as it is, with what is typed there.

use leptos::{ev::MouseEvent, prelude::*};
use model::FailureCode;

use crate::{error::AppError, language::use_words};

/// Says so. Without scripts the whole page is loaded anew, which keeps nothing that could be lost: it was not alive.
#[component]
pub fn PartFailed(error: AppError, #[prop(into)] again: Callback<()>) -> impl IntoView {
    let words = use_words();
    view! {
        <div class="notice" data-tone="danger" role="alert">
            <p>{words.load_failed} " " {words.failure(error.code)}</p>
            {error.reference.map(|id| view! { <p class="notice__reference">{words.reference(&id)}</p> })}
            <p><Again again/></p>
        </div>
    }
}

/// *Try again*.
#[component]
pub fn Again(again: Callback<()>) -> impl IntoView {
    let words = use_words();
    let pressed = move |event: MouseEvent| {
        // Held keys ask for another window.
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            again.run(());
        }
    };
    view! { <a class="button" href="" rel="external" on:click=pressed>{words.try_again}</a> }
}

/// Whether the part is nothing of the reader's: they may not have it, or have to do something else first, to which the frame leads.
pub fn is_not_theirs(code: FailureCode) -> bool {
    matches!(
        code,
        FailureCode::Forbidden
            | FailureCode::SignInNeeded
            | FailureCode::SecondFactorNeeded
            | FailureCode::SecondFactorRequired
            | FailureCode::EmailUnverified
    )
}
