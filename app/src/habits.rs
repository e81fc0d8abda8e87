//! How the reader likes the page to be: attributes of `<html>`, which the server writes, so that the first paint is right.

use leptos::prelude::*;
use leptos_meta::Html;
use model::{Habits, SendKey};

use crate::browser;

/// Says them to the style sheet and to whatever listens for keys.
#[component]
pub fn InTheDocument(habits: Habits) -> impl IntoView {
    let Habits {
        density,
        text_size,
        send_key,
        letter_keys,
        notify,
    } = habits;
    view! {
        <Html
            {..}
            data-density=density.as_str()
            data-text-size=text_size.as_str()
            data-send=send_key.as_str()
            data-letter-keys=truth(letter_keys)
            data-notify=truth(notify)
        />
    }
}

const fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// What the document says; only in a browser.
fn said(attribute: &str) -> Option<String> {
    browser::root()?.get_attribute(attribute)
}

/// Whether Enter alone breaks the line. Only in a browser.
pub fn sends_with_command() -> bool {
    said("data-send").as_deref() == Some(SendKey::Command.as_str())
}

/// Whether single letters do something. Only in a browser.
pub fn has_letter_keys() -> bool {
    said("data-letter-keys").as_deref() != Some("false")
}

/// Whether a notice is to tell of answers. Only in a browser.
pub fn notifies() -> bool {
    said("data-notify").as_deref() == Some("true")
}
