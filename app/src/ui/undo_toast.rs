//! Taking a deletion back: said above the page until it is closed, nobody has to be quick (WCAG 2.2.1).

use leptos::{
    ev::{MouseEvent, SubmitEvent},
    prelude::*,
};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use serde::de::DeserializeOwned;
use server_fn::ServerFn;

use super::submission::Submission;
use crate::{
    admin::form::sends_quietly,
    browser,
    error::AppError,
    language::{Words, use_words},
};

/// What was deleted, and the form that takes it back.
pub struct Undo {
    told: &'static str,
    action: &'static str,
    name: &'static str,
    value: String,
    // Boxed, so that the view of all of them is one.
    restore: Box<dyn Fn(SubmitEvent) + Send + Sync>,
}

impl Undo {
    /// Sends a field, its name and its value, to the server function `S`, and calls `done` with the answer.
    pub fn by<S>(
        told: &'static str,
        (name, value): (&'static str, String),
        submission: Submission,
        done: impl Fn(S::Output) + Clone + Send + Sync + 'static,
    ) -> Self
    where
        S: ServerFn<Error = AppError> + Clone + DeserializeOwned + Send + Sync + 'static,
        S::Output: 'static,
    {
        Self {
            told,
            action: S::PATH,
            name,
            value,
            restore: Box::new(sends_quietly::<S>(submission, done)),
        }
    }
}

/// Tells of what `undo` gives, on the `page` that is opened anew to close it where no scripts run; where they do, `close` does.
pub fn undo_toast(
    undo: impl Fn() -> Option<Undo> + Send + 'static,
    submission: Submission,
    page: &'static str,
    close: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let toast = move || undo().map(|undo| shown(words, undo, submission, page, close));
    view! { <div role="status">{toast}</div> }
}

fn shown(
    words: &'static Words,
    undo: Undo,
    submission: Submission,
    page: &'static str,
    close: Callback<()>,
) -> impl IntoView {
    let close = move |event: MouseEvent| {
        event.prevent_default();
        submission.forget();
        close.run(());
    };
    view! {
        <div class="toast">
            <span>{undo.told}</span>
            <form method="post" action=undo.action on:submit=undo.restore>
                <input type="hidden" name=undo.name value=undo.value/>
                <button class="toast__action" aria-busy=submission.busy()>{words.undo}</button>
            </form>
            <a class="toast__action" href=page on:click=close>{words.close}</a>
        </div>
    }
}

/// Goes on with the page when its toast is closed or what it tells of was taken back: what the address says of it under these names leaves
/// the address, so that a page that is loaded again does not offer it once more.
pub fn use_settled(page: &'static str, names: &'static [&'static str]) -> Callback<()> {
    let (query, navigate) = (use_query_map(), use_navigate());
    Callback::new(move |()| {
        let is_said = query.with_untracked(|query| {
            let mut names = names.iter();
            names.any(|name| query.get_str(name).is_some())
        });
        if is_said {
            let options = NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(page, options);
        }
        browser::focus("main");
    })
}
