//! What the chat shows seldom, from a part of the module that is loaded when it is first wanted.

use leptos::prelude::*;
use leptos_router::ChooseView;
use send_wrapper::SendWrapper;

use crate::{routes::Own, ui::awaited::awaited_aloud};

/// Shows `page` while it is wanted, which is never where no scripts run.
#[component]
pub fn Part(page: Own, wanted: Signal<bool>) -> impl IntoView {
    move || {
        let is_wanted = wanted.get();
        // What loads a part belongs to the browser's one thread.
        is_wanted.then(|| awaited_aloud(move || SendWrapper::new(page.choose())))
    }
}
