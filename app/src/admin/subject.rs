//! What a page of administration is about. Who may not see it is told what those are told who ask for what is not there.

use std::future::Future;

use leptos::{either::EitherOf4, prelude::*};
use leptos_meta::Title;
use model::{FailureCode, Permission, Session};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::AppError,
    language::use_words,
    pages::chat::LoadFailed,
    session::use_session,
    ui::{
        icon::Mark,
        skeleton::{Shape, Skeleton},
    },
};

/// The reader's session.
pub type SessionResource = Resource<Result<Session, AppError>>;

/// Loads by `load`, unless the reader lacks `permission`; then nothing is asked of the server.
pub async fn if_permitted<T, F>(
    session: SessionResource,
    permission: Permission,
    load: impl FnOnce() -> F,
) -> Result<T, AppError>
where
    F: Future<Output = Result<T, AppError>>,
{
    let session = session.await?;
    if session.account.is_none() {
        Err(AppError::new(FailureCode::SignInNeeded))
    } else if session.permissions.contains(permission) {
        load().await
    } else {
        Err(AppError::new(FailureCode::NotFound))
    }
}

/// Draws `view` when `what` and the session are there.
#[component]
pub fn Subject<T, V>(
    what: Resource<Result<T, AppError>>,
    view: impl Fn(T, Session) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let session = use_session();
    view! {
        <Transition fallback=|| view! { <Skeleton shape=Shape::Table/> }>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    let session = session.await.unwrap_or_default();
                    match what.await {
                        Ok(what) => EitherOf4::A(view(what, session)),
                        Err(error) if is_led_away(error.code) => EitherOf4::D(()),
                        Err(error) if is_nothing(error.code) => EitherOf4::B(view! { <Nothing/> }),
                        Err(error) => {
                            let again = Callback::new(move |()| what.refetch());
                            EitherOf4::C(view! { <LoadFailed error again/> })
                        }
                    }
                })
            }}
        </Transition>
    }
}

/// The frame around leads whoever has to do something first to where they can.
fn is_led_away(code: FailureCode) -> bool {
    [
        FailureCode::SignInNeeded,
        FailureCode::SecondFactorRequired,
        FailureCode::EmailUnverified,
    ]
    .contains(&code)
}

/// What is forbidden and what is not there look the same.
fn is_nothing(code: FailureCode) -> bool {
    code == FailureCode::NotFound || code == FailureCode::Forbidden
}

/// There is no such page, for this reader.
#[component]
pub fn Nothing() -> impl IntoView {
    let words = use_words();
    #[cfg(feature = "ssr")]
    crate::glue::page_status(FailureCode::NotFound);
    view! {
        <Title text=format!("{} · {}", words.not_found_title, words.product)/>
        <section class="empty">
            <Mark/>
            <h1>{words.not_found_title}</h1>
            <p>{words.not_found}</p>
            <a class="button" href="/">{words.home}</a>
        </section>
    }
}
