//! `/assistants`: those that everybody has, those that others share, and one's own.

mod cards;
mod edit;
mod fields;
mod governing;
mod picture;
mod toast;
mod tools;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{AssistantGallery, Permission, Session};

use super::asked::Asked;
use crate::{
    address::with_query,
    api::assistants::load_assistants,
    chat::header::Header,
    error::AppError,
    language::use_words,
    ui::{
        area::PageHead,
        icon::{Glyph, Icon},
        loaded::Loaded,
    },
};
use cards::Cards;
pub use edit::{AssistantPage, NewAssistantPage};
use toast::RemovedToast;

/// Where it is.
pub const PATH: &str = "/assistants";

/// What the page shows, as it is loaded.
type Found = Resource<Result<AssistantGallery, AppError>>;

/// Where a conversation with it begins.
fn begin_link(key: &str) -> String {
    with_query("/", &[("assistant", key)])
}

/// The gallery.
#[component]
pub fn AssistantsPage() -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(Asked::of));
    let found: Found = Resource::new_blocking(
        move || asked.get(),
        |asked| load_assistants(asked.words, asked.after),
    );
    view! {
        <Header>
            <span class="topbar__title">{words.assistants}</span>
        </Header>
        <div class="finder" id="main" tabindex="-1">
            <div class="finder__column">
                <PageHead title=words.assistants lead=words.assistants_lead/>
                <form class="finder__form" method="get" action=PATH role="search">
                    <Glyph icon=Icon::Search/>
                    <input
                        class="finder__field"
                        type="search"
                        name="words"
                        maxlength="200"
                        autocomplete="off"
                        enterkeyhint="search"
                        aria-label=words.assistants_search
                        placeholder=words.assistants_search
                        value=asked.get_untracked().words
                    />
                    <button class="button">{words.search}</button>
                </form>
                <p>
                    <a class="button" data-tone="primary" href="/assistants/new">{words.assistant_new}</a>
                </p>
                <Loaded
                    what=found
                    view=move |gallery: AssistantGallery, session: Session| {
                        let asked = asked.get_untracked();
                        let governs = session.permissions.contains(Permission::UsersWrite);
                        let governed = governs.then_some(found);
                        view! { <Gallery gallery asked governed/> }
                    }
                />
            </div>
        </div>
        <RemovedToast found/>
    }
}

#[component]
fn Gallery(
    gallery: AssistantGallery,
    asked: Asked,
    /// For who may take down what others share.
    governed: Option<Found>,
) -> impl IntoView {
    let words = use_words();
    let is_first = asked.after.is_empty();
    let is_searched = !asked.words.is_empty();
    let AssistantGallery {
        own,
        shared,
        built_in,
    } = gallery;
    let is_nothing =
        is_searched && own.is_empty() && shared.items.is_empty() && built_in.is_empty();
    let first = (!is_first).then(|| {
        let first = Asked {
            after: String::new(),
            ..asked.clone()
        };
        view! { <a class="button" href=first.link(PATH)>{words.first_page}</a> }
    });
    let next = shared.next.clone().map(|after| {
        let next = Asked {
            after,
            ..asked.clone()
        };
        view! { <a class="button" href=next.link(PATH) rel="next">{words.next_page}</a> }
    });
    let none_yet = own.is_empty() && !is_searched && is_first;
    view! {
        {is_nothing.then(|| view! { <p class="panel__note">{words.assistants_nothing}</p> })}
        {none_yet.then(|| view! { <p class="panel__note">{words.assistants_none}</p> })}
        {is_first.then(|| view! { <Cards title=words.assistants_own cards=own is_own=true/> })}
        <Cards title=words.assistants_shared cards=shared.items governed/>
        <div class="panel__row">{first} {next}</div>
        {is_first.then(|| view! { <Cards title=words.assistants_built_in cards=built_in/> })}
    }
}
