//! The clipboard, for what is still on its way.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::{copy, upload, window};

/// Puts a text on the clipboard that is yet to come. Whether it is there, or why the text did not come. Some browsers let only the press itself
/// do that, which is over by then: it is promised to the clipboard at once, where that takes promises.
pub fn copy_coming<E: 'static>(
    text: impl Future<Output = Result<String, E>> + 'static,
) -> impl Future<Output = Result<bool, E>> {
    let came = Rc::new(RefCell::new(None));
    let comes = {
        let came = Rc::clone(&came);
        future_to_promise(async move {
            let text = text.await;
            let blob = text.as_ref().ok().and_then(|text| upload::text_blob(text));
            *came.borrow_mut() = Some(text);
            blob.map(JsValue::from).ok_or(JsValue::NULL)
        })
    };
    let written = promise(&comes);
    async move {
        let is_written = match written {
            Ok(written) => JsFuture::from(written).await.is_ok(),
            Err(_) => false,
        };
        // What came is read below.
        let _settled = JsFuture::from(comes).await;
        match came.take() {
            Some(Ok(text)) => Ok(is_written || copy(&text).await),
            Some(Err(error)) => Err(error),
            None => Ok(false),
        }
    }
}

/// Writes what a promise comes to; fails where the clipboard takes none, as where it is not secure.
fn promise(text: &Promise) -> Result<Promise, JsValue> {
    let window = window().ok_or(JsValue::NULL)?;
    if !window.is_secure_context() {
        return Err(JsValue::NULL);
    }
    let item: Function = Reflect::get(&window, &"ClipboardItem".into())?.dyn_into()?;
    let content = JsValue::from(Object::new());
    Reflect::set(&content, &"text/plain".into(), text)?;
    let item = Reflect::construct(&item, &Array::of1(&content))?;
    let clipboard = JsValue::from(window.navigator().clipboard());
    let write: Function = Reflect::get(&clipboard, &"write".into())?.dyn_into()?;
    let items = JsValue::from(Array::of1(&item));
    let written: JsValue = write.call1(&clipboard, &items)?;
    written.dyn_into()
}
