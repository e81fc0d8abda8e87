//! Room for calls: who comes when there is none is refused at once, before anything is looked up, read, reserved or asked.
//!
//! A request counts until its answer's last byte has left, so none of the kept limiters fits: theirs count until the answer's
//! head is there. Those that adapt watch how long answers take, which for a model says nothing of this process. What is
//! watched here is what runs out: how late the runtime wakes whoever is due, how long this process's own work waits, memory, the ledger's queue, and descriptors.
//!
//! **Whose calls they are.** A credential may begin a call while it has fewer than four times as many as places would stay
//! free, and the last place is for one that has none. One that is alone gets four fifths of the room, two that want all they
//! can get have four ninths each, and `n` of them leave one place in `4n + 1` free: whoever has few calls always finds one,
//! without a list of who waits or a share that is set in advance. Switches share their memory among queues in this way
//! ("dynamic thresholds"). In a room that overload has made small the same rule holds, so that one key's thousand requests are
//! what is refused, and not another key's one.

mod delay;
mod descriptors;
mod work;

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Gateway, GatewayError, observed};
use delay::Pace;
pub use descriptors::calls_that_fit;
pub(super) use work::Work;

/// Steps of the ledger that wait: twice as many as those with which whoever begins a call has to wait too.
const LEDGER_BEHIND: usize = 8_192;

/// One light request more for each four calls: a fifth of the whole is theirs.
const CALLS_TO_A_LIGHT_ONE: usize = 4;

/// Calls of one credential to each place that stays free.
const CALLS_TO_A_FREE_PLACE: usize = 4;

/// When whoever was refused should come again: rooms empty and queues are written within this time.
const COME_AGAIN: Duration = Duration::from_secs(1);

/// What a request asks of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// A model's answer: bodies to read, money to reserve, a stream to hold open.
    Call,
    /// Looking at something, taking it away, cancelling it.
    Light,
}

/// What there is too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// As many calls run as may.
    CallsAtOnce,
    /// As many calls of this credential run as leave room for others.
    Share,
    /// What is done here comes late: there is more of it than processors or the database can do.
    Time,
    /// The ledger can't write as fast as calls come.
    Ledger,
    /// Memory.
    Memory,
}

impl Shortage {
    /// As metrics name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CallsAtOnce => "calls_at_once",
            Self::Share => "share",
            Self::Time => "time",
            Self::Ledger => "ledger",
            Self::Memory => "memory",
        }
    }
}

/// A request's place. It is free again when this is dropped, which is to be when the answer's last byte has left.
#[derive(Debug)]
#[must_use = "the place is free again when this is dropped"]
pub struct Place {
    room: Arc<Room>,
    weight: Weight,
    whose: u64,
}

/// All places.
#[derive(Debug)]
pub(super) struct Room {
    /// Calls at once, at most.
    most: usize,
    /// Calls at once while this process is as late as it is.
    now: AtomicUsize,
    /// How late tasks may be woken; `None` if that does not matter.
    late_at_most: Option<Duration>,
    /// Makes a number of a credential that nobody can foresee.
    hasher: RandomState,
    seats: Mutex<Seats>,
    /// What this process does for calls.
    pub(super) work: Work,
}

#[derive(Debug, Default)]
struct Seats {
    calls: usize,
    light: usize,
    /// Calls by whose they are; who has none is not in it.
    of: HashMap<u64, usize>,
}

impl Room {
    pub(super) fn new(most: usize, late_at_most: Option<Duration>) -> Arc<Self> {
        Arc::new(Self {
            most,
            now: AtomicUsize::new(most),
            late_at_most,
            hasher: RandomState::new(),
            seats: Mutex::default(),
            work: Work::default(),
        })
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(self: &Arc<Self>, credential: &str, weight: Weight) -> Result<Place, Shortage> {
        let whose = self.hasher.hash_one(credential);
        let mut seats = self.seats();
        match weight {
            Weight::Call => {
                let now = self.now.load(Ordering::Relaxed);
                if seats.calls >= now {
                    return Err(if now < self.most {
                        Shortage::Time
                    } else {
                        Shortage::CallsAtOnce
                    });
                }
                let own = seats.of.get(&whose).copied().unwrap_or(0);
                let stay_free = now - seats.calls - 1;
                if own > 0 && own >= CALLS_TO_A_FREE_PLACE * stay_free {
                    return Err(Shortage::Share);
                }
                seats.calls += 1;
                seats.of.insert(whose, own + 1);
            }
            Weight::Light => {
                let whole = self.most + self.most.div_ceil(CALLS_TO_A_LIGHT_ONE);
                if seats.calls + seats.light >= whole {
                    return Err(Shortage::CallsAtOnce);
                }
                seats.light += 1;
            }
        }
        Ok(Place {
            room: Arc::clone(self),
            weight,
            whose,
        })
    }

    /// Measures how late the runtime is, and makes the room smaller or larger, until `closing`.
    pub(super) async fn keep(&self, closing: CancellationToken) {
        let mut pace = self.late_at_most.map(Pace::new);
        loop {
            let due = Instant::now() + delay::NAP;
            let slept = closing.run_until_cancelled(tokio::time::sleep_until(due));
            if slept.await.is_none() {
                return;
            }
            let late = due.elapsed();
            let running = self.seats().calls;
            observed::room(late, running);
            let Some(pace) = &mut pace else { continue };
            let before = self.now.load(Ordering::Relaxed);
            let now = pace.after(&self.work, running, before, self.most);
            let now = pace.room(late, running, now, self.most);
            self.now.store(now, Ordering::Relaxed);
            if before == self.most && now < self.most {
                tracing::warn!(
                    late_ms = late.as_millis(),
                    calls = running,
                    "overloaded: calls beyond what can be done in time are refused"
                );
            } else if before < self.most && now == self.most {
                tracing::info!("no longer overloaded");
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut seats = self.room.seats();
        match self.weight {
            Weight::Call => {
                seats.calls -= 1;
                if let Entry::Occupied(mut own) = seats.of.entry(self.whose) {
                    *own.get_mut() -= 1;
                    if *own.get() == 0 {
                        own.remove();
                    }
                }
            }
            Weight::Light => seats.light -= 1,
        }
    }
}

impl Gateway {
    /// A place for a request that comes with that credential, which need not be a good one, or why there is none. Neither
    /// asks anybody.
    ///
    /// # Errors
    ///
    /// [`GatewayError::Overloaded`].
    pub fn enter(&self, credential: &str, weight: Weight) -> Result<Place, GatewayError> {
        let entered = match self.shortage().filter(|_| weight == Weight::Call) {
            Some(shortage) => Err(shortage),
            None => self.0.room.enter(credential, weight),
        };
        entered.map_err(overloaded)
    }

    /// Whether more of a body may be kept in memory.
    ///
    /// # Errors
    ///
    /// [`GatewayError::Overloaded`].
    pub fn holds_more(&self) -> Result<(), GatewayError> {
        if self.0.memory.is_exhausted() {
            return Err(overloaded(Shortage::Memory));
        }
        Ok(())
    }

    /// What all calls want, those of pages too.
    pub(super) fn shortage(&self) -> Option<Shortage> {
        if self.0.memory.is_exhausted() {
            return Some(Shortage::Memory);
        }
        (self.0.ledger.waiting() >= LEDGER_BEHIND).then_some(Shortage::Ledger)
    }
}

pub(super) fn overloaded(shortage: Shortage) -> GatewayError {
    observed::shed(shortage);
    GatewayError::Overloaded {
        shortage,
        retry_after: COME_AGAIN,
    }
}

#[cfg(test)]
mod tests;
