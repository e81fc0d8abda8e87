//! Before the first question.

use leptos::prelude::*;

use super::beginning::Starting;
use crate::{language::use_words, ui::icon::Mark};

/// A greeting and four questions to begin with; choosing one fills the composer.
#[component]
pub fn Greeting(text: RwSignal<String>) -> impl IntoView {
    let words = use_words();
    let starting = Starting::new(text);
    view! {
        <section class="greeting">
            <Mark/>
            <h1>{words.greeting}</h1>
            <ul class="greeting__starters" data-needs="script">
                {[words.starter_1, words.starter_2, words.starter_3, words.starter_4]
                    .map(|starter| {
                        view! {
                            <li>
                                <button class="greeting__starter" type="button" on:click=move |_| starting.choose(starter)>
                                    {starter}
                                </button>
                            </li>
                        }
                    })
                    .into_iter()
                    .collect_view()}
            </ul>
        </section>
    }
}
