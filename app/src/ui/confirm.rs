//! What can't be undone is asked for twice: a disclosure that works without scripts.

use leptos::prelude::*;

/// A button that opens a question, whose form is inside.
#[component]
pub fn Confirm(
    /// On the button.
    #[prop(into)]
    label: String,
    /// For screen readers, where several buttons are called the same.
    #[prop(into, optional)]
    of: Option<String>,
    /// What will happen.
    #[prop(into)]
    question: String,
    children: Children,
) -> impl IntoView {
    let name = of.map(|of| format!("{label}: {of}"));
    view! {
        <details class="confirm">
            <summary class="button" aria-label=name>{label}</summary>
            <div class="confirm__question">
                <p>{question}</p>
                {children()}
            </div>
        </details>
    }
}
