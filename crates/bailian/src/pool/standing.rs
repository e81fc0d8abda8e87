//! What a pool remembers of one upstream.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use super::PoolPolicy;
use crate::{Error, ErrorKind};

#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// The account refuses everything.
    refused: Option<Pause>,
    /// Limits and rights are the model's.
    models: HashMap<String, Pause>,
    pub(super) handed_on: u64,
}

#[derive(Clone, Debug)]
struct Pause {
    until: Instant,
    kind: ErrorKind,
    /// Throttled in a row.
    times: u32,
}

impl Standing {
    /// How long the upstream should not be asked for a model, and why; `None` if it can be.
    pub(super) fn wait(&self, model: &str) -> Option<(Duration, ErrorKind)> {
        let pauses = [self.refused.as_ref(), self.models.get(model)];
        let running = pauses.into_iter().flatten().filter_map(|pause| {
            let left = pause.left()?;
            Some((left, pause.kind.clone()))
        });
        running.max_by_key(|(left, _)| *left)
    }

    /// The same for what exists there only: that a model was refused before does not keep it from being asked.
    pub(super) fn wait_there(&self, model: &str) -> Option<(Duration, ErrorKind)> {
        let throttles = |pause: &&Pause| matches!(pause.kind, ErrorKind::Throttled { .. });
        let of_model = self.models.get(model).filter(throttles);
        let running = [self.refused.as_ref(), of_model].into_iter().flatten();
        let running = running.filter_map(|pause| Some((pause.left()?, pause.kind.clone())));
        running.max_by_key(|(left, _)| *left)
    }

    pub(super) fn answered(&mut self, model: &str) {
        self.refused = None;
        self.models.remove(model);
    }

    pub(super) fn failed(
        &mut self,
        model: &str,
        error: &Error,
        policy: &PoolPolicy,
        handed_on: bool,
    ) {
        self.handed_on += u64::from(handed_on);
        let kind = error.kind().clone();
        let asked = error.retry_after().map(|wait| wait.min(policy.refused_for));
        match kind {
            ErrorKind::Authentication | ErrorKind::Arrears => {
                let until = Instant::now() + policy.refused_for;
                self.refused = Some(Pause {
                    until,
                    kind,
                    times: 0,
                });
            }
            ErrorKind::Throttled { .. } => {
                let times = self.models.get(model).map_or(0, |pause| pause.times);
                let doubled = policy
                    .throttled_for
                    .saturating_mul(2_u32.saturating_pow(times));
                let wait = asked.unwrap_or(doubled.min(policy.throttled_cap));
                self.pause(model, wait, kind, times.saturating_add(1));
            }
            ErrorKind::PermissionDenied | ErrorKind::QuotaExhausted => {
                self.pause(model, policy.refused_for, kind, 0);
            }
            // The client's own circuit breaker keeps account of the others. What was not found may be the caller's
            // fault, see `lacks`.
            _ => {}
        }
    }

    /// It did not find what another upstream then answered, so the account lacks the model.
    pub(super) fn lacks(&mut self, model: &str, policy: &PoolPolicy) {
        self.pause(model, policy.refused_for, ErrorKind::NotFound, 0);
    }

    /// Only for this long: a name is the caller's to choose, so none may be kept for ever.
    fn pause(&mut self, model: &str, wait: Duration, kind: ErrorKind, times: u32) {
        let now = Instant::now();
        let remembered = Duration::from_mins(10);
        self.models
            .retain(|_, pause| pause.until + remembered > now);
        let until = now + wait;
        self.models
            .insert(model.to_owned(), Pause { until, kind, times });
    }

    pub(super) fn forgive(&mut self) {
        self.refused = None;
        self.models.clear();
    }

    pub(super) fn refused(&self) -> Option<(&'static str, Duration)> {
        let pause = self.refused.as_ref()?;
        Some((pause.kind.name(), pause.left()?))
    }

    pub(super) fn paused_models(&self) -> BTreeMap<String, &'static str> {
        let paused = self
            .models
            .iter()
            .filter(|(_, pause)| pause.left().is_some());
        paused
            .map(|(model, pause)| (model.clone(), pause.kind.name()))
            .collect()
    }
}

impl Pause {
    fn left(&self) -> Option<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}
