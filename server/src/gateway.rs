//! The gateway: Bailian's own paths at the root, and OpenAI's and Anthropic's beside them. Who spoke to Bailian changes host
//! and key and nothing else.
//!
//! Its layers are few, because programs come here thousands of times a second: a request's id and address, a net
//! under panics, and what lets programs in browsers in where the operator wants them. What people's browsers need (sessions, policies,
//! compression) is not for programs.

mod batch_file;
pub(crate) mod browsers;
mod cached;
mod credential;
mod early;
mod entry;
mod extent;
mod finishing;
mod headers;
mod held;
mod line;
mod lists;
mod models;
pub(crate) mod net;
mod objects;
mod once;
mod recorded;
mod references;
mod refusal;
mod relay;
mod request;
mod spoken;
mod streamed;
mod table;
mod timely;
mod translated;
mod unanswered;
mod whole;
mod words;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    response::Response,
    routing::{MethodFilter, MethodRouter, any, get, on},
};
use http::Method;
use platform::{
    Services,
    gateway::{Gateway, GatewayError},
};

use crate::{config::Config, health::Readiness};
use refusal::Refusal;
use table::{dialect_of, routes};
use timely::Bounds;

#[derive(Clone)]
struct GatewayState {
    gateway: Gateway,
    bounds: Bounds,
    keep_alive: Duration,
    readiness: Readiness,
}

/// All addresses.
pub(crate) fn router(services: &Services, readiness: &Readiness, config: &Config) -> Router {
    let state = GatewayState {
        gateway: services.gateway.clone(),
        bounds: Bounds {
            bytes: config.gateway.max_body_bytes,
            patience: Duration::from_secs(config.gateway.body_timeout_s.max(1)),
        },
        keep_alive: Duration::from_secs(config.gateway.keep_alive_s.max(1)),
        readiness: readiness.clone(),
    };
    let mut paths: BTreeMap<String, MethodRouter<GatewayState>> = BTreeMap::new();
    for route in routes() {
        let (filter, path) = (filter(&route.method), route.path.clone());
        let route = Arc::new(route);
        let handler = move |State(state): State<GatewayState>, request: Request| {
            let route = Arc::clone(&route);
            async move { relay::relay(state, route, request).await }
        };
        let methods = paths.remove(&path).unwrap_or_default();
        paths.insert(path, methods.on(filter, handler));
    }
    let mut router = Router::new();
    for (path, methods) in paths {
        router = router.route(&path, methods.fallback(nothing));
    }
    for base in models::LISTS {
        router = router
            .route(base, get(models::list).fallback(nothing))
            .route(
                &format!("{base}/{{*id}}"),
                get(models::one).fallback(nothing),
            );
    }
    for (path, methods) in translated::routes() {
        router = router.route(path, methods.fallback(nothing));
    }
    for (path, handler) in [
        ("/api-ws/v1/inference", on(MethodFilter::GET, line::tasks)),
        ("/api-ws/v1/realtime", get(line::events)),
    ] {
        let handler = handler.fallback(nothing);
        router = router
            .route(path, handler.clone())
            .route(&format!("{path}/"), handler);
    }
    for base in [
        "/v1",
        "/compatible-mode",
        "/compatible-api",
        "/api",
        "/api-ws",
        "/anthropic",
        "/apps",
    ] {
        router = router.route(&format!("{base}/{{*nothing}}"), any(nothing));
    }
    router.layer(DefaultBodyLimit::disable()).with_state(state)
}

/// Every address of the gateway that takes a credential, as the router matches it.
pub fn addresses() -> Vec<(Method, String)> {
    let lists = models::LISTS.map(|path| (Method::GET, path.to_owned()));
    let routes = routes().into_iter().map(|route| (route.method, route.path));
    let translated = translated::ADDRESSES.map(|path| (Method::POST, path.to_owned()));
    routes.chain(lists).chain(translated).collect()
}

fn filter(method: &Method) -> MethodFilter {
    match *method {
        Method::POST => MethodFilter::POST,
        Method::DELETE => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    }
}

/// There is no such address; or one, but not by that method.
async fn nothing(request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let refusal = Refusal::of(&GatewayError::NoRoute, request::reads_chinese(&parts));
    relay::refused(
        &refusal,
        dialect_of(parts.uri.path()),
        &relay::request_id(&parts.extensions),
    )
}
