//! Points in time as the service writes them: Beijing's clock, milliseconds since 1970, and ISO 8601 in UTC.

use std::time::{Duration, SystemTime};

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// Seconds by which Beijing's clock is ahead of UTC.
const BEIJING: i32 = 8 * 3600;

/// A point in time, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp(pub(crate) u64);

impl Stamp {
    /// This moment.
    #[expect(
        clippy::disallowed_methods,
        reason = "a real service stamps its answers with the real time"
    )]
    pub(crate) fn now() -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self(since.map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        }))
    }

    /// A later point in time.
    pub(crate) fn after(self, duration: Duration) -> Self {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// `2026-01-15 16:30:00.101`, in Beijing and without saying so.
    pub(crate) fn beijing(self) -> String {
        let at = self.at(BEIJING);
        format!("{} {}.{:03}", day(at), clock(at), at.millisecond())
    }

    /// `2026-01-15`, in Beijing.
    pub(crate) fn beijing_day(self) -> String {
        day(self.at(BEIJING))
    }

    /// `2026-01-16T08:30:12.000Z`.
    pub(crate) fn iso(self) -> String {
        let at = self.at(0);
        format!("{}T{}.{:03}Z", day(at), clock(at), at.millisecond())
    }

    /// Reads `20260115163000`, a time in Beijing.
    pub(crate) fn from_beijing_digits(text: &str) -> Option<Self> {
        Self::from_digits(text, BEIJING)
    }

    /// Reads `2026-01-15T08:30:00Z`.
    pub(crate) fn from_iso(text: &str) -> Option<Self> {
        let is_form = text.len() == 20
            && text.char_indices().all(|(at, c)| match at {
                4 | 7 => c == '-',
                10 => c == 'T',
                13 | 16 => c == ':',
                19 => c == 'Z',
                _ => c.is_ascii_digit(),
            });
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        is_form.then(|| Self::from_digits(&digits, 0)).flatten()
    }

    fn from_digits(text: &str, offset: i32) -> Option<Self> {
        if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let part = |from: usize, to: usize| text.get(from..to)?.parse::<u8>().ok();
        let month = Month::try_from(part(4, 6)?).ok()?;
        let date =
            Date::from_calendar_date(text.get(..4)?.parse().ok()?, month, part(6, 8)?).ok()?;
        let time = Time::from_hms(part(8, 10)?, part(10, 12)?, part(12, 14)?).ok()?;
        let offset = UtcOffset::from_whole_seconds(offset).ok()?;
        let at = PrimitiveDateTime::new(date, time).assume_offset(offset);
        u64::try_from(at.unix_timestamp())
            .ok()
            .map(|seconds| Self(seconds * 1000))
    }

    fn at(self, offset: i32) -> OffsetDateTime {
        let at = OffsetDateTime::UNIX_EPOCH + Duration::from_millis(self.0);
        UtcOffset::from_whole_seconds(offset).map_or(at, |offset| at.to_offset(offset))
    }
}

fn day(at: OffsetDateTime) -> String {
    format!(
        "{:04}-{:02}-{:02}",
        at.year(),
        u8::from(at.month()),
        at.day()
    )
}

fn clock(at: OffsetDateTime) -> String {
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

#[cfg(test)]
mod tests {
    use super::Stamp;

    #[test]
    fn beijing_is_eight_hours_ahead() {
        let stamp = Stamp(1_768_465_800_101);
        assert_eq!(stamp.beijing(), "2026-01-15 16:30:00.101");
        assert_eq!(stamp.iso(), "2026-01-15T08:30:00.101Z");
        assert_eq!(
            Stamp::from_beijing_digits("20260115163000"),
            Some(Stamp(1_768_465_800_000))
        );
        assert_eq!(
            Stamp::from_iso("2026-01-15T08:30:00Z"),
            Some(Stamp(1_768_465_800_000))
        );
        assert_eq!(Stamp::from_iso("2026-01-15 08:30:00"), None);
        assert_eq!(Stamp(1_768_500_000_000).beijing_day(), "2026-01-16");
    }

    #[test]
    fn only_fourteen_digits_are_a_time() {
        for nonsense in ["", "2026011516300", "20261315163000", "2026-01-15T16:3"] {
            assert_eq!(Stamp::from_beijing_digits(nonsense), None, "{nonsense}");
        }
    }
}
