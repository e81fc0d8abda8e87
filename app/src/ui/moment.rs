//! Times, by the reader's clock: the server writes them as the page does.

use leptos::prelude::*;
use model::Millis;

use crate::session::use_session;

/// A time to the minute, `2026-11-28 16:53`. Only below a `Suspense` that has awaited the session.
#[component]
pub fn Moment(at: Millis) -> impl IntoView {
    let offset = use_session()
        .get_untracked()
        .and_then(Result::ok)
        .map_or(0, |session| session.utc_offset_minutes);
    let utc = format!("{}:00Z", written(at, 0).replace(' ', "T"));
    view! { <time class="moment" datetime=utc>{written(at, offset)}</time> }
}

/// A time to the minute, by a clock that is so far from UTC.
pub fn written(at: Millis, offset_minutes: i32) -> String {
    let minutes = at.get().div_euclid(60_000) + i64::from(offset_minutes);
    let (days, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
    let (year, month, day) = civil(days);
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}",
        minute / 60,
        minute % 60
    )
}

/// The day alone, `2026-11-28`.
pub fn day(at: Millis, offset_minutes: i32) -> String {
    written(at, offset_minutes)
        .split(' ')
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The end of a day that is written `2026-11-28`, by a clock that is so far from UTC.
#[cfg(feature = "ssr")]
pub fn end_of_day(text: &str, offset_minutes: i32) -> Option<Millis> {
    let mut parts = text.trim().splitn(3, '-');
    let year: i64 = parts.next()?.parse().ok()?;
    let month: i64 = parts.next()?.parse().ok()?;
    let day: i64 = parts.next()?.parse().ok()?;
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let days = days_since_1970(year, month, day);
    if civil(days) != (year, month, day) {
        return None;
    }
    let minutes = (days + 1) * 1440 - i64::from(offset_minutes);
    Some(Millis::new(minutes * 60_000 - 1))
}

/// Year, month and day of so many days since 1970-01-01, in the Gregorian calendar. Counted in eras of 400 years from
/// a March, so that the leap day comes last.
const fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

#[cfg(feature = "ssr")]
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    era * 146_097 + of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_by_the_readers_clock() {
        for (millis, offset, expected) in [
            (0, 0, "1970-01-01 00:00"),
            (951_782_399_999, 0, "2000-02-28 23:59"),
            (951_782_400_000, 0, "2000-02-29 00:00"),
            (1_767_225_599_000, 480, "2026-01-01 07:59"),
            (-1, -60, "1969-12-31 22:59"),
        ] {
            assert_eq!(written(Millis::new(millis), offset), expected);
        }
    }

    #[test]
    fn a_day_ends_when_the_readers_does() {
        let end = end_of_day("2026-01-01", 480).map(|end| written(end, 480));
        assert_eq!(end.as_deref(), Some("2026-01-01 23:59"));
        for wrong in ["", "2026-02-30", "2026-13-01", "1.1.2026", "2026-1"] {
            assert_eq!(end_of_day(wrong, 0), None, "{wrong}");
        }
    }
}
