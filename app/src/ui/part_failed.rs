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
            <p><Again again=Some(again)/></p>
        </div>
    }
}

/// *Try again*.
#[component]
pub fn Again(
    /// Loads once more what failed; otherwise the whole page is, as where no scripts run.
    again: Option<Callback<()>>,
) -> impl IntoView {
    let words = use_words();
    let pressed = move |event: MouseEvent| {
        // Held keys ask for another window.
        let is_held = event.ctrl_key() || event.meta_key() || event.shift_key();
        if let Some(again) = again.filter(|_| !is_held) {
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
