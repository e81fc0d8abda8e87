//! What is typed stays in the tab, whatever is loaded in it meanwhile.

use leptos::prelude::*;

use super::{typed::Typed, wanted::Wanted};
use crate::{api::works::WishForm, browser};

/// Keeps what is typed, and types it again when the page comes back. What the address asks for wins.
pub fn keep_draft(typed: Typed, wanted: Wanted) {
    let key = format!("works.{}", typed.kind.get_untracked());
    Effect::new(move |was_there: Option<bool>| {
        let form = typed.form();
        if was_there.is_none() {
            let kept = browser::kept(&key)
                .and_then(|text| serde_json::from_str::<WishForm>(&text).ok())
                .filter(|_| wanted.again.is_empty() && form.prompt.is_empty());
            if let Some(mut kept) = kept {
                if !wanted.image.is_empty() {
                    kept.image.clone_from(&wanted.image);
                    kept.mask.clear();
                }
                // After the fields have found out what the browser had put into them.
                browser::after_layout(move || typed.fill(kept));
            }
            return true;
        }
        if let Ok(text) = serde_json::to_string(&form) {
            browser::keep(&key, &text);
        }
        true
    });
}
