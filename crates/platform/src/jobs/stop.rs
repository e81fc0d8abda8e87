//! Stopping a job that nobody wants any more.

use model::{CallOutcome, JobId, UserId};

use super::{Change, Jobs};
use crate::{
    gateway::{Gateway, JobEnd},
    store,
};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// Nobody had worked on it: it is over, and what was reserved for it is free.
    AtOnce,
    /// Whoever works on it hears of it. What was begun at the upstream may come to its end all the same.
    Asked,
    /// There is none of the owner's that has not ended.
    NotThere,
}

impl Jobs {
    /// Stops a job of that owner's.
    pub(crate) async fn stop(
        &self,
        gateway: &Gateway,
        owner: UserId,
        id: JobId,
    ) -> Result<Stopped, store::Error> {
        let inner = &*self.0;
        let now = inner.clock.now();
        // Should this process die in between, the sweep frees what was reserved.
        if inner.db.call_off_job(id, owner, now).await? {
            let end = JobEnd::of(CallOutcome::Cancelled);
            gateway.settle_job(id, end).await?;
            self.tell(owner);
            return Ok(Stopped::AtOnce);
        }
        if !inner.db.cancel_job(id, owner, now).await? {
            return Ok(Stopped::NotThere);
        }
        inner.waits.notify_one();
        // Nobody listening is no error.
        let _ = inner.changed.send(Change {
            owner,
            called_off: Some(id),
        });
        Ok(Stopped::Asked)
    }
}
