//! What this browser keeps also when the tab is closed. Only what is no secret: it is there for whoever uses the browser.

use super::window;

/// What was kept under `key`.
pub fn kept(key: &str) -> Option<String> {
    let store = window()?.local_storage().ok()??;
    store.get_item(key).ok().flatten()
}

/// Keeps `text` under `key`; nothing where it is empty.
pub fn keep(key: &str, text: &str) {
    if let Some(Ok(Some(store))) = window().map(|window| window.local_storage()) {
        // A store that is full or forbidden keeps nothing, and the page goes on.
        let _kept = if text.is_empty() {
            store.remove_item(key)
        } else {
            store.set_item(key, text)
        };
    }
}
