//! `/healthz`: the process lives. `/readyz`: it can serve; false while it leaves, or when the database or the Redis that
//! keeps sessions is gone.

use axum::{extract::State, response::IntoResponse};
use http::StatusCode;
use platform::store::{Db, Redis};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// Whether this process serves. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Readiness {
    db: Db,
    redis: Option<Redis>,
    leaving: CancellationToken,
    streams: CancellationToken,
    /// What is spoken both ways: once it is open, no server of connections knows of it.
    lines: TaskTracker,
}

impl Readiness {
    pub(crate) fn new(db: Db, redis: Option<Redis>) -> Self {
        Self {
            db,
            redis,
            leaving: CancellationToken::new(),
            streams: CancellationToken::new(),
            lines: TaskTracker::new(),
        }
    }

    /// From now on `/readyz` says no.
    pub(crate) fn leave(&self) {
        self.leaving.cancel();
    }

    /// Ends the event streams and the lines: their pages and programs come back, to whoever serves then.
    pub(crate) fn end_streams(&self) {
        self.streams.cancel();
    }

    /// Cancelled when event streams and lines must end.
    pub(crate) fn streams_end(&self) -> CancellationToken {
        self.streams.clone()
    }

    /// Held by a line until what it used is booked.
    pub(crate) fn line(&self) -> TaskTrackerToken {
        self.lines.token()
    }

    /// Waits until no line is left.
    pub(crate) async fn lines_ended(&self) {
        self.lines.close();
        self.lines.wait().await;
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
    if let Err(error) = readiness.db.ping().await {
        return missing(&error, "the database does not answer\n");
    }
    if let Some(redis) = &readiness.redis
        && let Err(error) = redis.ping().await
    {
        return missing(&error, "Redis does not answer\n");
    }
    (StatusCode::OK, "ready\n")
}

fn missing(error: &platform::store::Error, what: &'static str) -> (StatusCode, &'static str) {
    tracing::warn!(
        error = error as &dyn std::error::Error,
        "not ready: {}",
        what.trim_end()
    );
    (StatusCode::SERVICE_UNAVAILABLE, what)
}
