//! In which conversation is looked: the way back there, and the way to all of them.

use leptos::prelude::*;
use model::Title;

use super::Asked;
use crate::language::use_words;

/// Where only one is looked through.
#[component]
pub(super) fn Within(title: Option<Title>, asked: Asked) -> impl IntoView {
    let words = use_words();
    asked.within.zip(title).map(|(id, title)| {
        let everywhere = Asked {
            words: asked.words,
            ..Asked::default()
        };
        view! {
            <p class="finder__within">
                <a href=format!("/c/{id}")><bdi>{String::from(title)}</bdi></a>
                <a href=everywhere.link()>{words.find_everywhere}</a>
            </p>
        }
    })
}
