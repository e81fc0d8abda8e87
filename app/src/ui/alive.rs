//! Fields that show what their signal says, from when the page is alive.

use leptos::prelude::*;
use web_sys::Element;

/// Set on a field that shows its signal's value. One that the page draws again in place keeps it, though the component is a new one.
const ALIVE: &str = "data-alive";

/// Has `field`, where `present` is entered, show the `wanted` value of `signal`. What was entered, or filled in by the browser, before the
/// page was alive is taken over instead: setting the property from the beginning would wipe it.
pub fn keep<T: PartialEq + Send + Sync + 'static>(
    field: &Element,
    present: T,
    wanted: &T,
    signal: RwSignal<T>,
    show: impl FnOnce(&T),
) {
    let is_alive = field.has_attribute(ALIVE);
    if !is_alive {
        // A constant attribute can be set.
        let _marked = field.set_attribute(ALIVE, "");
    }
    if present == *wanted {
        return;
    }
    if is_alive {
        show(wanted);
    } else {
        signal.set(present);
    }
}
