//! A box to tick.

use leptos::prelude::*;

/// A labelled box, which a form sends as `name=value` when it is ticked.
#[component]
pub fn Check(
    name: &'static str,
    #[prop(into)] value: String,
    #[prop(into)] label: String,
    checked: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                name=name
                value=value
                checked=checked.get_untracked()
                on:change:target=move |event| checked.set(event.target().checked())
            />
            <span>{label}</span>
        </label>
    }
}
