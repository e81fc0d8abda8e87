//! `/s/{token}/file`: the file of a work, or the upload, that is shared, for whoever has the link. The page above it is one of the pages.

use axum::{
    Router,
    extract::{Path, State},
    middleware::from_fn,
    response::Response,
    routing::get,
};
use http::HeaderMap;
use platform::Services;

use crate::{
    events::refuse,
    files::{part_of, refused},
    middleware::cache,
};

/// What all links to shared things begin with. What follows is a secret.
pub(crate) const SHARED: &str = "/s/";

/// The routes. No session is looked at: the link is all there is.
pub(crate) fn router(services: &Services) -> Router {
    Router::new()
        .route("/s/{token}/file", get(file))
        .with_state(services.clone())
        .layer(from_fn(cache::forbid))
}

/// A path or an address as a log may have it: without the secret of a link.
pub(crate) fn without_secret(path: &str) -> &str {
    path.find(SHARED)
        .map_or(path, |at| &path[..at + SHARED.len()])
}

/// Asked for anew each time, so that a link that was taken back ends at once.
async fn file(
    State(services): State<Services>,
    Path(token): Path<String>,
    asked: HeaderMap,
) -> Response {
    match services.shares.content(&token).await {
        Ok(content) => part_of(&content, &asked).await.unwrap_or_else(refused),
        Err(error) => refuse(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::without_secret;

    #[test]
    fn the_secret_of_a_link_stays_out_of_logs() {
        for (path, shown) in [
            ("/s/abc", "/s/"),
            ("/s/abc/file", "/s/"),
            ("https://lt.example/s/abc", "https://lt.example/s/"),
            ("/settings/shares", "/settings/shares"),
        ] {
            assert_eq!(without_secret(path), shown);
        }
    }
}
