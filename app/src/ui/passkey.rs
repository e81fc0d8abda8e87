//! The button for a passkey.

use leptos::prelude::*;

use crate::browser::passkeys;

/// Is there only where the browser can use passkeys.
#[component]
pub fn PasskeyButton(
    label: &'static str,
    press: Callback<()>,
    #[prop(into)] busy: Signal<Option<&'static str>>,
) -> impl IntoView {
    let is_supported = RwSignal::new(false);
    Effect::new(move |_| is_supported.set(passkeys::are_supported()));
    view! {
        <Show when=move || is_supported.get()>
            <button class="button" type="button" aria-busy=busy on:click=move |_| press.run(())>
                {label}
            </button>
        </Show>
    }
}
