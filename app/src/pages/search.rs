//! `/search`: one's own conversations, found again by their titles and by what was said.

mod field;
mod hits;
mod steps;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use model::{SearchResults, Session};

use super::asked::Asked;
use crate::{
    api::conversations::search_conversations, chat::header::Header, language::use_words,
    ui::loaded::Loaded,
};
use field::Field;
use hits::Results;

/// Where it is.
pub const PATH: &str = "/search";

/// The page.
#[component]
pub fn SearchPage() -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(Asked::of));
    let found = Resource::new_blocking(
        move || asked.get(),
        |asked| {
            let after = (!asked.after.is_empty()).then_some(asked.after);
            search_conversations(asked.words, after)
        },
    );
    view! {
        <Title text=format!("{} · {}", words.search_conversations, words.product)/>
        <Header>
            <h1 class="topbar__title">{words.search_conversations}</h1>
        </Header>
        <div class="finder" id="main" tabindex="-1" on:keydown=|event| steps::press(&event)>
            <div class="finder__column">
                <Field asked/>
                <Loaded
                    what=found
                    view=move |results: SearchResults, _session: Session| {
                        view! { <Results results asked=asked.get_untracked()/> }
                    }
                />
            </div>
        </div>
    }
}
