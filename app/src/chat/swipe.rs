//! On a narrow screen a finger swipes the sidebar open and shut, from anywhere but what scrolls sideways itself. How the
//! drawer moves, or doesn't, is the style sheet's.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use crate::{browser, over::shortcuts::SIDEBAR};

/// The shortest swipe, in pixels.
const SHORTEST: i32 = 56;
/// The longest, in milliseconds: what takes longer selects text, or is a thought better of.
const LONGEST_MS: f64 = 600.0;

/// Where a finger is never a swipe.
const ELSEWHERE: &str =
    "input:not([type=\"checkbox\"]), textarea, select, dialog, canvas, audio, video";

/// Where and when a finger came down.
#[derive(Clone, Copy)]
struct Start {
    finger: i32,
    x: i32,
    y: i32,
    at: f64,
}

/// What a finger's way asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Swipe {
    Open,
    Close,
}

/// So far to the right and down, in so many milliseconds.
fn meant(right: i32, down: i32, ms: f64) -> Option<Swipe> {
    let is_sideways = right.abs() >= SHORTEST && right.abs() >= 2 * down.abs();
    if !is_sideways || ms > LONGEST_MS {
        return None;
    }
    Some(if right > 0 { Swipe::Open } else { Swipe::Close })
}

/// Follows fingers as long as the part of the page around is there.
pub fn follow_fingers() {
    let start = StoredValue::new(None::<Start>);
    Effect::new(move |_| {
        let down = window_event_listener(ev::pointerdown, move |event| {
            let is_finger = event.pointer_type() == "touch" && event.is_primary();
            let may_swipe = is_finger && browser::has_drawer() && !is_elsewhere(&event);
            start.try_set_value(may_swipe.then(|| Start {
                finger: event.pointer_id(),
                x: event.client_x(),
                y: event.client_y(),
                at: event.time_stamp(),
            }));
        });
        let up = window_event_listener(ev::pointerup, move |event| {
            let from = start.try_update_value(Option::take).flatten();
            let Some(from) = from.filter(|from| from.finger == event.pointer_id()) else {
                return;
            };
            let (right, down) = (event.client_x() - from.x, event.client_y() - from.y);
            let wanted = match meant(right, down, event.time_stamp() - from.at) {
                Some(Swipe::Open) => true,
                Some(Swipe::Close) => false,
                None => return,
            };
            if is_open() != wanted {
                browser::press_last(SIDEBAR);
            }
        });
        // The browser scrolls or zooms instead.
        let cancel = window_event_listener(ev::pointercancel, move |_| {
            start.try_set_value(None);
        });
        on_cleanup(move || {
            down.remove();
            up.remove();
            cancel.remove();
        });
    });
}

/// Whether the drawer is open.
fn is_open() -> bool {
    browser::all(SIDEBAR)
        .pop()
        .and_then(|switch| switch.dyn_into::<HtmlInputElement>().ok())
        .is_some_and(|switch| switch.checked())
}

/// Whether the finger is on something that has a use for it: a field, a dialog, what scrolls sideways.
fn is_elsewhere(event: &web_sys::Event) -> bool {
    let touched = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(touched) = touched else {
        return true;
    };
    if matches!(touched.closest(ELSEWHERE), Ok(Some(_)) | Err(_)) {
        return true;
    }
    let mut around = Some(touched);
    while let Some(element) = around {
        if element.scroll_width() > element.client_width() && scrolls(&element) {
            return true;
        }
        around = element.parent_element();
    }
    false
}

/// Whether what is wider than the element can be scrolled to.
fn scrolls(element: &Element) -> bool {
    let style = browser::window()
        .and_then(|window| window.get_computed_style(element).ok().flatten())
        .and_then(|style| style.get_property_value("overflow-x").ok());
    matches!(style.as_deref(), Some("auto" | "scroll"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_quick_way_sideways_is_a_swipe() {
        for (right, down, ms, expected) in [
            (120, 10, 200.0, Some(Swipe::Open)),
            (-120, -40, 200.0, Some(Swipe::Close)),
            (40, 0, 100.0, None),
            (120, 80, 200.0, None),
            (0, 300, 200.0, None),
            (120, 10, 900.0, None),
        ] {
            assert_eq!(meant(right, down, ms), expected, "{right}, {down}, {ms}");
        }
    }
}
