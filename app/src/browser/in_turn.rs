//! One thing after the other.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::local::Local;

/// Things that must not overtake each other.
#[derive(Clone, Copy, Debug)]
pub struct InTurn(Local<Promise>);

impl InTurn {
    /// Nothing was begun yet.
    pub fn new() -> Self {
        Self(Local::new())
    }

    /// Does that when what was begun before has ended.
    pub fn begin(self, work: impl Future<Output = ()> + 'static) {
        let before = self.ended();
        self.0.set(Some(future_to_promise(async move {
            before.await;
            work.await;
            Ok(JsValue::UNDEFINED)
        })));
    }

    /// Waits for what was begun by now, also where the page is left meanwhile.
    pub fn ended(self) -> impl Future<Output = ()> + 'static {
        let begun = self.0.with(|begun| begun.clone());
        async move {
            if let Some(begun) = begun {
                // It always ends well.
                let _ended = JsFuture::from(begun).await;
            }
        }
    }
}
