//! Notices that the system shows beside the browser.

use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Notification, NotificationOptions, NotificationPermission, ServiceWorkerRegistration,
};

use super::{go_to, window, worker};

/// What this browser lets the site do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// It has no notices, or not for this site.
    Never,
    /// It has not been asked.
    NotAsked,
    /// It shows them.
    Yes,
    /// The person said no, which only they can change, in the browser's settings.
    No,
}

/// What is allowed now.
pub fn allowed() -> Allowed {
    let exists = window().is_some_and(|window| {
        js_sys::Reflect::has(&window, &"Notification".into()).unwrap_or(false)
    });
    if !exists {
        return Allowed::Never;
    }
    match Notification::permission() {
        NotificationPermission::Granted => Allowed::Yes,
        NotificationPermission::Denied => Allowed::No,
        _ => Allowed::NotAsked,
    }
}

/// Asks the person, if that was not done yet. Only a press of theirs may lead here.
pub async fn ask() -> Allowed {
    if allowed() == Allowed::NotAsked
        && let Ok(asking) = Notification::request_permission()
    {
        // What they answered is looked up: older browsers don't tell it here.
        let _answered = JsFuture::from(asking).await;
    }
    allowed()
}

/// Shows a notice that leads to that path, instead of the one before that did.
pub fn show(title: &str, body: &str, path: &str) {
    if allowed() != Allowed::Yes {
        return;
    }
    let options = NotificationOptions::new();
    options.set_body(body);
    options.set_tag(path);
    options.set_icon("/icon-192.png");
    options.set_data(&path.into());
    match Notification::new_with_options(title, &options) {
        Ok(notice) => {
            let way = path.to_owned();
            let pressed = Closure::once_into_js(move || {
                if let Some(window) = window() {
                    // Fails where a browser lets no site come forward.
                    let _focused = window.focus();
                    // By now another page may be looked at.
                    if window.location().pathname().ok().as_ref() != Some(&way) {
                        go_to(&way);
                    }
                }
            });
            notice.set_onclick(Some(pressed.unchecked_ref()));
        }
        // On Android only a service worker may.
        Err(_) => spawn_local(show_by_worker(title.to_owned(), options)),
    }
}

async fn show_by_worker(title: String, options: NotificationOptions) {
    let Some(Ok(ready)) = worker::container().map(|container| container.ready()) else {
        return;
    };
    let registration = JsFuture::from(ready).await;
    let registration = registration.map(JsCast::dyn_into::<ServiceWorkerRegistration>);
    if let Ok(Ok(registration)) = registration
        && let Ok(showing) = registration.show_notification_with_options(&title, &options)
    {
        // What can't be shown is in the tab's title.
        let _shown = JsFuture::from(showing).await;
    }
}
