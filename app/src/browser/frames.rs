//! Work that is asked for more often than there are frames.

use std::mem;

use leptos::prelude::{SetValue as _, StoredValue, UpdateValue as _};

use super::after_layout;

/// Whether the next frame has its work already.
#[derive(Clone, Copy)]
pub struct OnceAFrame(StoredValue<bool>);

impl OnceAFrame {
    /// Nothing was asked for yet.
    pub fn new() -> Self {
        Self(StoredValue::new(false))
    }

    /// Does `work` in the next frame; nothing where that has some already, however often it is asked for until then: a tab that nobody
    /// sees has no frames, and would make up for all of them in the first one.
    pub fn ask(self, work: impl FnOnce() + 'static) {
        let was_due = self.0.try_update_value(|is_due| mem::replace(is_due, true));
        if was_due == Some(false) {
            after_layout(move || {
                self.0.try_set_value(false);
                work();
            });
        }
    }
}
