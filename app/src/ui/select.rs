//! One of several, by the browser's own list.

use leptos::prelude::*;

/// A labelled list. `options` are values and what they are called.
#[component]
pub fn Select(
    name: &'static str,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    options: Vec<(String, String)>,
) -> impl IntoView {
    let chosen = value.get_untracked();
    view! {
        <div class="field">
            <label class="field__label" for=name>{label}</label>
            <select
                class="field__line"
                id=name
                name=name
                on:change:target=move |event| value.set(event.target().value())
            >
                {options
                    .into_iter()
                    .map(|(option, label)| {
                        let is_chosen = option == chosen;
                        view! { <option value=option selected=is_chosen>{label}</option> }
                    })
                    .collect_view()}
            </select>
        </div>
    }
}
