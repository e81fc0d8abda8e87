//! Works that mean something like the words that were looked for, beneath those that have them in their prompts.

use leptos::prelude::*;
use model::{LibraryId, LibraryItem, Related, RelatedState, WorkView};

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
                shelf.items.with_untracked(|shown| items.retain(|one| shown.iter().all(|item| item.id() != LibraryId::Work(one.id))));
                let count = items.len();
                shelf.related.try_set(items);
                view! {
                    <RelatedPart state unread count>
                        <ul class="shelf" aria-label=words.related>
                            <For each=move || shelf.related.get() key=|work| work.id let:work>
                                <Tile item=LibraryItem::Work(work) shelf/>
                            </For>
                        </ul>
                    </RelatedPart>
                }
            })}
        </Transition>
    }
}
