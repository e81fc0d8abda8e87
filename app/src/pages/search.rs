//! `/search`: one's own conversations, found again by their titles and by what was said; with `?folder=` and `?tag=`, those in one and with
//! one; with `?conversation=`, what was said in one.

mod asked;
mod field;
mod hits;
mod narrowing;
mod steps;
mod typed;
mod typing;
mod unknown;
mod within;

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use model::{Cabinet, SearchResults, Session};

use crate::{
    api::{
        conversations::{find_in_conversation, search_conversations},
        folders::load_cabinet,
    },
    chat::header::Header,
    error::AppError,
    language::use_words,
    ui::{awaited::awaited, loaded::Loaded},
};
use asked::Asked;
use field::Field;
use hits::Results;
use narrowing::Narrowing;
use typed::Kind;
use typing::Typing;
use unknown::UnknownNames;
use within::Within;

/// What was found, and what there is to be named where something is.
type Found = (SearchResults, Option<Cabinet>);

/// Where it is.
pub const PATH: &str = "/search";

/// The page.
#[component]
pub fn SearchPage() -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(Asked::of));
    let typing = Typing::beginning_with(asked);
    let found = Resource::new_blocking(move || asked.get(), find);
    let cabinet = Resource::new_blocking(
        move || asked.with(|asked| asked.within.is_some()),
        |is_within| async move {
            if is_within {
                Ok(Cabinet::default())
            } else {
                load_cabinet().await
            }
        },
    );
    let name = move || asked.with(|asked| asked.name(words));
    view! {
        <Title text=move || format!("{} · {}", name(), words.product)/>
        <Header>
            <h1 class="topbar__title">{name}</h1>
        </Header>
        <div class="finder" id="main" tabindex="-1" on:keydown=|event| steps::press(&event)>
            <div class="finder__column">
                <Field asked typing/>
                {awaited(move || async move {
                    let cabinet = cabinet.await.ok()?;
                    Some(view! { <Narrowing asked typing cabinet/> })
                })}
                <Loaded
                    what=found
                    view=move |(results, cabinet): Found, _session: Session| {
                        view! { <Answer asked=asked.get_untracked() results cabinet/> }
                    }
                />
            </div>
        </div>
    }
}

/// What came of it.
#[component]
fn Answer(asked: Asked, results: SearchResults, cabinet: Option<Cabinet>) -> impl IntoView {
    let cabinet = cabinet.unwrap_or_default();
    let settled = asked.settled(&cabinet);
    if !settled.unknown.is_empty() {
        return Either::Left(view! { <UnknownNames settled cabinet/> });
    }
    let asked = settled.asked;
    let title = results.within.clone();
    Either::Right(view! {
        <Within title asked=asked.clone()/>
        <Results results asked/>
    })
}

/// Looks for the names among the words, and then for the words.
async fn find(asked: Asked) -> Result<Found, AppError> {
    if !asked.has_names() {
        return Ok((search(asked).await?, None));
    }
    let cabinet = load_cabinet().await?;
    let settled = asked.settled(&cabinet);
    #[cfg(feature = "ssr")]
    lead_from(&asked, &settled.asked);
    let results = if settled.unknown.is_empty() {
        search(settled.asked).await?
    } else {
        SearchResults::default()
    };
    Ok((results, Some(cabinet)))
}

/// A page that is loaded anew is led to the address without names: where no scripts run, the field would else name one thing and the list
/// beside it another.
#[cfg(feature = "ssr")]
fn lead_from(asked: &Asked, settled: &Asked) {
    if settled != asked {
        crate::glue::lead(&settled.link());
    }
}

/// A page of what has the words, among which there are no names any more.
async fn search(asked: Asked) -> Result<SearchResults, AppError> {
    let [folder, tag] = Kind::BOTH.map(|kind| asked.id_of(kind));
    let after = (!asked.after.is_empty()).then_some(asked.after);
    match asked.within {
        Some(id) => find_in_conversation(id, asked.words, after).await,
        None => search_conversations(asked.words, folder, tag, after).await,
    }
}
