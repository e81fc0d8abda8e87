//! What the chat shows seldom, from a part of the module that is loaded when it is first wanted.

use leptos::prelude::*;
use model::FailureCode;
use send_wrapper::SendWrapper;

use crate::{
    error::AppError,
    routes::Own,
    ui::{awaited::awaited_aloud, part_failed::PartFailed},
};

/// Shows `page` while it is wanted, which is never where no scripts run. Where it can't be had, it is asked for once more in its place:
/// the page stays as it is, with what is typed there.
#[component]
pub fn Part(page: Own, wanted: Signal<bool>) -> impl IntoView {
    let tries = RwSignal::new(0_u32);
    let again = Callback::new(move |()| tries.update(|tries| *tries += 1));
    let drawn = move || async move {
        let Some(view) = page.load().await else {
            let error = AppError::new(FailureCode::Overloaded);
            return view! { <PartFailed error again/> }.into_any();
        };
        view
    };
    move || {
        let is_wanted = wanted.get();
        is_wanted.then(|| {
            awaited_aloud(move || {
                tries.track();
                // What loads a part belongs to the browser's one thread.
                SendWrapper::new(drawn())
            })
        })
    }
}
