//! What is sensitive needs a fresh proof of who asks.

use leptos::prelude::*;

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
