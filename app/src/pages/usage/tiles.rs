//! The sums at a glance.

use leptos::prelude::*;
use model::UsageSum;

use crate::{
    language::use_words,
    ui::figures::{count, duration, percent, yuan},
};

/// The four that always matter, and those that were used besides.
#[component]
pub fn Tiles(total: UsageSum) -> impl IntoView {
    let words = use_words();
    let each = total.cost.checked_div(total.calls);
    let each = each.map(|cost| words.usage_each(&yuan(cost)));
    let tokens = words.usage_in_out(&count(total.input_tokens), &count(total.output_tokens));
    let cached = percent(total.cached_tokens, total.input_tokens);
    let cached = (total.cached_tokens > 0).then(|| words.usage_from_cache(&cached));
    let failed =
        (total.failures > 0).then(|| words.usage_of_calls(&percent(total.failures, total.calls)));
    let besides = [
        (words.usage_images, total.images, count(total.images)),
        (
            words.usage_media,
            total.media_ms,
            duration(words, total.media_ms),
        ),
        (
            words.usage_characters,
            total.characters,
            count(total.characters),
        ),
    ];
    view! {
        <dl class="tiles">
            <Tile label=words.usage_cost figure=yuan(total.cost) note=each/>
            <Tile label=words.usage_calls figure=count(total.calls)/>
            <Tile label=words.usage_tokens figure=count(total.tokens()) note=Some(tokens) more=cached/>
            <Tile label=words.usage_failures figure=count(total.failures) note=failed/>
            {besides
                .into_iter()
                .filter(|(_, number, _)| *number > 0)
                .map(|(label, _, figure)| view! { <Tile label figure/> })
                .collect_view()}
        </dl>
    }
}

#[component]
fn Tile(
    label: &'static str,
    figure: String,
    #[prop(optional_no_strip)] note: Option<String>,
    #[prop(optional_no_strip)] more: Option<String>,
) -> impl IntoView {
    let notes = note.into_iter().chain(more);
    view! {
        <div class="tile">
            <dt>{label}</dt>
            <dd class="tile__figure">{figure}</dd>
            {notes.map(|note| view! { <dd class="tile__note">{note}</dd> }).collect_view()}
        </div>
    }
}
