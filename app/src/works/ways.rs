//! From words, or from an image.

use leptos::prelude::*;

use crate::language::use_words;

/// Whether it is made from an image: at first where there is one, and whenever one comes from elsewhere.
pub fn from_image_of(image: RwSignal<String>) -> RwSignal<bool> {
    let from_image = RwSignal::new(image.with_untracked(|image| !image.is_empty()));
    Effect::new(move |before: Option<String>| {
        let image = image.get();
        if before.is_some_and(|before| before != image) && !image.is_empty() {
            from_image.set(true);
        }
        image
    });
    from_image
}

/// Both beside each other. `image` is what the second one is called.
#[component]
pub fn Ways(from_image: RwSignal<bool>, image: &'static str) -> impl IntoView {
    let words = use_words();
    let way = move |own: bool, label: &'static str| {
        view! {
            <button
                class="choice__option"
                type="button"
                aria-pressed=move || if from_image.get() == own { "true" } else { "false" }
                on:click=move |_| from_image.set(own)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="choice" role="group" aria-label=words.made_from data-needs="script">
            {way(false, words.from_words)}
            {way(true, image)}
        </div>
    }
}
