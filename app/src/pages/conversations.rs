//! `/conversations`: keeping order among one's conversations, the archive and the trash, several at once.

mod acts;
mod lines;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use model::{ConversationSummary, Page, Session, Shelf};

use crate::{
    address::with_query,
    api::conversations::load_shelf,
    chat::{header::Header, sidebar::Sidebar},
    language::{Words, use_words},
    ui::{
        loaded::Loaded,
        notice::problem_in_query,
        segments::{Segment, Segments},
    },
};
use lines::Lines;

/// A page of conversations.
type Listed = Page<ConversationSummary>;

/// Where it is.
pub const PATH: &str = "/conversations";

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    shelf: Shelf,
    /// From this cursor on.
    after: String,
}

impl Asked {
    fn of(query: &ParamsMap) -> Self {
        let shelf = query.get_str("shelf").and_then(Shelf::from_name);
        Self {
            shelf: shelf.unwrap_or_default(),
            after: query.get_str("after").unwrap_or_default().to_owned(),
        }
    }

    /// Where it is asked for.
    fn link(&self) -> String {
        let shelf = match self.shelf {
            Shelf::Kept => "",
            Shelf::Archive | Shelf::Trash => self.shelf.as_str(),
        };
        with_query(PATH, &[("shelf", shelf), ("after", &self.after)])
    }
}

/// The page.
#[component]
pub fn ConversationsPage() -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(Asked::of));
    // What was taken back from elsewhere on the page is here again.
    let changes = expect_context::<Sidebar>().changes();
    let page = Resource::new_blocking(
        move || (asked.get(), changes.get()),
        |(asked, _)| {
            let after = (!asked.after.is_empty()).then_some(asked.after);
            load_shelf(asked.shelf.as_str().to_owned(), after)
        },
    );
    let shelves = move || {
        let chosen = asked.get().shelf;
        let segment = |shelf| Segment {
            label: shelf_name(words, shelf).to_owned(),
            chosen: shelf == chosen,
            href: Asked {
                shelf,
                after: String::new(),
            }
            .link(),
        };
        let choices = Shelf::ALL.map(segment).to_vec();
        view! { <Segments label=words.tidy choices/> }
    };
    let problem = problem_in_query();
    view! {
        <Title text=format!("{} · {}", words.tidy, words.product)/>
        <Header>
            <h1 class="topbar__title">{words.tidy}</h1>
        </Header>
        <div class="finder" id="main" tabindex="-1">
            <div class="finder__column">
                {shelves}
                {problem.map(|code| view! { <p class="notice" data-tone="danger" role="alert">{words.failure(code)}</p> })}
                <p class="finder__hint"><a href="/settings/import">{words.import}</a></p>
                <Loaded
                    what=page
                    view=move |lines: Listed, _session: Session| {
                        view! { <Lines lines asked=asked.get_untracked() page/> }
                    }
                />
            </div>
        </div>
    }
}

fn shelf_name(words: &Words, shelf: Shelf) -> &'static str {
    match shelf {
        Shelf::Kept => words.shelf_kept,
        Shelf::Archive => words.shelf_archive,
        Shelf::Trash => words.shelf_trash,
    }
}
