//! How many calls may run at once while this process is as late as it is.
//!
//! A task naps and notes how late it is woken: that is what every other task waits too, a refusal included. Late for a while
//! is overload, late once is not. The same holds for this process's own work, which may wait for the database instead. The
//! room is then made a little smaller than what runs, again and again, until all is in time, and grows as long as it stays
//! so: as TCP finds how much a line carries.

use std::{num::NonZero, thread, time::Duration};

use tokio::time::Instant;

use super::Work;

/// How long the task sleeps.
pub(super) const NAP: Duration = Duration::from_millis(5);

/// Naps in a row that must be late. Seven that are late for 40 ms take 315.
const IN_A_ROW: u32 = 7;

/// How often the work is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Looks in a row that must find slow work: a disk that stops for a moment is no overload.
const LOOKS_IN_A_ROW: u32 = 3;

/// Work waits for disks too, and may take so many times as long as a nap may be late.
const WORK_TO_A_NAP: u32 = 4;

/// The room is never smaller than so many calls for each processor: they make nobody late, and whoever did is outside.
const CALLS_TO_A_PROCESSOR: usize = 32;

/// What is known of the last naps.
#[derive(Debug)]
pub(super) struct Pace {
    late_at_most: Duration,
    least: usize,
    in_a_row: u32,
    looked_at: Instant,
    slow_in_a_row: u32,
}

impl Pace {
    pub(super) fn new(late_at_most: Duration) -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        Self {
            late_at_most,
            least: processors * CALLS_TO_A_PROCESSOR,
            in_a_row: 0,
            looked_at: Instant::now(),
            slow_in_a_row: 0,
        }
    }

    /// The room where it is `now` and that many run, after this process's own work. It does not grow while that is slow.
    pub(super) fn after(&mut self, work: &Work, running: usize, now: usize, most: usize) -> usize {
        if self.looked_at.elapsed() < LOOK {
            return now;
        }
        self.looked_at = Instant::now();
        if !work.is_slow(self.late_at_most * WORK_TO_A_NAP) {
            self.slow_in_a_row = 0;
            return now;
        }
        self.slow_in_a_row += 1;
        if self.slow_in_a_row >= LOOKS_IN_A_ROW {
            // As much as a room in time grows between two looks, and a little more.
            return (running.min(now) * 7 / 10).max(self.least).min(most);
        }
        now
    }

    /// The room after a nap that ended so `late`, with that many `running`, where the room is `now` and `most` without
    /// any overload. It neither shrinks nor grows between half of the delay that may be and all of it.
    pub(super) fn room(
        &mut self,
        late: Duration,
        running: usize,
        now: usize,
        most: usize,
    ) -> usize {
        if late > self.late_at_most {
            self.in_a_row += 1;
            if self.in_a_row < IN_A_ROW {
                return now;
            }
            let fewer = running.min(now) * 9 / 10;
            return fewer.max(self.least).min(most);
        }
        self.in_a_row = 0;
        if self.slow_in_a_row > 0 || late > self.late_at_most / 2 {
            return now;
        }
        (now + (now / 64).max(1)).min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 1_000;
    const LATE: Duration = Duration::from_millis(40);
    const IN_TIME: Duration = Duration::from_millis(1);

    const LEAST: usize = 16;

    fn pace() -> Pace {
        Pace {
            least: LEAST,
            ..Pace::new(Duration::from_millis(25))
        }
    }

    #[test]
    fn late_once_is_no_overload_and_late_for_a_while_is() {
        let mut pace = pace();
        for _ in 0..10 {
            for late in [LATE, LATE, LATE, LATE, LATE, LATE, IN_TIME] {
                assert_eq!(pace.room(late, 500, MOST, MOST), MOST);
            }
        }
        let rooms: Vec<_> = (0..8).map(|_| pace.room(LATE, 500, MOST, MOST)).collect();
        assert_eq!(rooms, [MOST, MOST, MOST, MOST, MOST, MOST, 450, 450]);
    }

    #[test]
    fn some_calls_run_however_late_it_is() {
        let mut pace = pace();
        let room = (0..200).fold(MOST, |room, _| pace.room(LATE, room, room, MOST));
        assert_eq!(room, LEAST);
        assert_eq!(pace.room(LATE, 0, 3, 3), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_waits_for_a_while_makes_it_smaller_and_keeps_it_so() {
        let (mut pace, work) = (pace(), Work::default());
        let waiting = work.begin();
        assert_eq!(pace.after(&work, 500, MOST, MOST), MOST);
        for expected in [MOST, MOST, 350] {
            tokio::time::advance(LOOK).await;
            assert_eq!(pace.after(&work, 500, MOST, MOST), expected);
        }
        assert_eq!(pace.after(&work, 500, 350, MOST), 350);
        assert_eq!(pace.room(IN_TIME, 500, 350, MOST), 350);
        tokio::time::advance(LOOK).await;
        waiting.ended();
        assert_eq!(pace.after(&work, 500, 350, MOST), 245);
        tokio::time::advance(LOOK).await;
        assert_eq!(pace.after(&work, 500, 245, MOST), 245);
        assert!(pace.room(IN_TIME, 500, 245, MOST) > 245);
    }

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_stops_for_a_moment_refuses_nobody() {
        let (mut pace, work) = (pace(), Work::default());
        for _ in 0..10 {
            let waiting = work.begin();
            for _ in 1..LOOKS_IN_A_ROW {
                tokio::time::advance(LOOK).await;
                assert_eq!(pace.after(&work, 500, MOST, MOST), MOST);
            }
            waiting.ended();
            work.begin().ended();
            tokio::time::advance(LOOK).await;
            assert_eq!(pace.after(&work, 500, MOST, MOST), MOST);
        }
    }

    #[test]
    fn it_grows_again_when_all_is_in_time_and_stays_in_between() {
        let mut pace = pace();
        let between = Duration::from_millis(20);
        assert_eq!(pace.room(between, 16, 100, MOST), 100);
        let grown = (0..1_000).fold(LEAST, |room, _| pace.room(IN_TIME, room, room, MOST));
        assert_eq!(grown, MOST);
    }
}
