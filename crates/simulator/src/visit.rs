//! A request whose answer is not finished.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{
    Handle, Outcome,
    account::{Ending, Pass},
};

/// Dropping it before its end means that the client has left.
#[derive(Debug)]
pub(crate) struct Visit {
    handle: Handle,
    pass: Pass,
    model: String,
    since: Duration,
    status: Option<u16>,
    open: bool,
}

impl Visit {
    pub(crate) fn new(handle: Handle, pass: Pass, model: String, since: Duration) -> Self {
        Self {
            handle,
            pass,
            model,
            since,
            status: None,
            open: true,
        }
    }

    pub(crate) fn pass(&self) -> Pass {
        self.pass
    }

    /// The request has become a connection that goes on by itself; whoever holds the place decides when it ends.
    pub(crate) fn move_to(self, place: &VisitPlace) {
        *place.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(self);
    }

    /// Writes down the status that is being answered.
    pub(crate) fn answered_with(&mut self, status: u16) {
        self.status = Some(status);
        self.handle
            .change(|account| account.answered_with(self.pass, status));
    }

    pub(crate) fn end(&mut self, outcome: Outcome) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        let ending = Ending {
            model: std::mem::take(&mut self.model),
            status: self.status,
            outcome,
            at: self.handle.uptime(),
        };
        self.handle
            .change(|account| account.end(self.pass, &ending));
    }
}

/// Where the visit of a connection goes that outlives its request.
#[derive(Clone, Debug, Default)]
pub(crate) struct VisitPlace(Arc<Mutex<Option<Visit>>>);

impl VisitPlace {
    /// The connection was ended as it should. Otherwise the client has left when the last place is dropped.
    pub(crate) fn end(&self, outcome: Outcome) {
        let mut visit = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(visit) = visit.as_mut() {
            visit.end(outcome);
        }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let broken = self.handle.stopping().is_cancelled();
        let after = self.handle.uptime().saturating_sub(self.since);
        let left = Outcome::ClientLeft { after };
        self.end(if broken { Outcome::Broken } else { left });
    }
}
