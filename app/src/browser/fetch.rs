//! A request of the page's own, whose answer is read while it comes.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Headers, ReadableStreamDefaultReader, RequestCredentials, RequestInit, Response,
};

/// The answer's head, and its body piece by piece.
#[derive(Debug)]
pub struct Answering {
    status: u16,
    is_stream: bool,
    reader: Option<ReadableStreamDefaultReader>,
    /// Bytes of a character that was cut.
    rest: Vec<u8>,
}

/// Sends JSON under a key, without the page's own session.
pub async fn post(path: &str, key: &str, body: &str, signal: &AbortSignal) -> Option<Answering> {
    let headers = Headers::new().ok()?;
    headers
        .set("authorization", &format!("Bearer {key}"))
        .ok()?;
    headers.set("content-type", "application/json").ok()?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&JsValue::from_str(body));
    init.set_credentials(RequestCredentials::Omit);
    init.set_signal(Some(signal));
    let window = super::window()?;
    let response = JsFuture::from(window.fetch_with_str_and_init(path, &init)).await;
    let response: Response = response.ok()?.dyn_into().ok()?;
    let kind = response.headers().get("content-type").ok().flatten();
    let reader = response.body().map(|body| body.get_reader());
    Some(Answering {
        status: response.status(),
        is_stream: kind.is_some_and(|kind| kind.starts_with("text/event-stream")),
        reader: reader.and_then(|reader| reader.dyn_into().ok()),
        rest: Vec::new(),
    })
}

impl Answering {
    /// The answer's status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether it is a stream of events.
    pub fn is_stream(&self) -> bool {
        self.is_stream
    }

    /// The next piece of text; nothing at the end. Fails when the connection breaks or the request was called off.
    pub async fn next(&mut self) -> Result<Option<String>, JsValue> {
        let Some(reader) = &self.reader else {
            return Ok(None);
        };
        let read = JsFuture::from(reader.read()).await?;
        let is_done = Reflect::get(&read, &"done".into())?.is_truthy();
        if is_done {
            return Ok(None);
        }
        let bytes: Uint8Array = Reflect::get(&read, &"value".into())?.dyn_into()?;
        self.rest.extend(bytes.to_vec());
        // A character may come in two pieces.
        let whole = match std::str::from_utf8(&self.rest) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Ok(_) | Err(_) => self.rest.len(),
        };
        let text: Vec<u8> = self.rest.drain(..whole).collect();
        Ok(Some(String::from_utf8_lossy(&text).into_owned()))
    }
}
