//! What all parts of a page of makings work with.

use std::time::Duration;

use leptos::prelude::*;
use model::{Wish, WorkId};

use super::{makings::Makings, press::Press};

/// The page's own things, as a context for its parts.
#[derive(Clone, Copy)]
pub struct Desk {
    /// What was wished for.
    pub makings: Makings,
    /// The button.
    pub press: Press,
    /// The time by the server's clock, in milliseconds; nothing until the page is alive.
    pub now: RwSignal<Option<f64>>,
    /// The work that is shown large.
    pub shown: RwSignal<Option<WorkId>>,
    /// Types a wish into the form.
    pub use_again: Callback<Wish>,
    /// The page's path.
    pub path: &'static str,
}

impl Desk {
    /// Lays it out for the parts below, and keeps it going while the page stands.
    pub fn provide(self) {
        provide_context(self);
        self.makings.watch();
        let busy = self.makings.is_busy();
        Effect::new(move |_| {
            let now = move || {
                self.now.try_set(Some(self.makings.now_ms()));
            };
            if busy.get() {
                now();
                if let Ok(timer) = set_interval_with_handle(now, Duration::from_secs(1)) {
                    on_cleanup(move || timer.clear());
                }
            }
        });
    }
}

/// The page's own things.
pub fn use_desk() -> Desk {
    expect_context()
}
