//! `/healthz`: the process lives. `/readyz`: it can serve; false while it leaves, or when the database or the Redis that
//! keeps sessions is gone.

use std::{sync::Arc, time::Duration};

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
    answers: Arc<Answers>,
}

/// What is answered to programs.
#[derive(Default)]
struct Answers {
    running: TaskTracker,
    end: CancellationToken,
}

impl Readiness {
    pub(crate) fn new(db: Db, redis: Option<Redis>) -> Self {
        Self {
            db,
            redis,
            leaving: CancellationToken::new(),
            streams: CancellationToken::new(),
            lines: TaskTracker::new(),
            answers: Arc::default(),
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

    /// Held by an answer to a program until it has left, or whoever reads it has.
    pub(crate) fn answer(&self) -> TaskTrackerToken {
        self.answers.running.token()
    }

    /// Cancelled when an answer to a program must end wherever it stands. One's own: many that wait for the same would wait for each
    /// other.
    pub(crate) fn answers_end(&self) -> CancellationToken {
        self.answers.end.child_token()
    }

    /// Lets answers to programs end by themselves for so long; those that are left must end then.
    pub(crate) async fn drain_answers(&self, patience: Duration) {
        if tokio::time::timeout(patience, self.answers_ended())
            .await
            .is_err()
        {
            tracing::warn!(
                running = self.answers.running.len(),
                "cutting programs' answers that did not end in time"
            );
        }
        self.answers.end.cancel();
    }

    /// Waits for so long until what was cut of answers to programs is booked.
    pub(crate) async fn answers_left(&self, patience: Duration) {
        if tokio::time::timeout(patience, self.answers_ended())
            .await
            .is_err()
        {
            tracing::warn!(
                running = self.answers.running.len(),
                "some programs' answers did not end in time; the next process settles their calls"
            );
        }
    }

    async fn answers_ended(&self) {
        self.answers.running.close();
        self.answers.running.wait().await;
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
