//! Who is signed in, for every part of the page.

use leptos::prelude::*;
use model::Session;

use crate::{api::identity::load_session, error::AppError};

/// The session, loaded once a page.
#[derive(Clone, Copy)]
pub struct PageSession(Resource<Result<Session, AppError>>);

/// Starts loading the session.
pub fn provide_session() {
    provide_context(PageSession(Resource::new_blocking(
        || (),
        |()| load_session(),
    )));
}

/// The session of this page.
pub fn use_session() -> Resource<Result<Session, AppError>> {
    use_context::<PageSession>().map_or_else(
        || Resource::new_blocking(|| (), |()| load_session()),
        |session| session.0,
    )
}
