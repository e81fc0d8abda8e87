//! What the chat shows seldom, from a part of the module that is loaded when it is first wanted.

use leptos::prelude::*;
use leptos_router::ChooseView;
use send_wrapper::SendWrapper;

use crate::{language::use_words, routes::Own};

/// Shows `page` while it is wanted, which is never where no scripts run.
#[component]
pub fn Part(page: Own, wanted: Signal<bool>) -> impl IntoView {
    let words = use_words();
    move || {
        wanted.get().then(|| {
            view! {
                <Suspense fallback=move || view! { <p role="status">{words.loading}</p> }>
                    // What loads a part belongs to the browser's one thread.
                    {move || Suspend::new(SendWrapper::new(page.choose()))}
                </Suspense>
            }
        })
    }
}
