//! Hearing of what becomes of transcripts while a page of them is open.

use std::sync::Arc;

use leptos::prelude::*;
use model::transcript::TranscriptLine;

use crate::{
    address::with_query,
    browser::events::{self, Watcher},
};

/// Whoever is told of a change.
type Hear = Arc<dyn Fn(TranscriptLine) + Send + Sync>;

#[derive(Clone, Copy)]
struct Hearing {
    hear: StoredValue<Hear>,
    /// The id of the last event.
    seen: StoredValue<String>,
}

/// Calls `hear` for each change until the page goes.
pub fn watch(hear: impl Fn(TranscriptLine) + Send + Sync + 'static) {
    let hear: Hear = Arc::new(hear);
    events::watch(Hearing {
        hear: StoredValue::new(hear),
        seen: StoredValue::new(String::new()),
    });
}

impl Watcher for Hearing {
    fn address(&self) -> String {
        let seen = self.seen.try_get_value().unwrap_or_default();
        with_query("/events/jobs", &[("since", &seen)])
    }

    /// Among those of all jobs.
    fn event(&self) -> &'static str {
        "transcript"
    }

    fn receive(&self, data: &str, id: &str) {
        self.seen.try_set_value(id.to_owned());
        // What a newer server says is in the page when it is loaded again.
        if let (Ok(line), Some(hear)) = (serde_json::from_str(data), self.hear.try_get_value()) {
            hear(line);
        }
    }

    fn is_back(&self) {}

    fn is_away(&self) {}

    fn is_renewed(&self) {}
}
