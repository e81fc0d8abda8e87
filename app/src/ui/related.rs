//! What is found by what it means: a part of its own beneath what is found by words.

use leptos::prelude::*;
use model::RelatedState;

use crate::language::use_words;

/// The heading, how things stand, and the list. Nothing at all where nothing was found or looked for and all is well.
#[component]
pub fn RelatedPart(
    state: RelatedState,
    unread: i64,
    count: usize,
    children: Children,
) -> impl IntoView {
    let words = use_words();
    let note = match state {
        RelatedState::Off => return None,
        RelatedState::Failed => Some(words.related_failed.to_owned()),
        RelatedState::Ready if unread > 0 => Some(words.related_unread(&unread.to_string())),
        RelatedState::Ready => None,
    };
    if note.is_none() && count == 0 {
        return None;
    }
    Some(view! {
        <section class="related" aria-labelledby="related-heading">
            <h2 id="related-heading">{words.related}</h2>
            {note.map(|note| view! { <p class="panel__note" role="status">{note}</p> })}
            {(count > 0).then(children)}
        </section>
    })
}
