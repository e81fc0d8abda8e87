//! Times as the provider writes them.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Date, Month, Time};

/// A time of day in Beijing (UTC+8) as a task states it, `YYYY-MM-DD HH:mm:ss` with or without
/// milliseconds ("Details"). Kept as it came; [`unix_ms`](Self::unix_ms) reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BeijingTime(pub String);

const OFFSET_MS: i64 = 8 * 3_600_000;

impl BeijingTime {
    /// Milliseconds since 1970 in UTC; `None` if the text is no such time.
    pub fn unix_ms(&self) -> Option<i64> {
        let (date, clock) = self.0.trim().split_once([' ', 'T'])?;
        let mut date = date.split('-');
        let year = date.next()?.parse().ok()?;
        let month = Month::try_from(date.next()?.parse::<u8>().ok()?).ok()?;
        let date = Date::from_calendar_date(year, month, date.next()?.parse().ok()?).ok()?;
        let (clock, millis) = clock.split_once('.').unwrap_or((clock, "0"));
        let mut clock = clock.split(':');
        let mut next = || clock.next()?.parse::<u8>().ok();
        let clock = Time::from_hms(next()?, next()?, next()?).ok()?;
        let millis: i64 = millis.parse().ok()?;
        let seconds = date.with_time(clock).assume_utc().unix_timestamp();
        Some(seconds * 1_000 + millis - OFFSET_MS)
    }
}

impl fmt::Display for BeijingTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stated_time_is_read_as_beijing_s() {
        for (text, expected) in [
            ("1970-01-01 08:00:00.000", Some(0)),
            ("2026-01-15 16:30:00.101", Some(1_768_465_800_101)),
            ("2026-01-15 16:30:00", Some(1_768_465_800_000)),
            ("2026-13-15 16:30:00", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(BeijingTime(text.to_owned()).unix_ms(), expected, "{text}");
        }
    }
}
