//! The few things the page asks of the browser itself. On the server there is none: everything is `Option`.

pub mod canvas;
mod copying;
pub mod events;
pub mod fetch;
pub mod frames;
pub mod highlight;
pub mod in_turn;
pub mod lasting;
pub mod local;
pub mod microphone;
pub mod near;
pub mod notices;
pub mod number;
pub mod passkeys;
pub mod recorder;
mod saving;
pub mod selection;
pub mod tus;
pub mod upload;
pub mod worker;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, HtmlTextAreaElement, UrlSearchParams, Window};

pub use copying::copy_coming;
pub use saving::save;

/// The window.
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// `<html>`.
pub fn root() -> Option<Element> {
    window()?.document()?.document_element()
}

/// Whether the person's main pointer is a finger: then Enter on the screen keyboard breaks the line.
pub fn has_coarse_pointer() -> bool {
    media_matches("(pointer: coarse)")
}

/// Whether the sidebar is a drawer here; the width is the style sheet's.
pub fn has_drawer() -> bool {
    media_matches("(width <= 52rem)")
}

/// Whether the browser knows of a network. There is none on the server, where nothing is asked.
pub fn is_online() -> bool {
    window().is_some_and(|window| window.navigator().on_line())
}

/// Whether ⌘ is here what Ctrl is elsewhere.
pub fn has_command_key() -> bool {
    let Some(navigator) = window().map(|window| window.navigator()) else {
        return false;
    };
    let said = navigator
        .platform()
        .ok()
        .filter(|platform| !platform.is_empty())
        .or_else(|| navigator.user_agent().ok());
    said.is_some_and(|said| {
        ["Mac", "iPhone", "iPad", "iPod"]
            .iter()
            .any(|name| said.contains(name))
    })
}

/// Whether the person asked for less movement.
pub fn prefers_reduced_motion() -> bool {
    media_matches("(prefers-reduced-motion: reduce)")
}

fn media_matches(query: &str) -> bool {
    window()
        .and_then(|window| window.match_media(query).ok().flatten())
        .is_some_and(|list| list.matches())
}

/// A random UUID. `crypto.randomUUID` exists only on https and on this machine, `getRandomValues` everywhere.
pub fn fresh_uuid() -> String {
    let mut bytes = [0_u8; 16];
    if let Some(crypto) = window().and_then(|window| window.crypto().ok()) {
        // Filling sixteen bytes can't exceed the quota, the only reason to fail.
        let _filled = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}

/// Milliseconds since 1970.
pub fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// What was kept under `key` while this tab is open.
pub fn kept(key: &str) -> Option<String> {
    let store = window()?.session_storage().ok()??;
    store.get_item(key).ok().flatten()
}

/// Keeps `text` under `key` while this tab is open.
pub fn keep(key: &str, text: &str) {
    if let Some(Ok(Some(store))) = window().map(|window| window.session_storage()) {
        // A store that is full or forbidden keeps nothing, and the page goes on.
        let _kept = store.set_item(key, text);
    }
}

/// Forgets what was kept under `key`.
pub fn forget(key: &str) {
    if let Some(Ok(Some(store))) = window().map(|window| window.session_storage()) {
        // A store that is forbidden has kept nothing.
        let _forgotten = store.remove_item(key);
    }
}

/// A random number below `limit`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at least 0 and below a u32"
)]
pub fn random_below(limit: u32) -> u32 {
    (js_sys::Math::random() * f64::from(limit)) as u32
}

/// The address of a WebSocket of this site.
pub fn socket_address(path: &str) -> Option<String> {
    let location = window()?.location();
    let scheme = if location.protocol().ok()? == "https:" {
        "wss"
    } else {
        "ws"
    };
    Some(format!("{scheme}://{}{path}", location.host().ok()?))
}

/// Loads another page of the site, as a link without scripts would.
pub fn go_to(path: &str) {
    if let Some(window) = window() {
        // Fails only for an address that can't be parsed, and ours are constants or checked.
        let _assigned = window.location().assign(path);
    }
}

