//! A box to tick.

use leptos::{html, prelude::*};

use super::alive::keep;

/// A labelled box, which a form sends as `name=value` when it is ticked.
#[component]
pub fn Check(
    name: &'static str,
    #[prop(into)] value: String,
    #[prop(into)] label: String,
    checked: RwSignal<bool>,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    // It shows what it stands for: one that is drawn again in place would still show what was ticked in another one.
    Effect::new(move |_| {
        let now = checked.get();
        if let Some(field) = field.get() {
            keep(&field, field.checked(), &now, checked, |now| {
                field.set_checked(*now);
            });
        }
    });
    view! {
        <label class="check">
            <input
                type="checkbox"
                name=name
                value=value
                checked=checked.get_untracked()
                node_ref=field
                on:change:target=move |event| checked.set(event.target().checked())
            />
            <span>{label}</span>
        </label>
    }
}
