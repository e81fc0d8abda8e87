//! Whose files are asked for.

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{header::AUTHORIZATION, request::Parts};
use model::Permission;
use platform::{Services, Visitor, identity::Caller};
use tower_sessions::Session;

use crate::{events::refuse, rest::Bearer};

/// Somebody who may keep files: by a credential in a header, or else by the session of their browser.
pub(super) struct Keeper(pub(super) Caller);

impl FromRequestParts<Services> for Keeper {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, Response> {
        let is_program =
            parts.headers.contains_key(AUTHORIZATION) || parts.headers.contains_key("x-api-key");
        let caller = if is_program {
            let bearer = Bearer::from_request_parts(parts, services).await;
            bearer.map_err(IntoResponse::into_response)?.0
        } else {
            let session = Session::from_request_parts(parts, services).await;
            let session = session.map_err(IntoResponse::into_response)?;
            let visitor = parts.extensions.get::<Visitor>().cloned();
            let visitor = visitor.unwrap_or_default();
            let caller = services.identity.caller(&session, &visitor).await;
            caller.map_err(|error| refuse(&error.into()))?
        };
        caller
            .require(Permission::FilesUse)
            .map_err(|error| refuse(&error.into()))?;
        Ok(Self(caller))
    }
}
