//! How much may be asked for in a while: by model, and by the services that have limits of their own.

mod published;
mod window;

use std::{
    collections::HashMap,
    fmt,
    str::FromStr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::Method;
use tokio::time::Instant;

use self::{
    published::{Allowance, Published},
    window::{Growth, Window},
};
use crate::{ParseError, Refusal};

/// A minute, in which the limits that are given by hand are counted.
const MINUTE: Duration = Duration::from_mins(1);

/// Which limits hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limits {
    /// None.
    #[default]
    Off,
    /// The published ones of every model and service, in their short windows, and a guard against sudden growth.
    Published,
    /// The same for every model.
    Fixed {
        /// Requests a minute.
        rpm: u64,
        /// Tokens a minute, of question and answer together.
        tpm: u64,
    },
}

impl FromStr for Limits {
    type Err = ParseError;

    /// Reads `off`, `published` or `rpm=60,tpm=100000`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        match text {
            "off" => Ok(Self::Off),
            "published" => Ok(Self::Published),
            _ => text
                .strip_prefix("rpm=")
                .and_then(|rest| rest.split_once(",tpm="))
                .and_then(|(rpm, tpm)| {
                    Some(Self::Fixed {
                        rpm: rpm.parse().ok()?,
                        tpm: tpm.parse().ok()?,
                    })
                })
                .ok_or_else(|| {
                    ParseError::new("not limits: off, published or rpm=60,tpm=100000", text)
                }),
        }
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => formatter.write_str("off"),
            Self::Published => formatter.write_str("published"),
            Self::Fixed { rpm, tpm } => write!(formatter, "rpm={rpm},tpm={tpm}"),
        }
    }
}

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exceeded {
    Requests,
    Tokens,
    /// Too sudden; it may be let in after this time.
    Growth(Duration),
    /// A limit of the `OpenAPI`, which words it otherwise.
    User,
}

impl Exceeded {
    pub(crate) fn refusal(self) -> Refusal {
        match self {
            Self::Requests => Refusal::too_many_requests(),
            Self::Tokens => Refusal::too_many_tokens(),
            Self::Growth(_) => Refusal::burst(),
            Self::User => Refusal::new(
                429,
                "Throttling.User",
                "Request was denied due to user flow control.",
            ),
        }
    }
}

/// What is counted of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    /// Empty when the body names none.
    pub(crate) model: &'a str,
}

/// Counts what was asked for. All keys are of one account, which the limits are for.
#[derive(Debug)]
pub(crate) struct Limiter {
    published: Published,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    requests: HashMap<String, Window>,
    tokens: HashMap<String, Window>,
    growth: HashMap<String, Growth>,
}

impl Default for Limiter {
    fn default() -> Self {
        Self {
            published: Published::read(),
            counts: Mutex::default(),
        }
    }
}

impl Limiter {
    /// Counts a request, or says why it is not let in.
    pub(crate) fn admit(
        &self,
        limits: Limits,
        demand: Demand<'_>,
        now: Instant,
    ) -> Result<(), Exceeded> {
        match limits {
            Limits::Published => self.admit_published(demand, now),
            Limits::Fixed { rpm, tpm } if asks_a_model(demand) => {
                let allowance = Allowance {
                    requests: Some((rpm, MINUTE)),
                    tokens: Some((tpm, MINUTE)),
                };
                self.counts().admit(demand.model, allowance, now)
            }
            Limits::Off | Limits::Fixed { .. } => Ok(()),
        }
    }

    /// Counts the tokens of an answer.
    pub(crate) fn charge(&self, limits: Limits, model: &str, tokens: u64, now: Instant) {
        let period = match limits {
            Limits::Off => None,
            Limits::Published => {
                let (_, allowance) = self.published.model(model);
                allowance.tokens.map(|(_, period)| period)
            }
            Limits::Fixed { .. } => Some(MINUTE),
        };
        if let Some(period) = period {
            let mut counts = self.counts();
            let window = counts.tokens.entry(model.to_owned()).or_default();
            window.add(tokens, period, now);
        }
    }

