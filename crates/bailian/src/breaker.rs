//! The circuit breaker: an upstream that is down is not asked by every call in turn.
//!
//! There is one per client, so each account and host has its own. Inside, connections are counted for the host
//! and failed answers for the model: one model that is down must not take the others with it. Failed answers that are
//! about no model are not counted at all.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Retry;
use crate::{Error, ErrorKind, Phase};

/// When an upstream counts as down, and for how long it is then left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakerPolicy {
    /// Failures in a row after which nothing is sent; 0 never stops sending. 5.
    ///
    /// What counts is no answer (connection, time-out) and the provider's own failure (5xx). A refusal such as
    /// throttling is an answer.
    pub failures: u32,
    /// How long nothing is sent. Then one call may try; the others wait for how it ends. 10 s.
    pub pause: Duration,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self {
            failures: 5,
            pause: Duration::from_secs(10),
        }
    }
}

/// Whether calls are let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circuit {
    /// Calls are sent.
    Closed,
    /// Nothing is sent; calls fail at once with [`ErrorKind::CircuitOpen`].
    Open {
        /// Until the next try.
        retry_after: Duration,
    },
    /// One call is trying; the others fail at once.
    HalfOpen,
}

/// What callers are told while somebody else is trying.
const WHILE_TRYING: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Breaker {
    policy: BreakerPolicy,
    switches: Mutex<Switches>,
}

#[derive(Debug, Default)]
struct Switches {
    host: Switch,
    /// Only those with a failure since their last answer.
    models: HashMap<String, Switch>,
}

#[derive(Clone, Copy, Debug)]
enum Switch {
    Closed { failures: u32 },
    Open { until: Instant },
    Trying,
}

impl Default for Switch {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

/// Whose failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Host,
    Model,
    /// There was an answer, if only a refusal.
    Answered,
    /// It says nothing about the upstream.
    Unknown,
}

/// A call that was let through. Dropping it without a result lets somebody else try.
#[derive(Debug)]
pub(crate) struct Ticket<'a> {
    breaker: &'a Breaker,
    model: Option<&'a str>,
    tries_host: bool,
    tries_model: bool,
}

impl Breaker {
    pub(crate) fn new(policy: BreakerPolicy) -> Self {
        Self {
            policy,
            switches: Mutex::default(),
        }
    }

    /// The host's circuit, or the worse of the host's and a model's.
    pub(crate) fn circuit(&self, model: Option<&str>) -> Circuit {
        let switches = self.switches();
        match switches.host.circuit() {
            Circuit::Closed => switches.model(model).circuit(),
            worse => worse,
        }
    }

    /// Lets a call through, or says at once that it would be in vain.
    pub(crate) fn admit<'a>(&'a self, model: Option<&'a str>) -> Result<Ticket<'a>, Error> {
        let mut switches = self.switches();
        let (host, own) = (switches.host, switches.model(model));
        for circuit in [host.circuit(), own.circuit()] {
            let wait = match circuit {
                Circuit::Closed => continue,
                Circuit::Open { retry_after } if retry_after.is_zero() => continue,
                Circuit::Open { retry_after } => retry_after,
                Circuit::HalfOpen => WHILE_TRYING,
            };
            return Err(Error::new(ErrorKind::CircuitOpen, "the upstream is down")
                .with_retry(Retry::Yes)
                .with_retry_after(Some(wait)));
        }
        let tries_host = matches!(host, Switch::Open { .. });
        let tries_model = matches!(own, Switch::Open { .. });
        if tries_host {
            switches.host = Switch::Trying;
        }
        if let (true, Some(model)) = (tries_model, model) {
            switches.models.insert(model.to_owned(), Switch::Trying);
        }
        Ok(Ticket {
            breaker: self,
            model,
            tries_host,
            tries_model,
        })
    }

