//! Handing the person a file that was made on the page.

use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlElement, Url};

use super::window;

/// How long a browser may take to begin with it, in milliseconds; some ask first where it is to go.
const BEGUN_MS: u32 = 60_000;

/// Hands a text to the person as a file of that name.
pub fn save(name: &str, text: &str) {
    let Some(Ok(link)) = window()
        .and_then(|window| window.document())
        .map(|document| document.create_element("a"))
    else {
        return;
    };
    // An address that holds all of the text would be too long for some browsers.
    let Ok(address) = address_of(text) else {
        return;
    };
    // Constant attributes can be set.
    let _addressed = link.set_attribute("href", &address);
    let _named = link.set_attribute("download", name);
    link.unchecked_into::<HtmlElement>().click();
    spawn_local(async move {
        gloo_timers::future::TimeoutFuture::new(BEGUN_MS).await;
        // Throws for nothing.
        let _revoked = Url::revoke_object_url(&address);
    });
}

/// Where the page has that text, until that is revoked.
fn address_of(text: &str) -> Result<String, JsValue> {
    let about = BlobPropertyBag::new();
    about.set_type("text/plain;charset=utf-8");
    let pieces = js_sys::Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&pieces, &about)?;
    Url::create_object_url_with_blob(&blob)
}
