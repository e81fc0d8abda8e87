//! What is sensitive needs a fresh proof of who asks. Where scripts run a dialog asks for it over the page and the act
//! is repeated; without them `/settings/confirm` does, and leads back.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_location;

use crate::{
    address::with_query,
    api::security::load_security,
    browser,
    language::use_words,
    pages::settings::confirm::Proofs,
    routes::opened::{Opened, OpenedPart},
    ui::{awaited::awaited_aloud, dialog::Dialog},
};

/// Where the same is asked by a page.
const PATH: &str = "/settings/confirm";

/// Who asks for a fresh proof, for the page below it.
#[derive(Clone, Copy)]
pub struct StepUp {
    open: RwSignal<bool>,
    then: StoredValue<Option<Callback<()>>>,
}

impl StepUp {
    /// Nothing is asked yet.
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            then: StoredValue::new(None),
        }
    }

    /// Asks, and goes on with `then` when the proof was good.
    pub fn ask(self, then: impl Fn() + Send + Sync + 'static) {
        self.then
            .try_set_value(Some(Callback::new(move |()| then())));
        self.open.try_set(true);
    }
}

/// The dialog's place, which is empty until something asks.
#[component]
pub fn StepUpDialog() -> impl IntoView {
    let step_up = expect_context::<StepUp>();
    let path = use_location().pathname;
    // As where no scripts run.
    let missing = Callback::new(move |()| {
        step_up.open.try_set(false);
        let path = path.get_untracked();
        browser::go_to(&with_query(PATH, &[("next", path.as_str())]));
    });
    view! { <OpenedPart what=Opened::Proof wanted=step_up.open missing/> }
}

/// The dialog.
#[component]
pub fn ProofDialog() -> impl IntoView {
    let words = use_words();
    let step_up = expect_context::<StepUp>();
    let proven = Callback::new(move |()| {
        step_up.open.set(false);
        let then = step_up.then.try_update_value(Option::take).flatten();
        if let Some(then) = then {
            then.try_run(());
        }
    });
    view! {
        <Dialog open=step_up.open title=words.confirm_title>
            <AskForProof proven/>
        </Dialog>
    }
}

/// Loads what can be asked for, when it is asked.
#[component]
fn AskForProof(proven: Callback<()>) -> impl IntoView {
    let words = use_words();
    let overview = Resource::new(|| (), |()| load_security());
    awaited_aloud(move || async move {
        match overview.await {
            Ok(overview) => Either::Left(view! { <Proofs overview proven/> }),
            Err(error) => Either::Right(view! { <p role="alert">{words.failure(error.code)}</p> }),
        }
    })
}
