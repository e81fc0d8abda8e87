//! `/pictures/{user}`: a person's picture, for those who may see it.

use axum::{
    extract::{Extension, Path, State},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
};
use model::UserId;
use platform::{Services, Visitor, identity::IdentityError};
use tower_sessions::Session;

use crate::{events::refuse, health::Readiness};

/// Sends the picture, or says that the one the browser has is the newest. Who may not see it is told what those are
/// told who ask for one that is not there.
pub(crate) async fn picture(
    State((services, _)): State<(Services, Readiness)>,
    Path(user): Path<String>,
    headers: HeaderMap,
    session: Session,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    match find(&services, &user, &session, &visitor).await {
        Ok((image, at)) => send(image, &at.get().to_string(), headers.get(IF_NONE_MATCH)),
        Err(error) => refuse(&error.into()),
    }
}

async fn find(
    services: &Services,
    user: &str,
    session: &Session,
    visitor: &Visitor,
) -> Result<(Vec<u8>, model::Millis), IdentityError> {
    let identity = &services.identity;
    // Also while something is lacking: the pages of the account show the picture.
    let caller = identity.newcomer(session, visitor).await?;
    let user: UserId = user.parse().map_err(|_| IdentityError::NotFound)?;
    let picture = identity.picture(&caller, user).await?;
    picture.ok_or(IdentityError::NotFound)
}

/// Asked for anew each time, so that nobody sees it whose right to was taken away; sent only when it changed.
pub(crate) fn send(image: Vec<u8>, version: &str, known: Option<&HeaderValue>) -> Response {
    let tag = format!("\"{version}\"");
    let unchanged = known.is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(VARY, HeaderValue::from_static("cookie"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if unchanged {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("image/png"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    (headers, image).into_response()
}
