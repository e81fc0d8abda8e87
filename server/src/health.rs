//! `/healthz`: the process lives. `/readyz`: it can serve; false while it leaves, or when the database is gone.

use axum::{extract::State, response::IntoResponse};
use http::StatusCode;
use platform::store::Db;
use tokio_util::sync::CancellationToken;

/// Whether this process serves. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Readiness {
    db: Db,
    leaving: CancellationToken,
    streams: CancellationToken,
}

impl Readiness {
    pub(crate) fn new(db: Db) -> Self {
        Self {
            db,
            leaving: CancellationToken::new(),
            streams: CancellationToken::new(),
        }
    }

    /// From now on `/readyz` says no.
    pub(crate) fn leave(&self) {
        self.leaving.cancel();
    }

    /// Ends the event streams: their pages come back, to whoever serves then.
    pub(crate) fn end_streams(&self) {
        self.streams.cancel();
    }

    /// Cancelled when event streams must end.
    pub(crate) fn streams_end(&self) -> CancellationToken {
        self.streams.clone()
    }
}

/// The process lives.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// The process can serve.
pub(crate) async fn ready(State(readiness): State<Readiness>) -> impl IntoResponse {
    if readiness.leaving.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "leaving\n");
    }
    match readiness.db.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "not ready: the database does not answer"
            );
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            )
        }
    }
}
