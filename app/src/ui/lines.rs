//! A few lines of text.

use leptos::prelude::*;

use super::{described::described, text_field::as_text};

/// A labelled area for a few lines, which may stay empty unless they are `required`.
#[component]
pub fn LinesField(
    name: &'static str,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(optional)] required: bool,
    #[prop(into, optional)] hint: Option<String>,
    #[prop(into, optional)] problem: Signal<Option<String>>,
) -> impl IntoView {
    let problem_id = format!("{name}-problem");
    let hint_id = hint.as_ref().map(|_| format!("{name}-hint"));
    let described = described(hint_id.clone(), problem_id.clone(), problem);
    view! {
        <div class="field">
            <label class="field__label" for=name>{label}</label>
            <textarea
                class="field__line field__area"
                id=name
                name=name
                rows="3"
                required=required
                autocomplete="off"
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                aria-describedby=described
                on:input:target=move |event| value.set(event.target().value())
            >
                {as_text(value.get_untracked())}
            </textarea>
            {hint.map(|hint| view! { <p class="field__hint" id=hint_id>{hint}</p> })}
            {move || {
                problem
                    .get()
                    .map(|text| view! { <p class="field__problem" id=problem_id.clone() role="alert">{text}</p> })
            }}
        </div>
    }
}
