//! Assistants, a card each.

use leptos::prelude::*;
use model::{AssistantCard, Audience};

use super::{Found, PATH, begin_link, governing::TakeDown};
use crate::{
    address::with_query,
    chat::beginning::Sign,
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// Some of them under a heading; nothing where there are none.
#[component]
pub(super) fn Cards(
    title: &'static str,
    cards: Vec<AssistantCard>,
    #[prop(optional)] is_own: bool,
    /// For who may take them down: what is loaded anew then.
    #[prop(default = None)]
    governed: Option<Found>,
) -> impl IntoView {
    (!cards.is_empty()).then(|| {
        view! {
            <section class="finder__kind">
                <h2 class="finder__heading">{title}</h2>
                <ul class="assistants" aria-label=title>
                    {cards
                        .into_iter()
                        .map(|card| view! { <Card card is_own governed/> })
                        .collect_view()}
                </ul>
            </section>
        }
    })
}

#[component]
fn Card(card: AssistantCard, is_own: bool, governed: Option<Found>) -> impl IntoView {
    let words = use_words();
    let key = card.key.to_string();
    let for_whom = match card.audience {
        Audience::Group if is_own => Some(words.assistant_for_group),
        Audience::Everybody if is_own => Some(words.assistant_for_everybody),
        Audience::Private | Audience::Group | Audience::Everybody => None,
    };
    let (way, label, icon) = if is_own {
        (format!("{PATH}/{key}/edit"), words.edit, Icon::Pen)
    } else {
        let copy = with_query("/assistants/new", &[("from", &key)]);
        (copy, words.assistant_copy, Icon::Copy)
    };
    // What an application knows is not in a copy.
    let can_be_copied = is_own || !card.is_application;
    let name = card.name.clone();
    let take_down = governed.map(|found| {
        view! { <TakeDown id=key.clone() of=card.name.clone() found/> }
    });
    view! {
        <li class="assistant">
            <Sign emoji=card.emoji name=card.name.clone() picture=card.picture/>
            <h3 class="assistant__name">
                <a class="assistant__link" href=begin_link(&key)>{card.name}</a>
            </h3>
            {can_be_copied
                .then(|| {
                    view! {
                        <a
                            class="icon-button assistant__way"
                            href=way
                            title=label
                            aria-label=format!("{label}: {name}")
                        >
                            <Glyph icon/>
                        </a>
                    }
                })}
            <p class="assistant__about">{card.description}</p>
            {card.is_application.then(|| view! { <p class="assistant__mark">{words.assistant_application}</p> })}
            {take_down}
            {for_whom.map(|whom| view! { <p class="assistant__mark">{whom}</p> })}
        </li>
    }
}
