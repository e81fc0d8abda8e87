//! The service worker: it says that the site can't be reached when a page can't, and keeps nothing of anybody's.

use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::ServiceWorkerContainer;

use super::window;

const SCRIPT: &str = "/sw.js";

/// Where service workers are kept. There are none on plain http, and in some browsers' private windows.
pub(super) fn container() -> Option<ServiceWorkerContainer> {
    let navigator = window()?.navigator();
    let container = js_sys::Reflect::get(&navigator, &"serviceWorker".into()).ok()?;
    container.dyn_into().ok()
}

/// Registers it, if it isn't already.
pub fn register() {
    if let Some(container) = container() {
        let registering = container.register(SCRIPT);
        spawn_local(async move {
            // Without it the browser says by itself that it is offline.
            let _registered = JsFuture::from(registering).await;
        });
    }
}
