//! `/files`: what people keep, for pages and programs. Each byte is given to whoever may have it at that moment.

mod caller;
mod disposition;
mod range;
mod send;
mod take;
mod tus;

use axum::{
    Router,
    extract::{Path, Query, State},
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode, header};
use model::id::InvalidId;
use platform::{Services, files::FilesError};
use serde::Deserialize;
use tower::ServiceBuilder;

use crate::{
    config::Config,
    events::refuse,
    middleware::{cache, session},
};

use caller::Keeper;
pub(crate) use send::{content, part_of, thumbnail};
pub(crate) use take::{Named, whole};

/// The header of a file that is to be kept under that name.
pub(crate) fn attachment(name: &str) -> http::HeaderValue {
    disposition::header("attachment", name)
}

/// The longest side of a small picture when nobody says, in pixels.
const USUAL_SIDE: u32 = 256;

/// The routes. A browser comes with its session, a program with a credential in a header.
pub(crate) fn router(services: &Services, config: &Config) -> Router {
    let uploads = post(tus::create).options(tus::options);
    let upload = get(tus::nothing)
        .head(tus::status)
        .patch(tus::append)
        .delete(tus::end)
        .options(tus::options);
    Router::new()
        .route("/files", post(upload_whole))
        .route("/files/{id}", get(show))
        .route("/files/{id}/thumbnail", get(show_small))
        .route("/uploads", uploads)
        .route("/uploads/{id}", upload)
        .with_state(services.clone())
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(cache::forbid))
                .layer(session::layer(services, config)),
        )
}

/// What a failure is answered with. A range that lies behind the end, and an upload that goes on elsewhere, say where.
pub(crate) fn refused(error: FilesError) -> Response {
    let at = match &error {
        FilesError::WrongOffset { at } => Some(*at),
        _ => None,
    };
    let mut response = refuse(&error.into());
    if let Some(at) = at {
        let headers = response.headers_mut();
        headers.insert(tus::OFFSET, at.into());
    }
    response
}

async fn show(
    State(services): State<Services>,
    keeper: Result<Keeper, Response>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Keeper(caller) = match keeper {
        Ok(keeper) => keeper,
        Err(refusal) => return refusal,
    };
    match id.parse() {
        Ok(id) => content(&services, &caller, id, &headers).await,
        Err(InvalidId) => Err(FilesError::NotFound),
    }
    .unwrap_or_else(refused)
}

/// How small.
#[derive(Deserialize)]
struct Small {
    side: Option<u32>,
}

async fn show_small(
    State(services): State<Services>,
    keeper: Result<Keeper, Response>,
    Path(id): Path<String>,
    Query(small): Query<Small>,
    headers: HeaderMap,
) -> Response {
    let Keeper(caller) = match keeper {
        Ok(keeper) => keeper,
        Err(refusal) => return refusal,
    };
    let side = small.side.unwrap_or(USUAL_SIDE);
    match id.parse() {
        Ok(id) => thumbnail(&services, &caller, id, side, &headers).await,
        Err(InvalidId) => Err(FilesError::NotFound),
    }
    .unwrap_or_else(refused)
}

/// Files of a form, or one as it is.
async fn upload_whole(
    State(services): State<Services>,
    keeper: Result<Keeper, Response>,
    Query(named): Query<Named>,
    request: axum::extract::Request,
) -> Response {
    let Keeper(caller) = match keeper {
        Ok(keeper) => keeper,
        Err(refusal) => return refusal,
    };
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("multipart/form-data"));
    let taken = if is_form {
        take::form(&services, &caller, request).await
    } else {
        let taken = whole(&services, &caller, named, request).await;
        taken.map(|file| vec![file])
    };
    match taken {
        Ok(files) => (StatusCode::CREATED, axum::Json(files)).into_response(),
        Err(error) => refused(error),
    }
}
