//! `/speech`: texts that are spoken, and those that were.

mod form;
mod offer;
mod preview;

use leptos::prelude::*;
use model::JobKind;

use crate::{
    language::use_words,
    works::page::{Place, WorksPage},
};
use form::SpeechForm;

/// The page.
#[component]
pub fn SpeechPage() -> impl IntoView {
    let words = use_words();
    let place = Place {
        kind: JobKind::Speech,
        path: "/speech",
        title: words.speech,
        empty: words.speech_empty,
        form: |typed, offers, submission| {
            view! { <SpeechForm typed offers=offers.speech submission/> }.into_any()
        },
    };
    view! { <WorksPage place/> }
}