    fn switches(&self) -> MutexGuard<'_, Switches> {
        self.switches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, switch: Switch, tried: bool) -> Switch {
        let open = Switch::Open {
            until: Instant::now() + self.policy.pause,
        };
        match switch {
            Switch::Closed { failures } if failures + 1 == self.policy.failures => {
                tracing::warn!(
                    pause_ms = self.policy.pause.as_millis(),
                    "the upstream is down"
                );
                open
            }
            Switch::Closed { failures } => Switch::Closed {
                failures: failures.saturating_add(1),
            },
            Switch::Trying if tried => open,
            // A call that began before tells nothing new.
            Switch::Open { .. } | Switch::Trying => switch,
        }
    }
}

impl Switches {
    fn model(&self, model: Option<&str>) -> Switch {
        let known = model.and_then(|model| self.models.get(model));
        known.copied().unwrap_or_default()
    }
}

impl Switch {
    fn circuit(self) -> Circuit {
        match self {
            Self::Closed { .. } => Circuit::Closed,
            Self::Open { until } => Circuit::Open {
                retry_after: until.saturating_duration_since(Instant::now()),
            },
            Self::Trying => Circuit::HalfOpen,
        }
    }

    /// After an answer: only the call that tries can close what was open.
    fn answered(self, tried: bool) -> Self {
        match self {
            Self::Closed { .. } => Self::default(),
            Self::Trying if tried => {
                tracing::info!("the upstream is back");
                Self::default()
            }
            Self::Open { .. } | Self::Trying => self,
        }
    }

    /// After nothing: the next call may try.
    fn untried(self, tried: bool) -> Self {
        match self {
            Self::Trying if tried => Self::Open {
                until: Instant::now(),
            },
            _ => self,
        }
    }
}

impl Ticket<'_> {
    /// The call was answered.
    pub(crate) fn answered(mut self) {
        self.settle(Verdict::Answered);
    }

    /// The call ended in an error, which may or may not be the upstream's failure.
    pub(crate) fn ended(mut self, error: &Error) {
        self.settle(verdict(error));
    }

    fn settle(&mut self, verdict: Verdict) {
        let breaker = self.breaker;
        let mut switches = breaker.switches();
        let host = switches.host;
        let own = switches.model(self.model);
        // Of a call of no model only the connection counts: that something else than a model fails, which one caller's
        // question may bring about, keeps nobody from the models.
        let (host, own) = match verdict {
            Verdict::Host => (
                breaker.failed(host, self.tries_host),
                own.untried(self.tries_model),
            ),
            Verdict::Model => (
                host.answered(self.tries_host),
                breaker.failed(own, self.tries_model),
            ),
            Verdict::Answered => (
                host.answered(self.tries_host),
                own.answered(self.tries_model),
            ),
            Verdict::Unknown => (host.untried(self.tries_host), own.untried(self.tries_model)),
        };
        (self.tries_host, self.tries_model) = (false, false);
        switches.host = host;
        if let Some(model) = self.model {
            match own {
                Switch::Closed { failures: 0 } => drop(switches.models.remove(model)),
                own => drop(switches.models.insert(model.to_owned(), own)),
            }
        }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.tries_host || self.tries_model {
            self.settle(Verdict::Unknown);
        }
    }
}

