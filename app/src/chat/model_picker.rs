//! Which model answers next.

use leptos::prelude::*;
use model::{ModelChoice, ModelName};

use crate::language::use_words;

/// A plain list of choices, grouped by whether they reason first: the browser's own control is the best on every
/// device, and is part of the form without scripts.
#[component]
pub fn ModelPicker(models: Vec<ModelChoice>, chosen: RwSignal<ModelName>) -> impl IntoView {
    let words = use_words();
    let (reasoning, direct): (Vec<_>, Vec<_>) = models.into_iter().partition(|m| m.reasons);
    let group = move |label: &'static str, models: Vec<ModelChoice>| {
        (!models.is_empty()).then(|| {
            let options = models
                .into_iter()
                .map(|model| {
                    let name = model.name.clone();
                    view! {
                        <option value=name.as_str().to_owned() selected=chosen.get_untracked() == name>
                            {model.label}
                        </option>
                    }
                })
                .collect_view();
            view! { <optgroup label=label>{options}</optgroup> }
        })
    };
    let choose = move |event: leptos::ev::Event| {
        if let Ok(name) = ModelName::parse(event_target_value(&event)) {
            chosen.set(name);
        }
    };
    view! {
        <select
            class="model-picker"
            name="model"
            aria-label=words.model
            prop:value=move || chosen.with(|name| name.as_str().to_owned())
            on:change=choose
        >
            {group(words.other_models, direct)}
            {group(words.reasoning_models, reasoning)}
        </select>
    }
}
