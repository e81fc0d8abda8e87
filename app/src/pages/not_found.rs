//! What stands where nothing is.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{language::use_words, ui::icon::Mark};

/// No such page, or no such conversation of the reader's.
#[component]
pub fn NotFound() -> impl IntoView {
    let words = use_words();
    #[cfg(feature = "ssr")]
    crate::glue::page_status(model::FailureCode::NotFound);
    view! {
        <Title text=format!("{} · {}", words.not_found_title, words.product)/>
        <main class="empty" id="main">
            <Mark/>
            <h1>{words.not_found_title}</h1>
            <p>{words.not_found}</p>
            <a class="button" href="/">{words.home}</a>
        </main>
    }
}
