//! Getting in without a browser.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use model::FamilyId;
use platform::{
    Services, Visitor,
    identity::{Proof, Registered, Registration, Tokens},
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{body::Body, credential::From, language::In, problem::Problem};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(login))
        .routes(routes!(refresh))
        .routes(routes!(logout))
}

/// A device's tokens. Keep them to yourself.
#[derive(Serialize, ToSchema)]
struct TokenPair {
    /// For `Authorization: Bearer …`.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds that the access token lives.
    expires_in: u64,
    /// For one new pair. Used twice, it ends the device.
    refresh_token: String,
    /// The device, as it stands among the sessions.
    device: FamilyId,
}

impl std::convert::From<Tokens> for TokenPair {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access_token.expose_secret().to_owned(),
            token_type: "Bearer",
            expires_in: tokens.expires_in_s,
            refresh_token: tokens.refresh_token.expose_secret().to_owned(),
            device: tokens.family,
        }
    }
}

/// Who wants an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Newcomer {
    /// What to be called.
    name: String,
    /// What to sign in with.
    email: String,
    /// 8 to 128 characters, not among the common ones.
    password: String,
    /// What the link of an invitation ends with.
    #[serde(default)]
    invitation: Option<String>,
    /// What the device calls itself.
    #[serde(default)]
    device: String,
}

/// Who wants to get in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Login {
    /// The account's address.
    email: String,
    /// Its password.
    password: String,
    /// Six digits or a recovery code, where a second factor is set up.
    #[serde(default)]
    code: Option<String>,
    /// What the device calls itself.
    #[serde(default)]
    device: String,
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refresh {
    /// It.
    refresh_token: String,
}

/// Makes an account, by an invitation or where that is open, and lets the device in. Where the address has to be verified
/// first, a letter is sent there instead, and the answer does not tell whether the address has an account already.
#[utoipa::path(post, path = "/register", tag = "auth", request_body = Newcomer,
    responses((status = 201, description = "The account is made and the device is in.", body = TokenPair),
        (status = 202, description = "A letter to the address says how to go on.")))]
async fn register(
    State(services): State<Services>,
    From(visitor): From,
    In(language): In,
    Body(who): Body<Newcomer>,
) -> Result<Response, Problem> {
    let registration = Registration::parse(&who.name, &who.email, &who.password)?;
    let invitation = who.invitation.as_deref();
    let registered = services
        .identity
        .register(registration, invitation, &visitor, language)
        .await?;
    let proof = match registered {
        Registered::Entered(proof) => proof,
        Registered::MailSent => return Ok(StatusCode::ACCEPTED.into_response()),
    };
    let pair = begin(&services, proof, &who.device, &visitor).await?;
    Ok((StatusCode::CREATED, pair).into_response())
}

/// Lets a device in. Where a second factor is set up and no code was sent, the answer says which one is awaited.
#[utoipa::path(post, path = "/login", tag = "auth", request_body = Login,
    responses((status = 200, description = "The device is in.", body = TokenPair)))]
async fn login(
    State(services): State<Services>,
    From(visitor): From,
    Body(who): Body<Login>,
) -> Result<Json<TokenPair>, Problem> {
    let identity = &services.identity;
    let mut proof = identity
        .sign_in(&who.email, &who.password, &visitor)
        .await?;
    if let Some(code) = who.code.as_deref().filter(|code| !code.is_empty()) {
        proof = identity.prove_code(proof, code, &visitor).await?;
    }
    if !proof.awaited().is_empty() {
        return Err(Problem::second_factor(proof.awaited()));
    }
    begin(&services, proof, &who.device, &visitor).await
}

/// Changes a refresh token for a new pair. It is used up; whoever uses it again ends the device.
#[utoipa::path(post, path = "/refresh", tag = "auth", request_body = Refresh,
    responses((status = 200, description = "A new pair.", body = TokenPair)))]
async fn refresh(
    State(services): State<Services>,
    From(visitor): From,
    Body(Refresh { refresh_token }): Body<Refresh>,
) -> Result<Json<TokenPair>, Problem> {
    let tokens = services
        .identity
        .refresh_tokens(&refresh_token, &visitor)
        .await?;
    Ok(Json(tokens.into()))
}

/// Ends the device of a refresh token, with all of its tokens.
#[utoipa::path(post, path = "/logout", tag = "auth", request_body = Refresh,
    responses((status = 204, description = "It has ended, or had before.")))]
async fn logout(
    State(services): State<Services>,
    From(visitor): From,
    Body(Refresh { refresh_token }): Body<Refresh>,
) -> Result<StatusCode, Problem> {
    services
        .identity
        .end_tokens(&refresh_token, &visitor)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn begin(
    services: &Services,
    proof: Proof,
    device: &str,
    visitor: &Visitor,
) -> Result<Json<TokenPair>, Problem> {
    let tokens = services
        .identity
        .begin_tokens(proof, device, visitor)
        .await?;
    Ok(Json(tokens.into()))
}
