//! Every route and every layer, in order.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    middleware::{from_fn, from_fn_with_state},
    response::Redirect,
    routing::{get, post},
};
use platform::Services;
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{
    account, assets, assistant_pictures, audit_export,
    config::{Config, ServerConfig},
    dictation, events, files, gateway,
    health::{self, Readiness},
    middleware::{
        address, body_limit, cache, cross_site, failures, headers, optional, redirects,
        request_log, session,
    },
    moving, pages, pictures,
    policy_reports::{self, Reports},
    rest, sandbox, shared, sso, transcript_export, usage_export,
};

/// What the routes that are not pages need.
#[derive(Clone)]
struct State {
    services: Services,
    readiness: Readiness,
}

impl FromRef<State> for Readiness {
    fn from_ref(state: &State) -> Self {
        state.readiness.clone()
    }
}

impl FromRef<State> for (Services, Readiness) {
    fn from_ref(state: &State) -> Self {
        (state.services.clone(), state.readiness.clone())
    }
}

/// The whole site.
pub(crate) fn build(
    services: &Services,
    readiness: &Readiness,
    config: &Config,
) -> anyhow::Result<Router> {
    let state = State {
        services: services.clone(),
        readiness: readiness.clone(),
    };
    let server = Arc::new(config.server.clone());

    let memory = services.memory.clone();
    let exports = Router::new()
        .route("/account/export", post(account::export))
        .route("/c/{id}/export", get(moving::export))
        .route("/c/{id}/print", get(moving::print))
        .route(moving::IMPORT, post(moving::import))
        .route(moving::EXPORT, post(moving::export_several))
        .route("/admin/audit/export", post(audit_export::export))
        .route("/transcripts/{id}/export", get(transcript_export::export))
        .route("/usage/export", get(usage_export::own))
        .route("/admin/usage/export", get(usage_export::everybody))
        .route_layer(from_fn_with_state(memory, optional::refuse_when_short));

    // What belongs to a person: the session is loaded, nothing is cached.
    let events = Router::new()
        .route("/events/conversations/{id}", get(events::conversation))
        .route("/events/jobs", get(events::jobs))
        .route("/dictation", get(dictation::listen))
        // Where people look for them.
        .route("/keys", get(async || Redirect::to("/settings/keys")))
        .route("/pictures/{user}", get(pictures::picture))
        .route("/account/picture", post(account::set_picture))
        .route(
            "/pictures/assistants/{id}",
            get(assistant_pictures::picture).post(assistant_pictures::set_picture),
        )
        .merge(exports)
        .with_state(state.clone());
    let personal = pages::router(services)?.merge(events).layer(
        ServiceBuilder::new()
            .layer(from_fn(redirects::keep_within_the_site))
            .layer(from_fn(cache::forbid))
            .layer(session::layer(services, config))
            .layer(
                CompressionLayer::new()
                    .br(true)
                    .gzip(true)
                    .quality(tower_http::CompressionLevel::Fastest),
            )
            .layer(from_fn(failures::restate)),
    );

    // The way to providers of accounts and back: the only redirects that lead off the site.
    let elsewhere = Router::new()
        .route("/sso/{provider}", get(sso::begin))
        .route("/sso/{provider}/continue", get(sso::go_on))
        .route("/sso/{provider}/callback", get(sso::finish))
        .with_state(services.clone())
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(cache::forbid))
                .layer(session::layer(services, config)),
        );

    // What everybody gets.
    let assets = assets::paths()
        .into_iter()
        .fold(Router::new(), |router, path| {
            router.route(&path, get(assets::serve))
        });
    let machines = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(state);
    let reports = Router::new()
        .route("/csp-reports", post(policy_reports::take))
        .with_state(Reports::default());

    let sandbox = Router::new()
        .route("/sandbox", get(sandbox::frame))
        .route("/sandbox/diagram", get(sandbox::diagram));

    let programs = programs(services, readiness, config, &server)?;

    let site = assets
        .merge(machines)
        .merge(reports)
        .merge(sandbox)
        .merge(elsewhere)
        .merge(files::router(services, config))
        .merge(rest::router(services, config))
        .merge(shared::router(services))
        .fallback_service(personal)
        .layer(
            // From the outside in.
            ServiceBuilder::new()
                .layer(from_fn(request_log::log))
                .layer(from_fn_with_state(Arc::clone(&server), address::resolve))
                .layer(from_fn_with_state(Arc::clone(&server), headers::protect))
                .layer(from_fn(rest::problem::write))
                .layer(CatchPanicLayer::new())
                .layer(from_fn_with_state(
                    body_limit::Limits::of(config),
                    body_limit::refuse_large,
                ))
                .layer(DefaultBodyLimit::disable())
                .layer(cross_site::layer(&server)?),
        );
    Ok(programs.merge(site))
}

/// What programs ask: the layers of browsers are not for them.
fn programs(
    services: &Services,
    readiness: &Readiness,
    config: &Config,
    server: &Arc<ServerConfig>,
) -> anyhow::Result<Router> {
    let programs = gateway::router(services, readiness, config).layer(
        ServiceBuilder::new()
            .layer(from_fn(request_log::log_refusals))
            .layer(from_fn_with_state(Arc::clone(server), address::resolve))
            .layer(from_fn(gateway::net::catch)),
    );
    Ok(
        match gateway::browsers::layer(&config.gateway.browser_origins)? {
            Some(browsers) => programs.layer(browsers),
            None => programs,
        },
    )
}
