//! The cookie that carries a session's id.

use platform::{Services, store::SessionStores};
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

use crate::config::Config;

/// Sessions from the store. Over https the name itself makes the browser refuse what another host planted.
pub(crate) fn layer(services: &Services, config: &Config) -> SessionManagerLayer<SessionStores> {
    let https = config.server.is_https();
    // The browser may keep it for as long as a session can live; when it really ends, the store knows.
    let longest = time::Duration::hours(
        i64::try_from(config.identity.session_absolute_hours).unwrap_or(i64::MAX / 3600),
    );
    SessionManagerLayer::new(services.identity.session_store())
        .with_name(if https { "__Host-liantai" } else { "liantai" })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(longest))
}
