//! The limits that are published, in the windows in which they are enforced.

use std::{collections::HashMap, time::Duration};

use http::Method;
use serde::Deserialize;

use super::{Demand, Exceeded};
use crate::models::snapshot_of;

/// What a model may be asked in a while.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Allowance {
    pub(super) requests: Option<(u64, Duration)>,
    pub(super) tokens: Option<(u64, Duration)>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Row {
    /// How many, in how many seconds.
    requests: Option<(u64, u64)>,
    tokens: Option<(u64, u64)>,
    /// The name under which several models are counted together.
    shared: Option<String>,
}

/// The limits of all models.
#[derive(Debug)]
pub(super) struct Published(HashMap<String, Row>);

impl Published {
    pub(super) fn read() -> Self {
        // The file is part of the program, and a test reads it.
        Self(serde_json::from_str(include_str!("../../data/limits.json")).unwrap_or_default())
    }

    /// The name under which a model is counted, and what it may be asked; a dated snapshot as the model it is of.
    pub(super) fn model<'a>(&'a self, id: &'a str) -> (&'a str, Allowance) {
        let row = self.0.get(id).or_else(|| self.0.get(snapshot_of(id)?));
        let Some(row) = row else {
            return (id, Allowance::default());
        };
        let window = |(count, seconds)| (count, Duration::from_secs(seconds));
        let allowance = Allowance {
            requests: row.requests.map(window),
            tokens: row.tokens.map(window),
        };
        (row.shared.as_deref().unwrap_or(id), allowance)
    }
}

/// A limit of a service, whatever the model.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) requests: u64,
    pub(super) period: Duration,
    pub(super) exceeded: Exceeded,
}

/// The limit that a request to this path falls under.
pub(super) fn service(demand: Demand<'_>) -> Option<Service> {
    let Demand { method, path, .. } = demand;
    let (second, minute) = (1, 60);
    let is_post = method == Method::POST;
    let (name, requests, seconds, exceeded) = if path.starts_with("/api/v1/tasks") {
        ("tasks", 20, second, Exceeded::Requests)
    } else if path.starts_with("/api/v1/uploads") {
        ("upload policies", 100, second, Exceeded::Requests)
    } else if path.starts_with("/compatible-mode/v1/files") {
        if is_post {
            ("uploaded files", 3, second, Exceeded::Requests)
        } else {
            ("files", 10, second, Exceeded::Requests)
        }
    } else if path == "/compatible-mode/v1/batches" && !is_post {
        ("list of batches", 100, minute, Exceeded::Requests)
    } else if path.starts_with("/compatible-mode/v1/batches") {
        ("batches", 1000, minute, Exceeded::Requests)
    } else if path.starts_with("/api/v1/apps/") {
        // Each application for itself.
        (path, 15_000, minute, Exceeded::Requests)
    } else if path.ends_with("/memory_nodes/search") {
        ("search in memory", 300, minute, Exceeded::Requests)
    } else if path.starts_with("/api/v2/apps/memory/") {
        ("memory", 3000, minute, Exceeded::Requests)
    } else if path.starts_with("/openapi/tingwu/v2/tasks") {
        if method == Method::GET {
            ("meetings", 100, second, Exceeded::User)
        } else {
            ("new meetings", 20, second, Exceeded::User)
        }
    } else {
        return None;
    };
    Some(Service {
        name: name.to_owned(),
        requests,
        period: Duration::from_secs(seconds),
        exceeded,
    })
}

#[cfg(test)]
mod tests {
    use super::Published;

    #[test]
    fn models_are_counted_by_name_snapshot_or_together() {
        let published = Published::read();
        let (name, plus) = published.model("qwen-plus");
        assert_eq!(name, "qwen-plus");
        assert_eq!(
            plus.requests.map(|(count, time)| (count, time.as_secs())),
            Some((15_000, 30))
        );
        assert_eq!(published.model("cosyvoice-v3-plus").0, "cosyvoice");
        assert!(published.model("qwen-plus-2031-01-01").1.tokens.is_some());
        assert!(published.model("nobody").1.requests.is_none());
    }
}
