//! Jobs: work that goes on without whoever asked for it. A job lies in the database; a process takes it by a lease, keeps how far
//! it has come, and ends it. What a dead process worked on is taken up by another one from the step that was kept last.

mod desk;
mod follow;
mod halt;
mod lost;
mod stop;
#[cfg(test)]
mod tests;
mod worker;

use std::sync::Arc;

use tokio::sync::{Notify, broadcast};

use model::{JobId, UserId};

use crate::{
    Clock,
    store::{self, Db, HandedIn, Job, NewJob},
};

pub(crate) use desk::{Desk, Pause};
pub(crate) use follow::{Following, Seen};
pub(crate) use halt::{Halt, halt};
pub(crate) use lost::{Lost, lost_task};
pub(crate) use stop::Stopped;
pub(crate) use worker::{Handler, Outcome};

/// Changes that may wait for a watcher; one that falls behind looks at everything that changed.
const WAITING: usize = 64;

/// The jobs of all processes. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Jobs(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    /// What this process is called, and no other one.
    node: String,
    /// A job waits.
    waits: Notify,
    /// Whoever watches hears of changes here.
    changed: broadcast::Sender<Change>,
}

/// A change of somebody's jobs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) owner: UserId,
    /// The job that is not wanted any more, if it is that.
    called_off: Option<JobId>,
}

impl Jobs {
    /// Those of this database, of which the process `node` works on some.
    pub(crate) fn new(db: Db, clock: Arc<dyn Clock>, node: String) -> Self {
        Self(Arc::new(Inner {
            db,
            clock,
            node,
            waits: Notify::new(),
            changed: broadcast::channel(WAITING).0,
        }))
    }

    /// Keeps a job, unless its owner has as many as may wait or run, and wakes a worker.
    pub(crate) async fn submit(&self, job: &NewJob<'_>) -> Result<HandedIn, store::Error> {
        let handed_in = self.0.db.insert_job(job).await?;
        if let HandedIn::New(_) = handed_in {
            self.0.waits.notify_one();
            self.tell(job.owner);
        }
        Ok(handed_in)
    }

    /// Hears whose jobs change in this process.
    pub(crate) fn changes(&self) -> broadcast::Receiver<Change> {
        self.0.changed.subscribe()
    }

    /// Says that one of somebody's jobs has changed.
    pub(crate) fn tell(&self, owner: UserId) {
        // Nobody listening is no error.
        let _ = self.0.changed.send(Change {
            owner,
            called_off: None,
        });
    }

    fn desk(&self, job: &Job, closing: tokio_util::sync::CancellationToken) -> Desk {
        Desk::new(self.clone(), job, closing)
    }
}
