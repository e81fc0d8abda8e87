//! On which days a model was called, and where in the log these days are. The log has no index by model: each call would have to
//! write it. The sums of days are few, and written in the same transaction as the calls that they are of, so that no call is
//! missed by them, today's neither.

use std::cmp::Reverse;

use model::{CallFilter, Millis};

use super::{ABOUT_MS, first_id};
use crate::store::{Db, Result, on_pool};

/// Steps from a day to the one before it, so that days between them and other calls of a day are not read. What comes first in the
/// text says by which index. Empty texts ask for nothing.
macro_rules! days {
    ($first:literal) => {
        concat!(
            "WITH RECURSIVE met (day, steps) AS ( \
             SELECT (SELECT d.day FROM usage_days d WHERE ",
            $first,
            "d.day <= $2 AND ($3 = '' OR d.key_id = $3) AND ($4 = '' OR d.owner_id = $4) \
             ORDER BY d.day DESC LIMIT 1), 1 \
             UNION ALL \
             SELECT (SELECT d.day FROM usage_days d WHERE ",
            $first,
            "d.day < met.day AND ($3 = '' OR d.key_id = $3) AND ($4 = '' OR d.owner_id = $4) \
             ORDER BY d.day DESC LIMIT 1), met.steps + 1 \
             FROM met WHERE met.day IS NOT NULL AND met.steps < $5) \
             SELECT met.day FROM met WHERE met.day IS NOT NULL"
        )
    };
}

const OF_EVERYBODY: &str = days!("d.model = $1 AND ");
/// What one person has is little, whatever they called.
const OF_OWNER: &str = days!("d.owner_id = $4 AND ($1 = '' OR d.model = $1) AND ");

/// For the proof that each uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] =
    &[("OF_EVERYBODY", OF_EVERYBODY), ("OF_OWNER", OF_OWNER)];

/// Days that are asked for at once.
pub(super) const AT_ONCE: usize = 64;

/// By how much the days of a zone may begin before or after those of UTC. Whatever zone the site was in when a call was booked: an
/// operator may have changed it since, and a day is only its count.
const FARTHEST_MS: i64 = 16 * 60 * 60 * 1000;

/// A part of the log: the ids from the oldest on, and before the other one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) oldest: String,
    pub(super) before: String,
}

impl Stretch {
    /// Where these days are, the newest first, without any part of the log twice. The days come the newest first.
    pub(super) fn of(days: &[i64]) -> Vec<Self> {
        let mut times: Vec<(i64, i64)> = Vec::new();
        for &day in days {
            let (begins, ends) = (begins(day), begins(day.saturating_add(1)));
            let slack = FARTHEST_MS + ABOUT_MS;
            let (begins, ends) = (begins.saturating_sub(slack), ends.saturating_add(slack));
            match times.last_mut() {
                Some(last) if last.0 <= ends => last.0 = begins,
                _ => times.push((begins, ends)),
            }
        }
        times
            .into_iter()
            .map(|(begins, ends)| Self {
                oldest: first_id(Millis::new(begins)),
                before: first_id(Millis::new(ends)),
            })
            .collect()
    }

    /// What lies in both; `None` if nothing does.
    pub(super) fn within(self, other: &Self) -> Option<Self> {
        let both = Self {
            oldest: self.oldest.max(other.oldest.clone()),
            before: self.before.min(other.before.clone()),
        };
        (both.oldest < both.before).then_some(both)
    }
}

/// The last day on which a call can have been that began before that moment.
pub(super) fn latest_day(before: Millis) -> i64 {
    let latest = before.get().saturating_add(FARTHEST_MS + ABOUT_MS);
    latest.div_euclid(Millis::DAY)
}

/// When the day begins in UTC.
fn begins(day: i64) -> i64 {
    day.saturating_mul(Millis::DAY)
}

impl Db {
    /// The newest days until `latest` on which the model was called within the filter, the newest first; at most [`AT_ONCE`].
    #[tracing::instrument(name = "store.calls.days", skip_all)]
    pub(super) async fn days_of_model(
        &self,
        filter: &CallFilter,
        model: &str,
        latest: i64,
    ) -> Result<Vec<i64>> {
        let text = if filter.owner.is_some() {
            OF_OWNER
        } else {
            OF_EVERYBODY
        };
        let found: Vec<(i64,)> = on_pool!(self.reader(), |pool| sqlx::query_as(text)
            .bind(model)
            .bind(latest)
            .bind(filter.key.map(|id| id.to_string()).unwrap_or_default())
            .bind(filter.owner.map(|id| id.to_string()).unwrap_or_default())
            .bind(i64::try_from(AT_ONCE).unwrap_or(i64::MAX))
            .fetch_all(pool)
            .await?);
        let mut days: Vec<i64> = found.into_iter().map(|(day,)| day).collect();
        // They are met in that order, but no database promises to say them in it.
        days.sort_unstable_by_key(|day| Reverse(*day));
        Ok(days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 60 * 60 * 1000;

    fn stretch(begins: i64, ends: i64) -> Stretch {
        Stretch {
            oldest: first_id(Millis::new(begins)),
            before: first_id(Millis::new(ends)),
        }
    }

    #[test]
    fn days_that_lie_close_are_one_stretch_and_gaps_are_left_out() {
        let day = Millis::DAY;
        let slack = 17 * HOUR;
        assert!(Stretch::of(&[]).is_empty());
        assert_eq!(
            Stretch::of(&[20_000]),
            [stretch(20_000 * day - slack, 20_001 * day + slack)]
        );
        // Of every second day the nights meet.
        assert_eq!(
            Stretch::of(&[20_009, 20_008, 20_006, 20_000]),
            [
                stretch(20_006 * day - slack, 20_010 * day + slack),
                stretch(20_000 * day - slack, 20_001 * day + slack),
            ]
        );
        // Nonsense in the table is no reason to fall over.
        assert_eq!(Stretch::of(&[i64::MAX, 0, i64::MIN]).len(), 3);
    }

    #[test]
    fn what_lies_in_both_is_what_is_read() {
        let whole = Stretch {
            oldest: String::new(),
            before: "g".to_owned(),
        };
        let some = stretch(1_000, 2_000);
        assert_eq!(some.clone().within(&whole), Some(some.clone()));
        assert_eq!(
            some.clone().within(&stretch(1_500, 3_000)),
            Some(stretch(1_500, 2_000))
        );
        assert_eq!(some.within(&stretch(2_000, 3_000)), None);
    }

    #[test]
    fn a_day_may_begin_early_or_late() {
        let noon = 20_000 * Millis::DAY + 12 * HOUR;
        assert_eq!(latest_day(Millis::new(noon)), 20_001);
        assert_eq!(latest_day(Millis::new(noon - 6 * HOUR)), 20_000);
        assert_eq!(latest_day(Millis::new(-1 - 17 * HOUR)), -1);
        assert!(latest_day(Millis::new(i64::MAX)) > 20_000);
    }
}
