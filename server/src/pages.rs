//! Where Leptos is mounted: pages and server functions.

use app::App;
use axum::{
    Router,
    body::Body,
    extract::Request,
    response::IntoResponse,
    routing::{any, get},
};
use http::{HeaderValue, header::CONTENT_SECURITY_POLICY};
use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_axum::{
    AxumRouteListing, LeptosRoutes, ResponseOptions, generate_route_list,
    handle_server_fns_with_context,
};
use platform::Services;

use crate::assets;

/// Pages and server functions, without middleware.
pub(crate) fn router(services: &Services) -> anyhow::Result<Router> {
    let files = assets::of_the_page()?;
    let options = LeptosOptions::builder().output_name("liantai").build();
    let shell = move || {
        protect();
        app::shell::shell(&files)
    };
    let routes: Vec<AxumRouteListing> = generate_route_list(App);
    let context = {
        let services = services.clone();
        move || provide_context(services.clone())
    };
    let functions = {
        let context = context.clone();
        move |request: Request<Body>| handle_server_fns_with_context(context.clone(), request)
    };
    let not_found = {
        let (context, shell) = (context.clone(), shell.clone());
        move |request: Request<Body>| {
            let render = leptos_axum::render_app_async_with_context(context.clone(), shell.clone());
            async move { (http::StatusCode::NOT_FOUND, render(request).await).into_response() }
        }
    };
    Ok(Router::new()
        .route("/fn/{*name}", any(functions))
        .leptos_routes_with_context(&options, routes, context, shell)
        .route(
            "/favicon.ico",
            get(|| async { http::StatusCode::NOT_FOUND }),
        )
        .fallback(not_found)
        .with_state(options))
}

/// The page's own policy: only this page's scripts, by nonce, and nothing from elsewhere. `'wasm-unsafe-eval'` allows
/// WebAssembly and nothing else.
fn protect() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; media-src 'self' blob:; font-src 'self'; frame-src 'self'; \
         object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; report-uri /csp-reports"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}
