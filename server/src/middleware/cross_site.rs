//! One check for all requests that change something: they come from this site, or from a program that is no browser.

use anyhow::Context;
use tower_http::csrf::CsrfLayer;

use crate::config::ServerConfig;

/// Refuses what another site's page sends. Behind a proxy that changes `Host`, `server.public_url` says who we are.
pub(crate) fn layer(config: &ServerConfig) -> anyhow::Result<CsrfLayer> {
    match &config.public_url {
        Some(origin) => CsrfLayer::new()
            .add_trusted_origin(origin)
            .with_context(|| {
                format!(
                    "server.public_url: {origin:?} is not an origin like https://ai.example.com"
                )
            }),
        None => Ok(CsrfLayer::new()),
    }
}
