//! Redirects lead within the site. Leptos answers a plain form with a redirect to the caller's `Referer`, and puts a
//! failure into its query: both stop here.

use app::glue::is_local;
use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderValue, header::LOCATION};

/// Replaces a `Location` that leads elsewhere by the start page.
pub(crate) async fn keep_within_the_site(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(location) = response.headers_mut().get_mut(LOCATION) {
        let local = location
            .to_str()
            .is_ok_and(|location| is_local(location) && !location.contains("__err="));
        if !local {
            *location = HeaderValue::from_static("/");
        }
    }
    response
}
