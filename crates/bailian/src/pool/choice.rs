//! Which upstream a call goes to, now or in a moment.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::standing::Standing;
use super::{Pool, Reach, Upstream};
use crate::error::Retry;
use crate::pacing::Outlook;
use crate::{Circuit, Error, ErrorKind};

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) model: &'a str,
    pub(super) tokens: u32,
    pub(super) reach: &'a Reach,
}

impl Wanted<'_> {
    fn is_served_by(&self, upstream: &Upstream) -> bool {
        match self.reach {
            Reach::Any | Reach::Rather(_) => upstream.serves(self.model),
            // What names no model is there, whatever models are.
            Reach::Only(account) => {
                upstream.account == *account
                    && (self.model.is_empty() || upstream.serves(self.model))
            }
        }
    }

    /// How long one is passed over, and why; `None` if it is not.
    fn pause(&self, standing: &Standing) -> Option<(Duration, ErrorKind)> {
        match self.reach {
            Reach::Any | Reach::Rather(_) => standing.wait(self.model),
            Reach::Only(_) => standing.wait_there(self.model),
        }
    }

    fn prefers(&self, upstream: &Upstream) -> bool {
        matches!(self.reach, Reach::Rather(account) if upstream.account == *account)
    }
}

/// What to do with a call.
enum Choice {
    /// Asks the upstream at this place, whose own limits may let it wait a little; and whether there is no other that
    /// could be asked after it.
    Ask(usize, bool),
    /// Everybody is throttled; somebody is not after this time.
    Wait(Duration),
    Nobody,
}

/// An upstream that can be asked.
struct Candidate<'a> {
    place: usize,
    upstream: &'a Upstream,
    outlook: Outlook,
    /// How long it is passed over because it throttled.
    pause: Duration,
}

impl Candidate<'_> {
    fn wait(&self) -> Duration {
        self.pause.max(self.outlook.wait)
    }
}

impl Pool {
    /// The upstream whose turn it is, once it is, and whether there is no other that could be asked after it; `None` if
    /// nobody is free until then.
    pub(super) async fn turn(
        &self,
        wanted: Wanted<'_>,
        asked: &BTreeSet<usize>,
        until: Instant,
    ) -> Option<(usize, bool)> {
        loop {
            match self.choose(wanted, asked, until) {
                Choice::Ask(place, is_last) => return Some((place, is_last)),
                Choice::Nobody => return None,
                Choice::Wait(wait) => {
                    let _waiting = Waiting::enter(self)?;
                    sleep(wait).await;
                }
            }
        }
    }

    fn choose(&self, wanted: Wanted<'_>, asked: &BTreeSet<usize>, until: Instant) -> Choice {
        let Wanted { model, tokens, .. } = wanted;
        let mut state = self.state();
        let all = self.0.upstreams.iter().enumerate();
        let mut candidates: Vec<_> = all
            .filter(|(place, upstream)| !asked.contains(place) && wanted.is_served_by(upstream))
            .filter(|(_, upstream)| lets_through(upstream.client.circuit_of(model)))
            .filter_map(|(place, upstream)| {
                let pause = match wanted.pause(&state.standings[place]) {
                    None => Duration::ZERO,
                    Some((wait, ErrorKind::Throttled { .. })) => wait,
                    Some(_) => return None,
                };
                let outlook = upstream.client.outlook(model, tokens);
                Some(Candidate {
                    place,
                    upstream,
                    outlook,
                    pause,
                })
            })
            .collect();
        if matches!(wanted.reach, Reach::Only(_)) {
            // Of several keys of one account those come first that were not refused for the model.
            let is_welcome = |one: &Candidate<'_>| state.standings[one.place].wait(model).is_none();
            if candidates.iter().any(is_welcome) {
                candidates.retain(is_welcome);
            }
        }
        let free = || candidates.iter().filter(|one| one.wait().is_zero());
        if let Some(home) = free().find(|one| wanted.prefers(one.upstream)) {
            return Choice::Ask(home.place, free().count() == 1);
        }
        if let Some(first) = free().map(|one| one.upstream.priority).min() {
            let of_first = || free().filter(|one| one.upstream.priority == first);
            let most = of_first()
                .map(|one| one.outlook.left)
                .fold(f64::MIN, f64::max);
            let equals = of_first().filter(|one| one.outlook.left >= most);
            let equals = equals.map(|one| (one.place, one.upstream.weight));
            let next = state.turns.next(equals.collect::<Vec<_>>().into_iter());
            return next.map_or(Choice::Nobody, |place| {
                Choice::Ask(place, free().count() == 1)
            });
        }
        let soonest = candidates.iter().min_by_key(|one| one.wait());
        match soonest.filter(|one| Instant::now() + one.wait() <= until) {
            None => Choice::Nobody,
            Some(one) if one.pause.is_zero() => Choice::Ask(one.place, candidates.len() == 1),
            Some(one) => Choice::Wait(one.pause),
        }
    }

    /// Why nobody could be asked, and when somebody can.
    pub(super) fn nobody(&self, wanted: Wanted<'_>) -> Error {
        let Wanted { model, tokens, .. } = wanted;
        let state = self.state();
        let all = self.0.upstreams.iter().zip(&state.standings);
        let waits = all
            .filter(|(upstream, _)| wanted.is_served_by(upstream))
            .map(|(upstream, standing)| {
                let passed_over = wanted.pause(standing);
                passed_over.unwrap_or_else(|| not_free(upstream, model, tokens))
            });
        let Some((wait, kind)) = waits.min_by_key(|(wait, _)| *wait) else {
            return Error::new(ErrorKind::NotFound, "no upstream serves this model");
        };
        let waiting_helps = matches!(kind, ErrorKind::Throttled { .. } | ErrorKind::CircuitOpen);
        let retry = if waiting_helps {
            Retry::Yes
        } else {
            Retry::Never
        };
        Error::new(kind, "every upstream of this model is passed over")
            .with_retry(retry)
            .with_retry_after(Some(wait))
    }
}

/// One of those that wait.
struct Waiting<'a>(&'a Pool);

impl<'a> Waiting<'a> {
    /// `None` if too many do.
    fn enter(pool: &'a Pool) -> Option<Self> {
        let mut state = pool.state();
        if state.waiting >= pool.0.policy.waiting_at_most {
            return None;
        }
        state.waiting += 1;
        Some(Self(pool))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.state().waiting -= 1;
    }
}

fn lets_through(circuit: Circuit) -> bool {
    match circuit {
        Circuit::Closed => true,
        Circuit::Open { retry_after } => retry_after.is_zero(),
        Circuit::HalfOpen => false,
    }
}

/// How long one that is not passed over can't be asked, and why.
fn not_free(upstream: &Upstream, model: &str, tokens: u32) -> (Duration, ErrorKind) {
    match upstream.client.circuit_of(model) {
        Circuit::Open { retry_after } => (retry_after, ErrorKind::CircuitOpen),
        Circuit::HalfOpen => (Duration::from_secs(1), ErrorKind::CircuitOpen),
        Circuit::Closed => {
            let Outlook { wait, limit, .. } = upstream.client.outlook(model, tokens);
            (wait, ErrorKind::Throttled { limit })
        }
    }
}
