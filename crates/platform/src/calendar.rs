//! Days and months of the site's time zone.

use std::sync::{Mutex, PoisonError};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use model::{BudgetPeriod, Millis};

const EPOCH: Date = Date::constant(1970, 1, 1);

/// The day of that count as people write it, `2026-11-28`.
pub(crate) fn written(date: i64) -> String {
    let date = jiff::Span::new()
        .try_days(date)
        .and_then(|span| EPOCH.checked_add(span));
    date.unwrap_or(EPOCH).to_string()
}

/// Where a moment lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// The day, counted from 1970.
    pub(crate) date: i64,
    /// When the day began.
    pub(crate) day: i64,
    /// When the month began.
    pub(crate) month: i64,
    /// When the next day begins.
    pub(crate) next_day: i64,
}

/// The site's calendar.
pub(crate) struct Calendar {
    zone: TimeZone,
    /// Calls come in order of time: nearly all are on the same day as the one before.
    last: Mutex<Option<Moment>>,
}

impl Calendar {
    pub(crate) const fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            last: Mutex::new(None),
        }
    }

    /// Where the moment lies.
    pub(crate) fn moment(&self, at: Millis) -> Moment {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match *last {
            Some(moment) if (moment.day..moment.next_day).contains(&at.get()) => moment,
            _ => *last.insert(self.of_date(self.date(at))),
        }
    }

    /// The day that is so many days after the first of 1970.
    pub(crate) fn day(&self, date: i64) -> Moment {
        let days = i32::try_from(date).unwrap_or(0);
        let date = EPOCH.checked_add(jiff::Span::new().days(days));
        self.of_date(date.unwrap_or(EPOCH))
    }

    /// When the period that the moment lies in ends.
    pub(crate) fn resets_at(&self, period: BudgetPeriod, at: Millis) -> Option<Millis> {
        match period {
            BudgetPeriod::Day => Some(Millis::new(self.moment(at).next_day)),
            BudgetPeriod::Month => {
                let next = self.date(at).last_of_month().tomorrow().ok()?;
                Some(Millis::new(self.start(next)))
            }
            BudgetPeriod::Total => None,
        }
    }

    fn date(&self, at: Millis) -> Date {
        Timestamp::from_millisecond(at.get())
            .unwrap_or_default()
            .to_zoned_datetime(self.zone.clone())
            .date()
    }

    fn of_date(&self, date: Date) -> Moment {
        Moment {
            date: date.duration_since(EPOCH).as_hours() / 24,
            day: self.start(date),
            month: self.start(date.first_of_month()),
            next_day: date.tomorrow().map_or(i64::MAX, |next| self.start(next)),
        }
    }

    /// The first moment of a day, which is not midnight where the clock is put forward then.
    fn start(&self, date: Date) -> i64 {
        date.to_zoned_datetime(self.zone.clone())
            .map_or(0, |start| start.timestamp().as_millisecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(zone: &str) -> Calendar {
        Calendar::new(TimeZone::get(zone).unwrap())
    }

    fn at(text: &str) -> Millis {
        Millis::new(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn days_and_months_begin_where_the_site_is() {
        let table = [
            // zone, moment, day, next day, month, next month
            (
                "Asia/Shanghai",
                "2026-11-30T16:00:00Z",
                "2026-11-30T16:00:00Z",
                "2026-12-01T16:00:00Z",
                "2026-11-30T16:00:00Z",
                "2026-12-31T16:00:00Z",
            ),
            (
                "Asia/Shanghai",
                "2026-11-30T15:59:59.999Z",
                "2026-11-29T16:00:00Z",
                "2026-11-30T16:00:00Z",
                "2026-10-31T16:00:00Z",
                "2026-11-30T16:00:00Z",
            ),
            // 23 hours long.
            (
                "Europe/Berlin",
                "2026-03-29T12:00:00Z",
                "2026-03-28T23:00:00Z",
                "2026-03-29T22:00:00Z",
                "2026-02-28T23:00:00Z",
                "2026-03-31T22:00:00Z",
            ),
            // 25 hours long.
            (
                "Europe/Berlin",
                "2026-10-25T22:30:00Z",
                "2026-10-24T22:00:00Z",
                "2026-10-25T23:00:00Z",
                "2026-09-30T22:00:00Z",
                "2026-10-31T23:00:00Z",
            ),
            // The clock is put forward at midnight: the day begins at one.
            (
                "Asia/Beirut",
                "2026-03-29T12:00:00Z",
                "2026-03-28T22:00:00Z",
                "2026-03-29T21:00:00Z",
                "2026-02-28T22:00:00Z",
                "2026-03-31T21:00:00Z",
            ),
        ];
        for (zone, moment, day, next_day, month, next_month) in table {
            let calendar = calendar(zone);
            let found = calendar.moment(at(moment));
            assert_eq!(Millis::new(found.day), at(day), "{zone} {moment}");
            assert_eq!(Millis::new(found.next_day), at(next_day), "{zone} {moment}");
            assert_eq!(Millis::new(found.month), at(month), "{zone} {moment}");
            assert_eq!(calendar.day(found.date), found);
            let resets = |period| calendar.resets_at(period, at(moment));
            assert_eq!(resets(BudgetPeriod::Day), Some(at(next_day)));
            assert_eq!(resets(BudgetPeriod::Month), Some(at(next_month)));
            assert_eq!(resets(BudgetPeriod::Total), None);
        }
    }

    #[test]
    fn a_moment_of_another_day_is_not_taken_for_one_of_the_last() {
        let calendar = calendar("Asia/Shanghai");
        let late = calendar.moment(at("2026-11-28T12:00:00Z"));
        let early = calendar.moment(at("2026-11-27T12:00:00Z"));
        assert_eq!(early.date + 1, late.date);
        assert_eq!(calendar.moment(at("2026-11-28T12:00:00Z")), late);
    }

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
            let date = calendar(zone).moment(Millis::new(millis)).date;
            assert_eq!(written(date), expected);
        }
    }
}
