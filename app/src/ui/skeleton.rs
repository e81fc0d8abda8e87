//! What stands where something is awaited: its outline, so that nothing jumps when it comes.

use leptos::prelude::*;

use crate::language::use_words;

/// What is awaited looks like this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Lines of text, or of a list.
    #[default]
    Lines,
    /// Questions and answers.
    Transcript,
    /// Pictures beside each other.
    Tiles,
    /// Columns of a chart.
    Chart,
    /// Rows of a table.
    Table,
}

impl Shape {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Transcript => "transcript",
            Self::Tiles => "tiles",
            Self::Chart => "chart",
            Self::Table => "table",
        }
    }

    /// How many bars make it.
    const fn bars(self) -> usize {
        match self {
            Self::Lines => 5,
            Self::Transcript => 6,
            Self::Tiles | Self::Table => 8,
            Self::Chart => 14,
        }
    }
}

/// The outline. It appears only where the wait is long enough to be noticed; screen readers are told that the region is busy.
#[component]
pub fn Skeleton(#[prop(optional)] shape: Shape) -> impl IntoView {
    let words = use_words();
    let bars = (0..shape.bars()).map(|_| view! { <span class="skeleton__bar"></span> });
    let bars = bars.collect_view();
    view! {
        <div class="skeleton" data-shape=shape.as_str() aria-busy="true">
            <span class="visually-hidden">{words.loading}</span>
            <div class="skeleton__bars" aria-hidden="true">{bars}</div>
        </div>
    }
}
