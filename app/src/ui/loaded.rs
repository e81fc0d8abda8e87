//! What a page is about: loaded before it is drawn.

use leptos::{either::Either, prelude::*};
use model::Session;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::AppError,
    pages::chat::LoadFailed,
    session::use_session,
    ui::{awaited::awaited_anew, skeleton::Shape},
};

/// Draws `view` when `what` and the session are there, or says that it could not be loaded. What is awaited for the first time stands
/// there in outline.
#[component]
pub fn Loaded<T, V>(
    what: Resource<Result<T, AppError>>,
    view: impl Fn(T, Session) -> V + Clone + Send + Sync + 'static,
    /// What it will look like.
    #[prop(optional)]
    shape: Shape,
) -> impl IntoView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let session = use_session();
    awaited_anew(shape, move || {
        let view = view.clone();
        async move {
            let session = session.await.unwrap_or_default();
            match what.await {
                Ok(what) => Either::Left(view(what, session)),
                Err(error) => {
                    let again = Callback::new(move |()| what.refetch());
                    Either::Right(view! { <LoadFailed error again/> })
                }
            }
        }
    })
}
