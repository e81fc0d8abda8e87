//! What forms that narrow a list are put together from.

use leptos::prelude::*;

use crate::language::Words;

/// Choices for a [`Select`](crate::ui::select::Select), after the one that narrows nothing.
pub fn or_all(
    words: &Words,
    choices: impl IntoIterator<Item = (String, String)>,
) -> Vec<(String, String)> {
    let all = (String::new(), words.filter_all.to_owned());
    std::iter::once(all).chain(choices).collect()
}

/// A labelled field for the words that are searched for.
#[component]
pub fn SearchField(
    name: &'static str,
    label: &'static str,
    value: String,
    #[prop(optional)] hint: Option<&'static str>,
    /// What the browser takes, as HTML's `pattern`; what it does not take is answered with the hint.
    #[prop(optional)]
    pattern: Option<&'static str>,
) -> impl IntoView {
    let refusal = pattern.and(hint);
    let hint = hint.map(|hint| (format!("{name}-hint"), hint));
    let described = hint.as_ref().map(|(id, _)| id.clone());
    view! {
        <div class="field filters__search">
            <label class="field__label" for=name>{label}</label>
            <input
                class="field__line"
                type="search"
                id=name
                name=name
                maxlength="100"
                autocomplete="off"
                pattern=pattern
                title=refusal
                aria-describedby=described
                value=value
            />
            {hint.map(|(id, hint)| view! { <p class="field__hint" id=id>{hint}</p> })}
        </div>
    }
}
