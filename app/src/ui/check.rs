//! A box to tick.

use leptos::{html, prelude::*};

/// Set on a box that shows its signal's value. One that the page draws again in place keeps it, though the component is a new one.
const ALIVE: &str = "data-alive";

/// A labelled box, which a form sends as `name=value` when it is ticked.
#[component]
pub fn Check(
    name: &'static str,
    #[prop(into)] value: String,
    #[prop(into)] label: String,
    checked: RwSignal<bool>,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    // What was ticked before the page was alive is taken over. From then on the box shows what it stands for: one that is drawn again in
    // place would still show what was ticked in another one.
    Effect::new(move |_| {
        let now = checked.get();
        let Some(field) = field.get() else { return };
        let shown = field.checked();
        if field.has_attribute(ALIVE) {
            if shown != now {
                field.set_checked(now);
            }
            return;
        }
        // A constant attribute can be set.
        let _marked = field.set_attribute(ALIVE, "");
        if shown != now {
            checked.set(shown);
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
