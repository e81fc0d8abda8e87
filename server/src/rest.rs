//! `/rest/v1`: everything about accounts for programs, with a description and a page to try it. Each handler reads what
//! was sent, makes one call into the platform, and puts the answer into JSON.
//!
//! A credential comes in a header and nowhere else: no cookie opens anything here, so no other site's page can.

mod assistants;
mod audit;
mod auth;
mod body;
mod budgets;
mod credential;
mod description;
mod docs;
mod elsewhere;
mod files;
mod groups;
mod invitations;
mod jobs;
mod language;
mod library;
mod me;
mod model_names;
mod paging;
mod place;
pub(crate) mod problem;
mod problem_words;
mod prompts;
mod roles;
mod shares;
mod site_keys;
mod transcripts;
mod usage;
mod users;
mod works;

use axum::{
    Json, Router,
    extract::State,
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderValue, header::CACHE_CONTROL};
use platform::Services;
use tower::ServiceBuilder;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    config::Config,
    middleware::{cache, session},
};
pub(crate) use credential::Bearer;
use problem::Problem;

/// The routes and what describes them.
pub(crate) fn router(services: &Services, config: &Config) -> Router {
    let (routes, api) = described().with_state(services.clone()).split_for_parts();
    let docs = docs::router(services, &api).layer(
        ServiceBuilder::new()
            .layer(from_fn(cache::forbid))
            .layer(session::layer(services, config)),
    );
    let routes = routes.layer(
        ServiceBuilder::new()
            .layer(from_fn(cache::forbid))
            .layer(from_fn(credential::refuse_in_query)),
    );
    let keys = Router::new()
        .route("/.well-known/jwks.json", get(jwks))
        .with_state(services.clone());
    routes
        .merge(docs)
        .merge(keys)
        .route("/rest/{*nothing}", axum::routing::any(nothing))
        .route("/rest", axum::routing::any(nothing))
}

fn described() -> OpenApiRouter<Services> {
    let routes = OpenApiRouter::new()
        .nest("/auth", auth::routes())
        .nest("/me", me::routes())
        .nest("/users", users::routes())
        .nest("/groups", groups::routes())
        .nest("/roles", roles::routes())
        .nest("/invitations", invitations::routes())
        .nest("/audit", audit::routes())
        .nest("/assistants", assistants::routes())
        .nest("/prompts", prompts::routes())
        .nest("/files", files::routes())
        .nest("/usage", usage::routes())
        .nest("/shares", shares::routes())
        .nest("/transcripts", transcripts::routes())
        .nest("/works", works::routes())
        .nest("/makings", works::making_routes())
        .nest("/library", library::routes())
        .nest("/admin/usage", usage::site_routes())
        .nest("/admin/jobs", jobs::routes())
        .nest("/admin/keys", site_keys::routes())
        .nest("/admin/budgets", budgets::routes())
        .nest("/admin/model-names", model_names::routes());
    let mut all = OpenApiRouter::with_openapi(description::begin()).nest("/rest/v1", routes);
    description::complete(all.get_openapi_mut());
    elsewhere::describe(all.get_openapi_mut());
    all
}

async fn nothing() -> Problem {
    Problem::of(model::FailureCode::NotFound)
}

/// The public keys that access tokens can be checked with. A new one is shown an hour before it signs.
async fn jwks(State(services): State<Services>) -> Result<Response, Problem> {
    let mut response = Json(services.identity.jwks().await?).into_response();
    let ten_minutes = HeaderValue::from_static("public, max-age=600");
    response.headers_mut().insert(CACHE_CONTROL, ten_minutes);
    Ok(response)
}
