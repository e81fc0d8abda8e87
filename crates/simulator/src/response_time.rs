//! How long the first byte takes: always as long, within a range, or as percentiles tell.

use std::{fmt, str::FromStr, time::Duration};

use crate::{Latency, ParseError, dice::Dice};

/// How many standard deviations the 99th percentile lies above the median.
const P99_DEVIATIONS: f64 = 2.326;

/// The time before the first byte of an answer. Which request takes how long is determined by the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseTime {
    /// Always the same.
    Always(Duration),
    /// Evenly between two times.
    Between(Duration, Duration),
    /// Log-normal, as services are: half of all answers come within `p50`, all but one in a hundred within `p99`.
    Percentiles {
        /// The median.
        p50: Duration,
        /// The 99th percentile.
        p99: Duration,
    },
}

impl Default for ResponseTime {
    fn default() -> Self {
        Self::Always(Duration::ZERO)
    }
}

impl ResponseTime {
    /// The time of one answer.
    pub(crate) fn of(self, dice: &mut Dice) -> Duration {
        match self {
            Self::Always(time) => time,
            Self::Between(least, most) => least + most.saturating_sub(least).mul_f64(dice.share()),
            Self::Percentiles { p50, p99 } => {
                let spread = p99
                    .max(p50)
                    .div_duration_f64(p50.max(Duration::from_micros(1)));
                // Twelve dice are as good as a bell curve here, and never absurd.
                let deviation = (0..12).map(|_| dice.share()).sum::<f64>() - 6.0;
                p50.mul_f64(spread.powf(deviation / P99_DEVIATIONS))
            }
        }
    }

    /// What half of all answers don't exceed.
    pub fn median(self) -> Duration {
        match self {
            Self::Always(time) | Self::Percentiles { p50: time, .. } => time,
            Self::Between(least, most) => least + most.saturating_sub(least) / 2,
        }
    }
}

impl FromStr for ResponseTime {
    type Err = ParseError;

    /// Reads `300ms`, `200ms..2s` or `p50=300ms,p99=2s`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let time = |text: &str| text.parse().map(|Latency(time)| time);
        if let Some((least, most)) = text.split_once("..") {
            return Ok(Self::Between(time(least)?, time(most)?));
        }
        let percentiles = text
            .strip_prefix("p50=")
            .and_then(|rest| rest.split_once(",p99="));
        match percentiles {
            Some((p50, p99)) => Ok(Self::Percentiles {
                p50: time(p50)?,
                p99: time(p99)?,
            }),
            None => time(text).map(Self::Always),
        }
    }
}

impl fmt::Display for ResponseTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Always(time) => write!(formatter, "{}", Latency(time)),
            Self::Between(least, most) => {
                write!(formatter, "{}..{}", Latency(least), Latency(most))
            }
            Self::Percentiles { p50, p99 } => {
                write!(formatter, "p50={},p99={}", Latency(p50), Latency(p99))
            }
        }
    }
}

/// Named pairs of response time and speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The time before the first byte.
    pub latency: ResponseTime,
    /// Tokens a second.
    pub speed: u32,
}

impl FromStr for Profile {
    type Err = ParseError;

    /// Reads `qwen-plus`, `slow`, `fast` or `none`.
    fn from_str(name: &str) -> Result<Self, ParseError> {
        let profile = |p50, p99, speed| {
            let [p50, p99] = [p50, p99].map(Duration::from_millis);
            Ok(Self {
                latency: ResponseTime::Percentiles { p50, p99 },
                speed,
            })
        };
        match name {
            "none" => profile(0, 0, 0),
            "fast" => profile(120, 500, 300),
            "qwen-plus" => profile(400, 2000, 80),
            "slow" => profile(4000, 20_000, 15),
            _ => Err(ParseError::new(
                "not a profile: none, fast, qwen-plus or slow",
                name,
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Profile, ResponseTime};
    use crate::dice::Dice;

    #[test]
    fn times_are_written_as_one_two_or_percentiles() {
        let [short, long] = [300, 2000].map(Duration::from_millis);
        for (text, time) in [
            ("300ms", ResponseTime::Always(short)),
            ("300ms..2000ms", ResponseTime::Between(short, long)),
            (
                "p50=300ms,p99=2000ms",
                ResponseTime::Percentiles {
                    p50: short,
                    p99: long,
                },
            ),
        ] {
            assert_eq!(text.parse(), Ok(time));
            assert_eq!(time.to_string(), text);
        }
        for nonsense in ["", "p50=1s", "1s..", "p99=1s,p50=1s"] {
            assert!(nonsense.parse::<ResponseTime>().is_err(), "{nonsense}");
        }
    }

    #[test]
    fn percentiles_are_kept() {
        let [p50, p99] = [300, 2000].map(Duration::from_millis);
        let time = ResponseTime::Percentiles { p50, p99 };
        let mut dice = Dice::new(1);
        let mut times: Vec<_> = (0..10_000).map(|_| time.of(&mut dice)).collect();
        times.sort();
        let near = |time: Duration, goal: Duration| time > goal * 9 / 10 && time < goal * 11 / 10;
        assert!(near(times[5000], p50), "{:?}", times[5000]);
        assert!(near(times[9900], p99), "{:?}", times[9900]);
    }

    #[test]
    fn profiles_have_names() {
        let speed = |name: &str| name.parse().ok().map(|profile: Profile| profile.speed);
        assert_eq!(speed("slow"), Some(15));
        assert_eq!(speed("brisk"), None);
    }
}
