//! Days, counted from 1970.

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use model::Millis;

const FIRST: Date = Date::constant(1970, 1, 1);

/// The day of that moment in the zone.
pub(super) fn of(at: Millis, zone: &TimeZone) -> i64 {
    let moment = Timestamp::from_millisecond(at.get()).unwrap_or(Timestamp::UNIX_EPOCH);
    let date = moment.to_zoned_datetime(zone.clone()).date();
    date.duration_since(FIRST).as_hours() / 24
}

/// The day as people write it, `2026-11-28`.
pub(super) fn written(day: i64) -> String {
    let date = Span::new()
        .try_days(day)
        .and_then(|span| FIRST.checked_add(span));
    date.unwrap_or(FIRST).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_the_zones_midnight() {
        for (zone, millis, expected) in [
            ("UTC", 0, "1970-01-01"),
            ("Asia/Shanghai", 1_767_196_799_999, "2025-12-31"),
            ("Asia/Shanghai", 1_767_196_800_000, "2026-01-01"),
            // 2026-03-29: the clocks of Berlin go forward at 01:00 UTC.
            ("Europe/Berlin", 1_774_738_799_999, "2026-03-28"),
            ("Europe/Berlin", 1_774_738_800_000, "2026-03-29"),
            ("Europe/Berlin", 1_774_821_599_999, "2026-03-29"),
            ("Europe/Berlin", 1_774_821_600_000, "2026-03-30"),
            ("America/New_York", -1, "1969-12-31"),
        ] {
            let zone = TimeZone::get(zone).unwrap();
            assert_eq!(written(of(Millis::new(millis), &zone)), expected);
        }
    }
}