fn verdict(error: &Error) -> Verdict {
    match error.kind() {
        ErrorKind::Connection
        | ErrorKind::Timeout {
            phase: Phase::Connect,
        } => Verdict::Host,
        ErrorKind::Unavailable
        | ErrorKind::Timeout {
            phase: Phase::FirstByte | Phase::Idle,
        } => Verdict::Model,
        ErrorKind::Malformed | ErrorKind::UnexpectedRedirect => Verdict::Unknown,
        _ if error.status().is_some() => Verdict::Answered,
        _ => Verdict::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QWEN: Option<&str> = Some("qwen-plus");

    fn breaker() -> Breaker {
        Breaker::new(BreakerPolicy::default())
    }

    fn down() -> Error {
        Error::new(ErrorKind::Unavailable, "").with_status(503)
    }

    fn fail(breaker: &Breaker, model: Option<&str>, error: &Error, times: usize) {
        for _ in 0..times {
            breaker.admit(model).unwrap().ended(error);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn five_failures_in_a_row_open_it_and_one_try_closes_it() {
        let breaker = breaker();
        fail(&breaker, QWEN, &down(), 4);
        breaker.admit(QWEN).unwrap().answered();
        fail(&breaker, QWEN, &down(), 4);
        assert_eq!(breaker.circuit(QWEN), Circuit::Closed);
        fail(&breaker, QWEN, &down(), 1);
        let refused = breaker.admit(QWEN).unwrap_err();
        assert_eq!(refused.kind(), &ErrorKind::CircuitOpen);
        assert_eq!(refused.retry_after(), Some(Duration::from_secs(10)));
        assert!(refused.is_retryable());

        tokio::time::advance(Duration::from_secs(10)).await;
        let trying = breaker.admit(QWEN).unwrap();
        assert_eq!(breaker.circuit(QWEN), Circuit::HalfOpen);
        assert!(breaker.admit(QWEN).is_err());
        trying.ended(&down());
        assert!(breaker.admit(QWEN).is_err());

        tokio::time::advance(Duration::from_secs(10)).await;
        breaker.admit(QWEN).unwrap().answered();
        assert_eq!(breaker.circuit(QWEN), Circuit::Closed);
        fail(&breaker, QWEN, &down(), 4);
        assert_eq!(breaker.circuit(QWEN), Circuit::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_is_given_up_lets_the_next_call_try() {
        let breaker = breaker();
        fail(&breaker, QWEN, &down(), 5);
        tokio::time::advance(Duration::from_secs(10)).await;
        drop(breaker.admit(QWEN).unwrap());
        breaker.admit(QWEN).unwrap().answered();
        assert_eq!(breaker.circuit(QWEN), Circuit::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn one_model_that_is_down_leaves_the_others() {
        let breaker = breaker();
        fail(&breaker, QWEN, &down(), 5);
        assert!(breaker.admit(QWEN).is_err());
        assert!(breaker.admit(Some("qwen-max")).is_ok());
        assert!(breaker.admit(None).is_ok());
        assert_eq!(breaker.circuit(None), Circuit::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_cannot_be_reached_stops_every_model() {
        let breaker = breaker();
        let unreachable = Error::new(ErrorKind::Connection, "");
        for model in ["a", "b", "c", "d", "e"] {
            fail(&breaker, Some(model), &unreachable, 1);
        }
        assert!(breaker.admit(Some("f")).is_err());
        assert!(matches!(breaker.circuit(None), Circuit::Open { .. }));
    }

    #[tokio::test(start_paused = true)]
    async fn what_fails_beside_the_models_keeps_nobody_from_them() {
        let breaker = breaker();
        fail(&breaker, None, &down(), 50);
        let silent = Error::timeout(Phase::FirstByte);
        fail(&breaker, None, &silent, 50);
        assert_eq!(breaker.circuit(None), Circuit::Closed);
        assert!(breaker.admit(QWEN).is_ok());
        // It was reached: whoever tries whether it is back learns that it is.
        let unreachable = Error::new(ErrorKind::Connection, "");
        fail(&breaker, None, &unreachable, 5);
        assert!(breaker.admit(QWEN).is_err());
        tokio::time::advance(Duration::from_secs(10)).await;
        fail(&breaker, None, &down(), 1);
        assert_eq!(breaker.circuit(QWEN), Circuit::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_are_answers_and_late_news_is_none() {
        let breaker = breaker();
        let throttled = Error::new(
            ErrorKind::Throttled {
                limit: crate::Limit::Requests,
            },
            "",
        )
        .with_status(429);
        fail(&breaker, QWEN, &throttled, 50);
        assert_eq!(breaker.circuit(QWEN), Circuit::Closed);
        let early: Vec<_> = (0..8).map(|_| breaker.admit(QWEN).unwrap()).collect();
        for (place, ticket) in early.into_iter().enumerate() {
            if place < 7 {
                ticket.ended(&down());
            } else {
                ticket.answered();
            }
        }
        assert!(matches!(breaker.circuit(QWEN), Circuit::Open { .. }));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_number_it_never_opens() {
        let policy = BreakerPolicy {
            failures: 0,
            ..BreakerPolicy::default()
        };
        let breaker = Breaker::new(policy);
        fail(&breaker, QWEN, &down(), 1_000);
        assert_eq!(breaker.circuit(QWEN), Circuit::Closed);
    }
}
