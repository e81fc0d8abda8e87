//! What was found, and why there is nothing.

use leptos::{either::Either, prelude::*, task::spawn_local};
use model::{FoundMessage, Piece, SearchHit, SearchResults, Speaker};

use super::{Asked, search};
use crate::{
    chat::found::message_link,
    error::AppError,
    language::{Words, use_words},
    ui::{moment::Moment, notice::Notice},
};

/// A page of hits, and more of them on demand.
#[component]
pub(super) fn Results(results: SearchResults, asked: Asked) -> impl IntoView {
    let words = use_words();
    let indexing = results
        .is_indexing
        .then(|| view! { <p class="notice" role="status">{words.search_indexing}</p> });
    let has_none = results.hits.items.is_empty() && results.hits.next.is_none();
    if results.is_blank || has_none {
        return Either::Left(view! {
            <Nothing asked is_blank=results.is_blank/>
            {indexing}
        });
    }
    let hits = RwSignal::new(results.hits.items);
    let next = RwSignal::new(results.hits.next);
    let problem = RwSignal::new(None::<AppError>);
    let is_within = asked.within.is_some();
    let asked = StoredValue::new(asked);
    let is_loading = RwSignal::new(false);
    let more = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        // A second press before the answer would have the same page appended twice.
        if is_loading.get_untracked() {
            return;
        }
        is_loading.set(true);
        let asked = Asked {
            after: next.get_untracked().unwrap_or_default(),
            ..asked.get_value()
        };
        spawn_local(async move {
            let found = search(asked).await;
            is_loading.try_set(false);
            match found {
                Ok(found) => {
                    next.try_set(found.hits.next);
                    hits.try_update(|hits| hits.extend(found.hits.items));
                }
                Err(error) => drop(problem.try_set(Some(error))),
            }
        });
    };
    let link = move || {
        let following = Asked {
            after: next.get().unwrap_or_default(),
            ..asked.get_value()
        };
        following.link()
    };
    let count = move || {
        let count = hits.with(Vec::len);
        let has_more = next.with(Option::is_some);
        if has_more && count == 0 {
            words.search_go_on.to_owned()
        } else if has_more {
            words.search_count_more(&count.to_string())
        } else {
            words.search_count(&count.to_string())
        }
    };
    Either::Right(view! {
        <p class="finder__count" role="status">{count}</p>
        {indexing}
        <HitList hits is_within title=words.search_titles is_shown=|hit| hit.message.is_none()/>
        <HitList hits is_within title=words.search_messages is_shown=|hit| hit.message.is_some()/>
        <Notice error=problem/>
        <Show when=move || next.with(Option::is_some)>
            <a class="button finder__more" href=link rel="external" on:click=more>{words.load_more}</a>
        </Show>
    })
}

/// Why there is nothing, and what may help.
#[component]
fn Nothing(asked: Asked, is_blank: bool) -> impl IntoView {
    let words = use_words();
    let (hint, nothing_hint) = if asked.within.is_some() {
        (words.find_hint, words.find_nothing_hint)
    } else if asked.narrowed.is_narrow() {
        (words.search_narrow_hint, words.search_nothing_hint)
    } else {
        (words.search_hint, words.search_nothing_hint)
    };
    if asked.words.trim().is_empty() {
        return Either::Left(view! { <p class="finder__hint">{hint}</p> });
    }
    let (what, help) = if is_blank {
        (words.search_blank.to_owned(), hint)
    } else if asked.after.is_empty() {
        (words.search_nothing(asked.words.trim()), nothing_hint)
    } else {
        (words.search_no_more.to_owned(), nothing_hint)
    };
    let everywhere = asked.narrowed.is_narrow().then(|| {
        let everywhere = asked.everywhere().link();
        view! { <p><a href=everywhere>{words.find_everywhere}</a></p> }
    });
    Either::Right(view! {
        <div class="finder__nothing" role="status">
            <p>{what}</p>
            <p class="finder__hint">{help}</p>
            {everywhere}
        </div>
    })
}

/// The hits of one kind, under their heading.
#[component]
fn HitList(
    hits: RwSignal<Vec<SearchHit>>,
    /// All of them are of one conversation, which is named above.
    is_within: bool,
    title: &'static str,
    is_shown: fn(&SearchHit) -> bool,
) -> impl IntoView {
    let shown = Memo::new(move |_| {
        hits.with(|hits| {
            let shown = hits.iter().filter(|hit| is_shown(hit));
            shown.cloned().collect::<Vec<_>>()
        })
    });
    view! {
        <Show when=move || shown.with(|shown| !shown.is_empty())>
            <section class="finder__kind">
                <h2 class="finder__heading">{title}</h2>
                <ul class="hits">
                    <For each=move || shown.get() key=key let:hit>
                        <Hit hit is_within/>
                    </For>
                </ul>
            </section>
        </Show>
    }
}

fn key(hit: &SearchHit) -> (model::ConversationId, Option<model::MessageId>) {
    (
        hit.conversation,
        hit.message.as_ref().map(|message| message.id),
    )
}

#[component]
fn Hit(hit: SearchHit, is_within: bool) -> impl IntoView {
    let words = use_words();
    let href = match &hit.message {
        Some(message) => message_link(hit.conversation, message.id),
        None => format!("/c/{}", hit.conversation),
    };
    let speaker = hit
        .message
        .as_ref()
        .map(|message| view! { <span>{speaker(words, message)}</span> });
    let archived = hit
        .archived
        .then(|| view! { <span class="hit__tag">{words.archived}</span> });
    let title = (!is_within).then(|| view! { <span class="hit__title">{marked(hit.title)}</span> });
    let passage = hit.message.map(|message| {
        view! { <span class="hit__passage">{marked(message.passage)}</span> }
    });
    view! {
        <li class="hit">
            <a class="hit__link" href=href>
                {title}
                {passage}
                <span class="hit__facts">{speaker}<Moment at=hit.at/>{archived}</span>
            </a>
        </li>
    }
}

fn speaker(words: &Words, message: &FoundMessage) -> &'static str {
    match message.speaker {
        Speaker::User => words.you,
        Speaker::Assistant => words.assistant,
    }
}

/// Text with what was looked for marked. Whatever stands in it stays text, and turns no text around it.
fn marked(pieces: Vec<Piece>) -> impl IntoView {
    let pieces = pieces.into_iter().map(|piece| {
        if piece.found {
            Either::Left(view! { <mark>{piece.text}</mark> })
        } else {
            Either::Right(piece.text)
        }
    });
    view! { <bdi>{pieces.collect_view()}</bdi> }
}
