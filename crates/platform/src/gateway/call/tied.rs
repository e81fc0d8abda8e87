//! A call whose reservation outlives its process: what became of it can be found out by the name that it is kept by.

use model::{CallId, CallOutcome};

use super::{Ending, Running};
use crate::{ledger::OpenCall, store};

impl Running {
    /// The id of its line in the log, until it is left to a task.
    pub(in crate::gateway) fn id(&self) -> Option<CallId> {
        self.open.as_ref().map(OpenCall::id)
    }

    /// Keeps the reservation by that name, whatever becomes of this process; returns when that is durable.
    pub(in crate::gateway) async fn tie(&mut self, name: String) -> Result<(), store::Error> {
        if let Some(open) = self.open.take() {
            let terms = self.gateway.terms(&self.served);
            open.wait_for_task(&name, terms).await?;
            self.tied = Some(name);
        }
        Ok(())
    }

    /// By what name it is kept, for whoever gives it another one.
    pub(in crate::gateway) fn untie(&mut self) -> Option<String> {
        self.tied.take()
    }

    /// Books it if it is certain that the upstream did nothing. What else became of it is found out by its name.
    pub(super) async fn close_tied(mut self, ending: Ending) -> Result<(), store::Error> {
        let refused = ending.outcome == Some(CallOutcome::Refused) || ending.status == Some(429);
        let Some(tied) = self.tied.take().filter(|_| refused) else {
            return Ok(());
        };
        let end = self.end(ending);
        self.gateway.0.ledger.close_task(&tied, end).await?;
        Ok(())
    }
}