/// Takes what the address says under that name out of it: a page that is loaded anew does not say it once more.
pub fn forget_in_address(name: &str) {
    let Some(window) = window() else { return };
    let location = window.location();
    let (Ok(path), Ok(search), Ok(hash)) =
        (location.pathname(), location.search(), location.hash())
    else {
        return;
    };
    let rest = crate::address::without(&search, name);
    if let (true, Ok(history)) = (rest != search, window.history()) {
        let state = history.state().unwrap_or(JsValue::NULL);
        let address = format!("{path}{rest}{hash}");
        // Fails only for another site's address.
        let _replaced = history.replace_state_with_url(&state, "", Some(&address));
    }
}

/// Loads the page anew.
pub fn reload() {
    if let Some(window) = window() {
        // Fails only in a frame of another site.
        let _reloaded = window.location().reload();
    }
}

/// The elements of the page that match, in order.
pub fn all(selector: &str) -> Vec<HtmlElement> {
    let found = window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector_all(selector).ok());
    let Some(found) = found else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|at| found.item(at)?.dyn_into().ok())
        .collect()
}

/// Whether something on the page matches.
pub fn has(selector: &str) -> bool {
    !all(selector).is_empty()
}

/// Presses the last element that matches, as a person would.
pub fn press_last(selector: &str) {
    if let Some(element) = all(selector).last() {
        element.click();
    }
}

/// Whether nobody sees the page: another tab or window is in front of it.
pub fn is_hidden() -> bool {
    window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.hidden())
}

/// Closes the questions behind buttons: what one of them asked about is done.
pub fn close_questions() {
    let Some(document) = window().and_then(|window| window.document()) else {
        return;
    };
    while let Ok(Some(question)) = document.query_selector("details.confirm[open]") {
        if !fold(&question) {
            return;
        }
    }
}

/// Folds what unfolds beneath its summary. Whether it did: the keyboard, if that was in it, is on the summary then, as it would be nowhere.
pub fn fold(details: &Element) -> bool {
    let active = window().and_then(|window| window.document()?.active_element());
    let has_keyboard = active.is_some_and(|active| details.contains(Some(&active)));
    if details.remove_attribute("open").is_err() {
        return false;
    }
    if has_keyboard {
        let summary = details.query_selector("summary").ok().flatten();
        if let Some(Ok(summary)) = summary.map(JsCast::dyn_into::<HtmlElement>) {
            // It can be focused, and scrolls nowhere: it is where that unfolded.
            let _focused = summary.focus();
        }
    }
    true
}

/// Opens the printer's dialog.
pub fn print() {
    if let Some(window) = window() {
        // Throws only where there is nothing to print with.
        let _printed = window.print();
    }
}

/// Gives the element of this id the keyboard where nothing has it any more, because what had it has gone.
pub fn focus_where_lost(id: &str) {
    if is_keyboard_lost() {
        focus(id);
    }
}

/// Whether nothing of the page has the keyboard.
pub fn is_keyboard_lost() -> bool {
    let active = window().and_then(|window| window.document()?.active_element());
    active.is_none_or(|active| active.tag_name() == "BODY")
}

/// Gives the element of this id the keyboard. Whether there is one.
pub fn focus(id: &str) -> bool {
    let element = window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id(id))
        .and_then(|element| element.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}

/// Sets a cookie for a year.
pub fn set_cookie(name: &str, value: &str) {
    if let Some(document) = window()
        .and_then(|window| window.document())
        .and_then(|document| document.dyn_into::<web_sys::HtmlDocument>().ok())
    {
        let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax");
        let _set = document.set_cookie(&cookie);
    }
}

/// Tells the server the time zone, so that it can head the sidebar's days.
pub fn remember_time_zone() {
    let minutes = -js_sys::Date::new_0().get_timezone_offset();
    set_cookie("lt_utc_offset", &format!("{minutes:.0}"));
}

