//! Search fields that stay while the address beneath them changes.

use leptos::{html, prelude::*};

/// Has the field say what is looked for as soon as that is something else than it was: whoever goes back sees the words that the page is
/// about. Until then what is typed stays.
pub fn show_sought(
    field: NodeRef<html::Input>,
    sought: impl Fn() -> String + Send + Sync + 'static,
) {
    Effect::new(move |before: Option<String>| {
        let now = sought();
        let is_other = before.is_some_and(|before| before != now);
        if let Some(field) = field.get_untracked().filter(|_| is_other) {
            field.set_value(&now);
        }
        now
    });
}
