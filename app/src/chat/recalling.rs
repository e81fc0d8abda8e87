//! From an empty composer back to the question that stands last, by the arrow that points there.

use leptos::{ev::KeyboardEvent, prelude::*};

use super::beginning::FIELD;
use crate::{
    browser,
    ui::keys::{has_modifier, is_of_input_method},
};

/// What opens the editing box of a question.
const EDIT: &str = ".message[data-speaker=\"user\"] [data-act=\"edit\"]";

/// Opens the editing box of the last question, where ↑ was pressed and nothing is typed.
pub fn edit_last(event: &KeyboardEvent, text: RwSignal<String>) {
    if event.key() != "ArrowUp"
        || event.default_prevented()
        || event.repeat()
        || is_of_input_method(event)
        || has_modifier(event)
        || !text.with_untracked(String::is_empty)
        || browser::closest(event, FIELD).is_none()
        || !browser::has(EDIT)
    {
        return;
    }
    event.prevent_default();
    browser::press_last(EDIT);
}
