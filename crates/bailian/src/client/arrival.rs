//! An answer whose head has come, with what must be let go of when it ends.

use reqwest::Response;

use crate::body::Deadlines;
use crate::pacing::{Reservation, total_tokens};
use crate::status::InFlight;

/// Handed to whoever reads the answer.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) response: Response,
    pub(crate) deadlines: Deadlines,
    pub(crate) lease: Lease,
}

/// What an answer holds until it ends.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) reservation: Reservation,
    pub(crate) _in_flight: InFlight,
}

impl Lease {
    /// Reads in (a part of) the answer what it cost, if anybody wants to know.
    pub(crate) fn note(&mut self, json: &[u8]) {
        if self.reservation.counts_tokens()
            && let Some(tokens) = total_tokens(json)
        {
            self.reservation.used(tokens);
        }
    }
}
