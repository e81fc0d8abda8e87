//! Passkeys, by the browser's own reading and writing of their JSON. All that the page can't do without is asked for
//! first, so that an older browser is told and not failed.

use std::cell::RefCell;

use js_sys::{Function, JSON, Object, Promise, Reflect};
use model::FailureCode;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use super::window;
use crate::error::AppError;

thread_local! {
    // A page has one offer at a time, and the browser takes no second question while it stands.
    static OFFER: RefCell<Option<AbortController>> = const { RefCell::new(None) };
}

/// The person, the browser or the device did not go through with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotUsed;

impl From<JsValue> for NotUsed {
    fn from(_: JsValue) -> Self {
        Self
    }
}

impl From<NotUsed> for AppError {
    fn from(_: NotUsed) -> Self {
        Self::new(FailureCode::PasskeyRefused)
    }
}

/// Whether this browser can use passkeys on this page.
pub fn are_supported() -> bool {
    class().is_ok_and(|class| {
        method(&class, "parseCreationOptionsFromJSON").is_ok()
            && method(&class, "parseRequestOptionsFromJSON").is_ok()
    })
}

/// Makes a passkey; gives the browser's answer as JSON.
pub async fn create(options: &str) -> Result<String, NotUsed> {
    take_back_offer();
    let request = request(options, "parseCreationOptionsFromJSON")?;
    ask("create", &request).await
}

/// Uses a passkey; gives the browser's answer as JSON.
pub async fn get(options: &str) -> Result<String, NotUsed> {
    take_back_offer();
    let request = request(options, "parseRequestOptionsFromJSON")?;
    ask("get", &request).await
}

/// Whether the browser can offer passkeys among what it fills in.
pub async fn can_be_offered() -> bool {
    let asked = || -> Result<Promise, NotUsed> {
        let class = class()?;
        let ask = method(&class, "isConditionalMediationAvailable")?;
        Ok(ask.call0(&class)?.dyn_into()?)
    };
    if !are_supported() {
        return false;
    }
    match asked() {
        Ok(answer) => JsFuture::from(answer)
            .await
            .is_ok_and(|answer| answer.is_truthy()),
        Err(NotUsed) => false,
    }
}

/// Offers passkeys among what the browser fills in, and waits until one is chosen.
pub async fn offer(options: &str) -> Result<String, NotUsed> {
    take_back_offer();
    let request = request(options, "parseRequestOptionsFromJSON")?;
    let controller = AbortController::new()?;
    Reflect::set(&request, &"mediation".into(), &"conditional".into())?;
    Reflect::set(&request, &"signal".into(), &controller.signal())?;
    OFFER.with(|offer| offer.replace(Some(controller)));
    ask("get", &request).await
}

fn take_back_offer() {
    if let Some(controller) = OFFER.with(RefCell::take) {
        controller.abort();
    }
}

fn class() -> Result<JsValue, NotUsed> {
    let window = window().ok_or(NotUsed)?;
    let class = Reflect::get(&window, &"PublicKeyCredential".into())?;
    if class.is_undefined() {
        return Err(NotUsed);
    }
    Ok(class)
}

fn method(of: &JsValue, name: &str) -> Result<Function, NotUsed> {
    Ok(Reflect::get(of, &name.into())?.dyn_into()?)
}

/// The server's options as the browser's objects.
fn request(options: &str, parser: &str) -> Result<Object, NotUsed> {
    let class = class()?;
    let options = JSON::parse(options)?;
    let public_key = Reflect::get(&options, &"publicKey".into())?;
    let parsed = method(&class, parser)?.call1(&class, &public_key)?;
    let request = Object::new();
    Reflect::set(&request, &"publicKey".into(), &parsed)?;
    Ok(request)
}

async fn ask(verb: &str, request: &Object) -> Result<String, NotUsed> {
    let window = window().ok_or(NotUsed)?;
    let credentials = Reflect::get(&window.navigator(), &"credentials".into())?;
    let answer: Promise = method(&credentials, verb)?
        .call1(&credentials, request)?
        .dyn_into()?;
    let credential = JsFuture::from(answer).await?;
    let json = method(&credential, "toJSON")?.call0(&credential)?;
    let text = JSON::stringify(&json)?;
    text.as_string().ok_or(NotUsed)
}
