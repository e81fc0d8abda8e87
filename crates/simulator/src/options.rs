//! How the simulator behaves, in a form that a command line can read.

use std::{
    error, fmt,
    net::{Ipv4Addr, SocketAddr},
    str::FromStr,
    time::Duration,
};

use crate::{FaultPlan, ResponseTime, limits::Limits};

/// How the simulator behaves. The default is fit for a demonstration, [`Options::immediate`] for tests.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen. Port 0 takes a free one.
    pub addr: SocketAddr,
    /// What the answers, ids and faults depend on.
    pub seed: u64,
    /// The time before the first byte.
    pub latency: ResponseTime,
    /// Tokens a second; 0 is as fast as possible.
    pub speed: u32,
    /// Chunks hold between one and this many tokens.
    pub chunk_tokens: usize,
    /// How long a picture takes when it is made in a task; films and transcripts take multiples of it.
    pub task_time: Latency,
    /// The keys that are accepted; without a list, everything that begins with `sk-`.
    pub keys: Option<Vec<String>>,
    /// The keys that may sign requests to the `OpenAPI`.
    pub access_keys: Vec<AccessKey>,
    /// What goes wrong, and how often.
    pub faults: Vec<FaultPlan>,
    /// How much may be asked for in a while.
    pub limits: Limits,
}

impl Default for Options {
    /// 400 ms to the first byte and about 60 chunks a second, as a mid-size model answers; tasks take seconds instead of minutes.
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1234,
            latency: ResponseTime::Always(Duration::from_millis(400)),
            speed: 120,
            chunk_tokens: 3,
            task_time: Latency(Duration::from_secs(3)),
            keys: None,
            access_keys: vec![AccessKey::demonstration()],
            faults: Vec::new(),
            limits: Limits::Off,
        }
    }
}

impl Options {
    /// No waiting at all.
    pub fn immediate() -> Self {
        Self {
            latency: ResponseTime::default(),
            speed: 0,
            task_time: Latency(Duration::ZERO),
            ..Self::default()
        }
    }
}

/// A pair that signs requests to Alibaba Cloud's `OpenAPI`.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// What is shown in a request.
    pub id: String,
    /// What is not.
    pub secret: String,
}

impl AccessKey {
    /// The pair of the documentation's examples.
    fn demonstration() -> Self {
        Self {
            id: "testAccessKeyId".to_owned(),
            secret: "testAccessKeySecret".to_owned(),
        }
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AccessKey({})", self.id)
    }
}

impl FromStr for AccessKey {
    type Err = ParseError;

    /// Reads `id:secret`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        match text.split_once(':') {
            Some((id, secret)) if !id.is_empty() && !secret.is_empty() => Ok(Self {
                id: id.to_owned(),
                secret: secret.to_owned(),
            }),
            // The text may be a secret.
            Some(_) | None => Err(ParseError::new("not an access key, id:secret", "…")),
        }
    }
}

/// A duration, written `300ms`, `1.5s` or `0`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency(pub Duration);

impl FromStr for Latency {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (number, unit) = match text.strip_suffix("ms") {
            Some(number) => (number, 0.001),
            None => (
                text.strip_suffix('s')
                    .unwrap_or(if text == "0" { text } else { "" }),
                1.0,
            ),
        };
        let seconds = number.parse::<f64>().ok().map(|number| number * unit);
        let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        duration
            .map(Self)
            .ok_or_else(|| ParseError::new("not a duration such as 300ms or 1.5s", text))
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}ms", self.0.as_millis())
    }
}

/// An option could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    problem: &'static str,
    text: String,
}

impl ParseError {
    pub(crate) fn new(problem: &'static str, text: &str) -> Self {
        Self {
            problem,
            text: text.to_owned(),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "“{}” is {}", self.text, self.problem)
    }
}

impl error::Error for ParseError {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Latency;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let read = |text: &str| text.parse().ok().map(|Latency(duration)| duration);
        assert_eq!(read("300ms"), Some(Duration::from_millis(300)));
        assert_eq!(read("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(read("0"), Some(Duration::ZERO));
        for nonsense in ["", "s", "ms", "-1s", "10", "fast"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }
}
