//! The heading that a moment falls under, seen from the reader's time zone.

use model::{DayGroup, Millis};
use time::{Date, OffsetDateTime, UtcOffset};

/// Where `then` stands, read at `now`, `utc_offset_minutes` east of UTC.
pub(super) fn group(then: Millis, now: Millis, utc_offset_minutes: i32) -> DayGroup {
    let (then, today) = (
        date(then, utc_offset_minutes),
        date(now, utc_offset_minutes),
    );
    match today.to_julian_day() - then.to_julian_day() {
        ..=0 => DayGroup::Today,
        1 => DayGroup::Yesterday,
        2..=6 => DayGroup::Week,
        7..=29 => DayGroup::Month,
        _ => DayGroup::Earlier {
            year: then.year(),
            month: then.month().into(),
        },
    }
}

fn date(at: Millis, utc_offset_minutes: i32) -> Date {
    // Beyond ±14 h there is no place on earth.
    let offset = UtcOffset::from_whole_seconds(utc_offset_minutes.clamp(-840, 840) * 60)
        .unwrap_or(UtcOffset::UTC);
    let utc = OffsetDateTime::from_unix_timestamp(at.get().div_euclid(1000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    utc.checked_to_offset(offset).unwrap_or(utc).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    /// 2026-03-01T15:00:00Z.
    const NOW: Millis = Millis::new(1_772_377_200_000);

    #[test]
    fn headings_follow_the_readers_midnight() {
        for (hours_ago, offset, expected) in [
            (0, 0, DayGroup::Today),
            (14, 0, DayGroup::Today),
            (16, 0, DayGroup::Yesterday),
            (14, 600, DayGroup::Yesterday),
            (24 * 3, 0, DayGroup::Week),
            (24 * 8, 0, DayGroup::Month),
            (
                24 * 45,
                0,
                DayGroup::Earlier {
                    year: 2026,
                    month: 1,
                },
            ),
            (-1, 0, DayGroup::Today),
        ] {
            assert_eq!(
                group(NOW.plus(-hours_ago * HOUR), NOW, offset),
                expected,
                "{hours_ago} h, {offset} min"
            );
        }
    }
}
