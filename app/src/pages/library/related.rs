//! Works that mean something like the words that were looked for, beneath those that have them in their prompts.

use leptos::prelude::*;
use model::{Related, RelatedState, WorkView};

use super::{Shelf, tile::Tile};
use crate::{error::AppError, language::use_words, ui::related::RelatedPart};

/// Them, as they are loaded.
pub type FoundRelated = Resource<Result<Related<WorkView>, AppError>>;

/// The part of the page. What could not be found out is said, and what was found by words stays.
#[component]
pub fn RelatedWorks(related: FoundRelated, shelf: Shelf) -> impl IntoView {
    let words = use_words();
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let found = related.await;
                let Related { mut items, state, unread } =
                    found.unwrap_or_else(|_| Related::none(RelatedState::Failed));
                shelf.works.with_untracked(|works| items.retain(|one| works.iter().all(|work| work.id != one.id)));
                let count = items.len();
                shelf.related.try_set(items);
                view! {
                    <RelatedPart state unread count>
                        <ul class="shelf" aria-label=words.related>
                            <For each=move || shelf.related.get() key=|work| work.id let:work>
                                <Tile work shelf/>
                            </For>
                        </ul>
                    </RelatedPart>
                }
            })}
        </Transition>
    }
}
