//! `/search`: one's own conversations, found again by their titles and by what was said; with `?conversation=`, what was said in one.

mod asked;
mod field;
mod hits;
mod steps;
mod within;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use model::{SearchResults, Session};

use crate::{
    api::conversations::{find_in_conversation, search_conversations},
    chat::header::Header,
    error::AppError,
    language::use_words,
    ui::loaded::Loaded,
};
use asked::Asked;
use field::Field;
use hits::Results;
use within::Within;

/// Where it is.
pub const PATH: &str = "/search";

/// The page.
#[component]
pub fn SearchPage() -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(Asked::of));
    let found = Resource::new_blocking(move || asked.get(), search);
    let name = move || asked.with(|asked| asked.name(words));
    view! {
        <Title text=move || format!("{} · {}", name(), words.product)/>
        <Header>
            <h1 class="topbar__title">{name}</h1>
        </Header>
        <div class="finder" id="main" tabindex="-1" on:keydown=|event| steps::press(&event)>
            <div class="finder__column">
                <Field asked/>
                <Loaded
                    what=found
                    view=move |mut results: SearchResults, _session: Session| {
                        let asked = asked.get_untracked();
                        let title = results.within.take();
                        view! {
                            <Within title asked=asked.clone()/>
                            <Results results asked/>
                        }
                    }
                />
            </div>
        </div>
    }
}

/// A page of what has the words.
async fn search(asked: Asked) -> Result<SearchResults, AppError> {
    let after = (!asked.after.is_empty()).then_some(asked.after);
    match asked.within {
        Some(id) => find_in_conversation(id, asked.words, after).await,
        None => search_conversations(asked.words, after).await,
    }
}
