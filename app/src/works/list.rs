//! All makings of a page, newest first.

use leptos::prelude::*;

use super::{card::MakingCard, desk::use_desk};
use crate::{language::use_words, ui::notice::Notice};

/// The cards, or what to do where there are none.
#[component]
pub fn MakingList(
    /// What this page can do, for who has made nothing yet.
    empty: &'static str,
) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let makings = desk.makings;
    let is_empty = Memo::new(move |_| makings.list.with(Vec::is_empty));
    view! {
        <section class="makings" aria-label=words.what_was_made>
            {move || makings.is_offline.get().then(|| view! { <p class="notice" role="status">{words.makings_offline}</p> })}
            <Notice error=makings.problem/>
            <Show when=move || is_empty.get()>
                <p class="makings__empty">{empty}</p>
            </Show>
            <For each=move || makings.list.get() key=|open| open.id let:open>
                <MakingCard open/>
            </For>
            <Show when=move || makings.next.with(Option::is_some)>
                <button class="button makings__more" type="button" data-needs="script" on:click=move |_| makings.more()>
                    {words.load_more}
                </button>
            </Show>
        </section>
    }
}
