//! Which model makes it, and what it asks for that.

use leptos::prelude::*;

use super::picker::{Choice, ListField};
use crate::{address::with_query, language::use_words};

/// A list of models, each with its price.
#[component]
pub fn ModelField(
    typed: RwSignal<String>,
    #[prop(into)] models: Signal<Vec<Choice>>,
    /// The page's path: without scripts, another model is another page.
    path: &'static str,
) -> impl IntoView {
    let words = use_words();
    let links = models.get_untracked();
    view! {
        <ListField name="wish[model]" label=words.model typed choices=models/>
        <p class="field__hint" data-needs="no-script">
            {words.choices_of_model}
            {links
                .into_iter()
                .map(|model| {
                    let href = with_query(path, &[("model", &model.value)]);
                    view! { " " <a href=href rel="external">{model.value}</a> }
                })
                .collect_view()}
        </p>
    }
}
