//! Forms of administration hold nothing but what is in their fields: what is sent is read from them, as the browser
//! would read it, so that a page with scripts sends what one without would.

use leptos::{ev::SubmitEvent, form::FromFormData};
use model::FailureCode;
use serde::de::DeserializeOwned;
use server_fn::ServerFn;

use crate::{error::AppError, ui::submission::Submission};

/// Sends the fields as arguments of the server function `S`; `done` is called with the answer.
pub fn sends<S>(
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
            Ok(typed) => submission.send(move || typed.clone().run_on_client(), done.clone()),
            Err(_) => submission.fail(FailureCode::BadRequest),
        }
    }
}
