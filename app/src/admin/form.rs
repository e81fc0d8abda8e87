//! Forms of administration hold nothing but what is in their fields: what is sent is read from them, as the browser
//! would read it, so that a page with scripts sends what one without would.

use leptos::{ev::SubmitEvent, form::FromFormData, prelude::*, task::spawn_local};
use leptos_router::hooks::use_location;
use model::FailureCode;
use serde::de::DeserializeOwned;
use server_fn::ServerFn;

use crate::{browser, error::AppError, language::use_words, ui::submission::Submission};

/// How long it is said that something was done.
const SAID_MS: u32 = 4_000;

/// Whether something was just done. It is told outside the page's subject, which is drawn anew with what has changed.
#[derive(Clone, Copy)]
pub struct JustDone(RwSignal<bool>);

impl JustDone {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(RwSignal::new(false))
    }
}

/// Tells it, for the pages below, until the next one is opened.
#[component]
pub fn DoneToast(just_done: JustDone) -> impl IntoView {
    let words = use_words();
    let JustDone(done) = just_done;
    let place = use_location();
    Effect::new(move |_| {
        place.pathname.track();
        place.search.track();
        done.set(false);
    });
    Effect::new(move |_| {
        if done.get() {
            spawn_local(async move {
                gloo_timers::future::TimeoutFuture::new(SAID_MS).await;
                done.try_set(false);
            });
        }
    });
    move || {
        done.get()
            .then(|| view! { <p class="toast" role="status">{words.act_done}</p> })
    }
}

/// Sends the fields as arguments of the server function `S`; says that it was done, and calls `done` with the answer.
pub fn sends<S>(
    submission: Submission,
    done: impl Fn(S::Output) + Clone + Send + Sync + 'static,
) -> impl Fn(SubmitEvent) + Clone + Send + Sync + 'static
where
    S: ServerFn<Error = AppError> + Clone + DeserializeOwned + Send + Sync + 'static,
    S::Output: 'static,
{
    let just_done = use_context::<JustDone>();
    sends_quietly::<S>(submission, move |answer| {
        if let Some(JustDone(just_done)) = just_done {
            just_done.try_set(true);
        }
        done(answer);
    })
}

/// The same, where `done` says itself what came of it.
pub fn sends_quietly<S>(
    submission: Submission,
    done: impl Fn(S::Output) + Clone + Send + Sync + 'static,
) -> impl Fn(SubmitEvent) + Clone + Send + Sync + 'static
where
    S: ServerFn<Error = AppError> + Clone + DeserializeOwned + Send + Sync + 'static,
    S::Output: 'static,
{
    move |event| {
        event.prevent_default();
        match S::from_event(&event) {
            Ok(typed) => {
                let done = done.clone();
                submission.send(
                    move || typed.clone().run_on_client(),
                    move |answer| {
                        browser::close_questions();
                        done(answer);
                    },
                );
            }
            Err(_) => submission.fail(FailureCode::BadRequest),
        }
    }
}