    fn admit_published(&self, demand: Demand<'_>, now: Instant) -> Result<(), Exceeded> {
        let mut counts = self.counts();
        if let Some(service) = published::service(demand) {
            let window = counts.requests.entry(service.name).or_default();
            if !window.admits(service.requests, service.period, now) {
                return Err(service.exceeded);
            }
        }
        if !asks_a_model(demand) {
            return Ok(());
        }
        let (name, allowance) = self.published.model(demand.model);
        if let Some((limit, period)) = allowance.requests {
            let growth = counts.growth.entry(name.to_owned()).or_default();
            let wait = growth.wait(limit, period, now);
            if !wait.is_zero() {
                return Err(Exceeded::Growth(wait));
            }
        }
        counts.admit(name, allowance, now)?;
        if let Some(growth) = counts.growth.get_mut(name) {
            growth.count(now);
        }
        Ok(())
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn admit(&mut self, name: &str, allowance: Allowance, now: Instant) -> Result<(), Exceeded> {
        if let Some((limit, period)) = allowance.tokens
            && let Some(window) = self.tokens.get_mut(name)
            && window.used(period, now) >= limit
        {
            return Err(Exceeded::Tokens);
        }
        if let Some((limit, period)) = allowance.requests {
            let window = self.requests.entry(name.to_owned()).or_default();
            if !window.admits(limit, period, now) {
                return Err(Exceeded::Requests);
            }
        }
        Ok(())
    }
}

fn asks_a_model(demand: Demand<'_>) -> bool {
    demand.method == Method::POST && !demand.model.is_empty()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Method;
    use tokio::time::Instant;

    use super::{Demand, Exceeded, Limiter, Limits};

    const CHAT: &str = "/compatible-mode/v1/chat/completions";

    fn ask(model: &str) -> Demand<'_> {
        Demand {
            method: &Method::POST,
            path: CHAT,
            model,
        }
    }

    #[test]
    fn limits_are_written_as_they_are_read() {
        for text in ["off", "published", "rpm=60,tpm=1000"] {
            assert_eq!(
                text.parse::<Limits>().map(|limits| limits.to_string()),
                Ok(text.to_owned())
            );
        }
        for nonsense in ["", "on", "rpm=1", "rpm=a,tpm=1"] {
            assert!(nonsense.parse::<Limits>().is_err(), "{nonsense}");
        }
    }

    #[test]
    fn requests_and_tokens_of_a_model_are_limited_apart_from_others() {
        let limiter = Limiter::default();
        let limits = Limits::Fixed { rpm: 2, tpm: 100 };
        let now = Instant::now();
        let admit = |model, at| limiter.admit(limits, ask(model), at);
        assert_eq!(admit("a", now), Ok(()));
        limiter.charge(limits, "a", 99, now);
        assert_eq!(admit("a", now), Ok(()));
        assert_eq!(admit("a", now), Err(Exceeded::Requests));
        limiter.charge(limits, "a", 1, now);
        assert_eq!(admit("a", now), Err(Exceeded::Tokens));
        assert_eq!(admit("b", now), Ok(()));
        assert_eq!(admit("a", now + Duration::from_secs(61)), Ok(()));
    }

    #[test]
    fn published_windows_are_short() {
        let limiter = Limiter::default();
        let now = Instant::now();
        let admit = |at| limiter.admit(Limits::Published, ask("qwen-image"), at);
        assert_eq!(admit(now), Ok(()));
        assert_eq!(admit(now), Ok(()));
        assert_eq!(admit(now), Err(Exceeded::Requests));
        assert_eq!(admit(now + Duration::from_secs(1)), Ok(()));
    }

    #[test]
    fn services_have_limits_of_their_own() {
        let limiter = Limiter::default();
        let now = Instant::now();
        let admit = |path: &str, method: &Method| {
            let demand = Demand {
                method,
                path,
                model: "",
            };
            limiter.admit(Limits::Published, demand, now)
        };
        for _ in 0..20 {
            assert_eq!(admit("/api/v1/tasks/1", &Method::GET), Ok(()));
        }
        assert_eq!(
            admit("/api/v1/tasks/2", &Method::GET),
            Err(Exceeded::Requests)
        );
        for _ in 0..3 {
            assert_eq!(admit("/compatible-mode/v1/files", &Method::POST), Ok(()));
        }
        assert!(admit("/compatible-mode/v1/files", &Method::POST).is_err());
        assert_eq!(admit("/compatible-mode/v1/files", &Method::GET), Ok(()));
        for _ in 0..20 {
            assert_eq!(admit("/openapi/tingwu/v2/tasks", &Method::PUT), Ok(()));
        }
        assert_eq!(
            admit("/openapi/tingwu/v2/tasks", &Method::PUT),
            Err(Exceeded::User)
        );
    }

    #[test]
    fn a_sudden_rush_has_to_wait() {
        let limiter = Limiter::default();
        let now = Instant::now();
        let admit = |at| limiter.admit(Limits::Published, ask("qwen-plus"), at);
        let let_in = (0..500).take_while(|_| admit(now).is_ok()).count();
        assert!((10..200).contains(&let_in), "{let_in}");
        assert!(matches!(admit(now), Err(Exceeded::Growth(_))));
        let later = now + Duration::from_secs(1);
        let more = (0..500).take_while(|_| admit(later).is_ok()).count();
        assert!(more > let_in, "{more} after {let_in}");
    }
}
