//! The way in: whether there is room, who is calling, and whether they sent the same before.

use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::request::Parts;
use platform::{
    Visitor,
    gateway::{Claimed, Gateway, GatewayError, Place, Principal, Weight},
    identity::IdentityError,
};

use super::{
    GatewayState, credential,
    once::{self, Turn},
    refusal::Refusal,
    relay::refused,
    request,
    table::Dialect,
};
use crate::credential::Fault;

/// A request that came in.
pub(super) struct Entered {
    /// Held until the answer's last byte has left.
    pub(super) place: Place,
    pub(super) principal: Arc<Principal>,
    pub(super) claimed: Option<Claimed>,
    pub(super) body: Body,
}

/// Lets a request in. A refusal, and an answer that was given before, are both the end.
pub(super) async fn enter(
    state: &GatewayState,
    parts: &Parts,
    body: Body,
    weight: Weight,
    dialect: Dialect,
    request_id: &str,
) -> Result<Entered, Box<Response>> {
    let chinese = request::reads_chinese(parts);
    let refuse = |refusal: Refusal| Box::new(refused(&refusal, dialect, request_id));
    let gateway = &state.gateway;
    let whose = credential::of(&parts.headers, &parts.uri).unwrap_or_default();
    let room = gateway.enter(whose, weight);
    let place = room.map_err(|error| refuse(Refusal::of(&error, chinese)))?;
    let principal = who(gateway, parts, chinese).await.map_err(refuse)?;
    let limits = (state.bounds, chinese);
    let turn = once::turn(gateway, &principal, parts, body, limits, request_id);
    match turn.await.map_err(refuse)? {
        Turn::Make(claimed, body) => Ok(Entered {
            place,
            principal,
            claimed,
            body,
        }),
        Turn::Made(response) => Err(Box::new(response)),
    }
}

/// Who is calling.
pub(super) async fn who(
    gateway: &Gateway,
    parts: &Parts,
    chinese: bool,
) -> Result<Arc<Principal>, Refusal> {
    let credential = credential::of(&parts.headers, &parts.uri).map_err(|fault| match fault {
        Fault::Missing => Refusal::of(
            &GatewayError::Identity(IdentityError::SignInNeeded),
            chinese,
        ),
        Fault::Several | Fault::Unreadable | Fault::InQuery => Refusal::credentials(chinese),
    })?;
    let unknown = Visitor::default();
    let visitor = parts.extensions.get::<Visitor>().unwrap_or(&unknown);
    gateway
        .principal(credential, visitor)
        .await
        .map_err(|error| Refusal::of(&error, chinese))
}
