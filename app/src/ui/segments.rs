//! One of a few, each a link, so that the address says which.

use leptos::prelude::*;

/// A choice: what it is called, where it leads, and whether it is the one that is shown.
#[derive(Clone, Debug)]
pub struct Segment {
    /// What it is called.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is the one that is shown.
    pub chosen: bool,
}

/// The choices beside each other.
#[component]
pub fn Segments(#[prop(into)] label: String, choices: Vec<Segment>) -> impl IntoView {
    view! {
        <div class="choice" role="group" aria-label=label>
            {choices
                .into_iter()
                .map(|choice| view! {
                    <a class="choice__option" href=choice.href aria-current=choice.chosen.then_some("true")>
                        {choice.label}
                    </a>
                })
                .collect_view()}
        </div>
    }
}