/// Posts a form that outlives the page.
pub fn post_while_leaving(path: &str, fields: &[(&str, &str)]) {
    let Ok(form) = UrlSearchParams::new() else {
        return;
    };
    for (name, value) in fields {
        form.append(name, value);
    }
    if let Some(window) = window() {
        let _queued = window
            .navigator()
            .send_beacon_with_opt_url_search_params(path, Some(&form));
    }
}

/// Puts text on the clipboard; on plain http through a selected text area, which is all that is allowed there.
pub async fn copy(text: &str) -> bool {
    let Some(window) = window() else {
        return false;
    };
    if window.is_secure_context() {
        let written = window.navigator().clipboard().write_text(text);
        if wasm_bindgen_futures::JsFuture::from(written).await.is_ok() {
            return true;
        }
    }
    copy_by_selection(&window, text).is_ok()
}

fn copy_by_selection(window: &Window, text: &str) -> Result<(), JsValue> {
    let document = window
        .document()
        .and_then(|document| document.dyn_into::<web_sys::HtmlDocument>().ok())
        .ok_or(JsValue::NULL)?;
    // Beside an open dialog nothing can be selected.
    let dialog = document.query_selector("dialog[open]")?;
    let place = match dialog {
        Some(dialog) => dialog,
        None => document.body().ok_or(JsValue::NULL)?.into(),
    };
    let area = document
        .create_element("textarea")?
        .unchecked_into::<HtmlTextAreaElement>();
    area.set_value(text);
    area.set_class_name("visually-hidden");
    place.append_child(&area)?;
    area.select();
    let copied = document.exec_command("copy");
    area.remove();
    match copied {
        Ok(true) => Ok(()),
        Ok(false) => Err(JsValue::FALSE),
        Err(error) => Err(error),
    }
}

/// Brings what matches into view, where it is below what is seen: on a narrow screen.
pub fn reveal(selector: &'static str) {
    if has_drawer() {
        after_layout(move || {
            let document = window().and_then(|window| window.document());
            if let Some(Ok(Some(element))) =
                document.map(|document| document.query_selector(selector))
            {
                element.scroll_into_view();
            }
        });
    }
}

/// Gives the element of that id the keyboard once it is drawn, if there is one then.
pub fn focus_drawn(id: String) {
    after_layout(move || {
        focus(&id);
    });
}

/// Goes on writing at the end of the text area that matches, once it is drawn.
pub fn focus_at_end(selector: String) {
    after_layout(move || {
        write_at_end(&selector);
    });
}

/// Gives the text area that matches the keyboard, at its end. Whether there is one.
pub fn write_at_end(selector: &str) -> bool {
    let found = window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector(selector).ok().flatten())
        .and_then(|element| element.dyn_into::<HtmlTextAreaElement>().ok());
    let Some(area) = found else {
        return false;
    };
    let end = area.value().encode_utf16().count();
    // Both fail for nothing that is on the page.
    let _focused = area.focus();
    let end = u32::try_from(end).unwrap_or(u32::MAX);
    let _placed = area.set_selection_range(end, end);
    area.set_scroll_top(area.scroll_height());
    true
}

/// Whether what matches has the keyboard.
pub fn has_keyboard(selector: &str) -> bool {
    let active = window()
        .and_then(|window| window.document())
        .and_then(|document| document.active_element());
    active.is_some_and(|active| active.matches(selector).unwrap_or(false))
}

/// Runs `work` when the browser has drawn what was just changed.
pub fn after_layout(work: impl FnOnce() + 'static) {
    request_animation_frame(work);
}

/// The element that an event met, or the nearest one around it that matches.
pub fn closest(event: &web_sys::Event, selector: &str) -> Option<HtmlElement> {
    event
        .target()?
        .dyn_into::<Element>()
        .ok()?
        .closest(selector)
        .ok()
        .flatten()?
        .dyn_into()
        .ok()
}
