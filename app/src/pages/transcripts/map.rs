//! The mind map: a nested list, which every reader can read; lines between its thoughts are drawn by the style sheet.

use leptos::prelude::*;
use model::transcript::Thought;

use crate::ui::visible::visible;

/// A thought with those that belong to it.
pub(super) fn thoughts(thought: Thought) -> AnyView {
    let below = (!thought.thoughts.is_empty()).then(|| {
        let items = thought.thoughts.into_iter().map(thoughts).collect_view();
        view! { <ul class="map__branches">{items}</ul> }
    });
    view! { <li class="map__thought"><span class="map__title">{visible(thought.title)}</span>{below}</li> }
        .into_any()
}

/// All of it.
#[component]
pub(super) fn MindMap(map: Thought, #[prop(into)] label: String) -> impl IntoView {
    view! { <ul class="map" aria-label=label>{thoughts(map)}</ul> }
}
