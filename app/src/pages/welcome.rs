//! The frame of the pages before one is signed in.

use std::future::Future;

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    address::is_local,
    browser,
    chat::preferences::{LanguageForm, ThemeForm},
    error::{AppError, Field},
    language::use_words,
    ui::{
        icon::Mark,
        notice::{Notice, problem_in_query},
    },
};

/// A calm card in the middle of the page.
#[component]
pub fn Welcome(title: &'static str, children: Children) -> impl IntoView {
    let words = use_words();
    view! {
        <Title text=format!("{title} · {}", words.product)/>
        <main class="welcome">
            <div class="welcome__card">
                <header class="welcome__header">
                    <Mark/>
                    <h1>{title}</h1>
                </header>
                {children()}
            </div>
            <footer class="welcome__footer">
                <LanguageForm/>
                <ThemeForm/>
            </footer>
        </main>
    }
}

/// Where the page is to lead, by its query: within this site.
pub fn next_in_query() -> String {
    use_query_map().with_untracked(|query| {
        query
            .get_str("next")
            .filter(|path| is_local(path))
            .unwrap_or("/")
            .to_owned()
    })
}

/// In this time the next page has come, or the browser keeps this one aside, where no time passes.
const AWAY_MS: u32 = 5_000;

/// A form that is posted by the browser or, where scripts run, by the page, which keeps what was typed.
#[derive(Clone, Copy)]
pub struct Posting {
    error: RwSignal<Option<AppError>>,
    busy: RwSignal<bool>,
}

impl Posting {
    /// A form that was not posted yet, or came back with its problem in the query.
    pub fn new() -> Self {
        Self {
            error: RwSignal::new(problem_in_query().map(AppError::new)),
            busy: RwSignal::new(false),
        }
    }

    /// The words for the problem with `field`, if it is that one's.
    pub fn problem_of(self, field: Field) -> Signal<Option<String>> {
        let words = use_words();
        Signal::derive(move || {
            let code = self.error.with(|error| error.as_ref().map(|e| e.code))?;
            (Field::of(code) == Some(field)).then(|| words.failure(code).to_owned())
        })
    }

    /// Whether an answer is awaited.
    pub fn is_busy(self) -> Signal<bool> {
        self.busy.into()
    }

    /// What is not the matter of one field.
    pub fn view(self) -> impl IntoView {
        let error = Signal::derive(move || {
            self.error
                .get()
                .filter(|error| Field::of(error.code).is_none())
        });
        view! { <Notice error/> }
    }

    /// Takes over from the browser: asks, and goes to `next` when it is done.
    pub fn submit<F>(self, event: &SubmitEvent, next: &str, request: F)
    where
        F: Future<Output = Result<(), AppError>> + 'static,
    {
        let next = next.to_owned();
        self.submit_to(event, request, move |()| next);
    }

    /// Takes over from the browser: asks, and goes where the answer leads.
    pub fn submit_to<F, T>(
        self,
        event: &SubmitEvent,
        request: F,
        next: impl FnOnce(T) -> String + 'static,
    ) where
        F: Future<Output = Result<T, AppError>> + 'static,
        T: 'static,
    {
        event.prevent_default();
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            match request.await {
                // A new session begins: what was loaded for the old one must go.
                Ok(answer) => {
                    browser::go_to(&next(answer));
                    // Whoever goes back may find this very page again, and a form that would wait for ever.
                    gloo_timers::future::TimeoutFuture::new(AWAY_MS).await;
                    self.busy.try_set(false);
                }
                Err(error) => {
                    self.error.set(Some(error));
                    self.busy.set(false);
                }
            }
        });
    }
}
