//! Makes the server's page live.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's script when the module is there.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_lazy(app::App);
}
