//! What a client has done so far, for whoever watches it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{Circuit, Error};

/// Counts of one client and its clones since it was built. The kinds are those of
/// [`ErrorKind::name`](crate::ErrorKind::name).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientStatus {
    /// Requests sent, those sent again included.
    pub requests: u64,
    /// Requests sent again.
    pub retries: u64,
    /// Calls and streams that have not ended.
    pub in_flight: u64,
    /// Requests that failed before their answer began, by kind.
    pub failures: BTreeMap<&'static str, u64>,
    /// The kind of the last of them.
    pub last_failure: Option<&'static str>,
    /// Whether the host is asked at all.
    pub circuit: Circuit,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    retries: AtomicU64,
    in_flight: AtomicU64,
    failures: Mutex<Failures>,
}

#[derive(Debug, Default)]
struct Failures {
    by_kind: BTreeMap<&'static str, u64>,
    last: Option<&'static str>,
}

/// Something that has not ended.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<Counters>);

impl Counters {
    pub(crate) fn sending(self: &Arc<Self>, again: bool) -> InFlight {
        self.requests.fetch_add(1, Relaxed);
        if again {
            self.retries.fetch_add(1, Relaxed);
        }
        self.in_flight.fetch_add(1, Relaxed);
        InFlight(self.clone())
    }

    pub(crate) fn failed(&self, error: &Error) {
        let kind = error.kind().name();
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        *failures.by_kind.entry(kind).or_default() += 1;
        failures.last = Some(kind);
    }

    pub(crate) fn status(&self, circuit: Circuit) -> ClientStatus {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        ClientStatus {
            requests: self.requests.load(Relaxed),
            retries: self.retries.load(Relaxed),
            in_flight: self.in_flight.load(Relaxed),
            failures: failures.by_kind.clone(),
            last_failure: failures.last,
            circuit,
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}
