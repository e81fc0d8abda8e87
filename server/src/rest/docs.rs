//! `/rest/openapi.json` describes the interface and `/rest/docs/` lets one try it: both for those who are signed in, by
//! a session or a credential. The page's files are inside the binary.

use std::sync::Arc;

use app::glue;
use axum::{
    Router,
    extract::{FromRequestParts, Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use bytes::Bytes;
use http::{
    HeaderValue,
    header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    request::Parts,
};
use model::FailureCode;
use platform::Services;
use tower_sessions::Session;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use super::{
    credential::{credential, visitor},
    problem::Problem,
};

/// Swagger UI styles its elements one by one; its scripts are files.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

#[derive(Clone)]
struct Docs {
    services: Services,
    /// As it is sent: the description itself takes several times as much.
    api: Option<Bytes>,
    page: Arc<Config<'static>>,
}

/// Somebody who is signed in, however they are.
struct SignedIn;

impl FromRequestParts<Docs> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, docs: &Docs) -> Result<Self, Problem> {
        let (identity, visitor) = (&docs.services.identity, visitor(parts));
        if parts.headers.contains_key("authorization") || parts.headers.contains_key("x-api-key") {
            identity
                .bearer(credential(&parts.headers)?, &visitor)
                .await?;
            return Ok(Self);
        }
        let session = parts.extensions.get::<Session>();
        let session = session.ok_or_else(|| Problem::of(FailureCode::SignInNeeded))?;
        identity.caller(session, &visitor).await?;
        Ok(Self)
    }
}

pub(super) fn router(services: &Services, api: &OpenApi) -> Router {
    let page = Config::from("/rest/openapi.json")
        .validator_url("none")
        .display_request_duration(true);
    let docs = Docs {
        services: services.clone(),
        api: serde_json::to_vec(api).ok().map(Bytes::from),
        page: Arc::new(page),
    };
    Router::new()
        .route("/rest/openapi.json", get(document))
        .route(
            "/rest/docs",
            get(async || Redirect::permanent("/rest/docs/")),
        )
        .route("/rest/docs/", get(front))
        .route("/rest/docs/{file}", get(file))
        .with_state(docs)
}

async fn document(_: SignedIn, State(docs): State<Docs>) -> Result<Response, Problem> {
    let api = docs.api.ok_or_else(|| Problem::of(FailureCode::Internal))?;
    Ok(([(CONTENT_TYPE, "application/json")], api).into_response())
}

/// Who is not signed in is sent to where that is done, and comes back.
async fn front(
    signed_in: Result<SignedIn, Problem>,
    State(docs): State<Docs>,
) -> Result<Response, Problem> {
    match signed_in {
        Ok(SignedIn) => page_file(&docs, "index.html"),
        Err(problem) if problem.is_about_signing_in() => {
            let path = glue::with_next("/login", "/rest/docs/");
            Ok(Redirect::to(&path).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn file(
    _: SignedIn,
    Path(name): Path<String>,
    State(docs): State<Docs>,
) -> Result<Response, Problem> {
    page_file(&docs, &name)
}

fn page_file(docs: &Docs, name: &str) -> Result<Response, Problem> {
    let file = utoipa_swagger_ui::serve(name, Arc::clone(&docs.page));
    let file = file.ok().flatten();
    let file = file.ok_or_else(|| Problem::of(FailureCode::NotFound))?;
    let kind = HeaderValue::from_str(&file.content_type);
    let kind = kind.map_err(|_| Problem::of(FailureCode::Internal))?;
    let headers = [(CONTENT_TYPE, kind), (CONTENT_SECURITY_POLICY, POLICY)];
    Ok((headers, file.bytes.into_owned()).into_response())
}
