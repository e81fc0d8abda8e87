//! Watching one's makings: each as it is at first where it has not ended, and again whenever it changes.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use futures_util::{Stream, stream};
use model::{JobId, JobKind, Making, Millis, Permission, UserId, transcript::TranscriptLine};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::timeout,
};

use super::Works;
use crate::{Error, identity::Caller, jobs::Change, store::Job};

/// Changes that other processes made are looked for so often.
const LOOK: Duration = Duration::from_secs(2);
/// Clocks of processes differ, and what is written first may be seen second.
const OVERLAP_MS: i64 = 5_000;
/// Jobs that are read at once.
const PAGE: u32 = 100;

impl Works {
    /// The caller's makings and transcripts as they change, each with the time of its change, without end: those that changed at
    /// `since` or later first.
    pub fn watch(
        &self,
        caller: &Caller,
        since: Option<Millis>,
    ) -> Result<impl Stream<Item = (Millis, Changed)> + Send + use<>, Error> {
        caller.require(Permission::MediaUse)?;
        let now = self.0.clock.now();
        let watch = Watch {
            works: self.clone(),
            owner: caller.user(),
            changes: self.0.jobs.changes(),
            since: since.unwrap_or(now),
            sent: HashMap::new(),
            ready: VecDeque::new(),
        };
        Ok(stream::unfold(watch, |mut watch| async move {
            let making = watch.next().await;
            Some((making, watch))
        }))
    }
}

/// What has changed.
#[derive(Clone, Debug)]
pub enum Changed {
    /// A making.
    Making(Making),
    /// A transcript.
    Transcript(TranscriptLine),
}

struct Watch {
    works: Works,
    owner: UserId,
    changes: Receiver<Change>,
    /// Changes since then may not have been sent.
    since: Millis,
    /// As of when each was sent.
    sent: HashMap<JobId, Millis>,
    ready: VecDeque<(Millis, Changed)>,
}

impl Watch {
    async fn next(&mut self) -> (Millis, Changed) {
        loop {
            if let Some(making) = self.ready.pop_front() {
                return making;
            }
            self.look().await;
            if self.ready.is_empty() {
                self.changed().await;
            }
        }
    }

    /// Waits for a change in this process, or for the time to look for others.
    async fn changed(&mut self) {
        let heard = async {
            loop {
                match self.changes.recv().await {
                    Ok(change) if change.owner != self.owner => {}
                    Ok(_) | Err(RecvError::Lagged(_)) => return,
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        let _ = timeout(LOOK, heard).await;
    }

    /// Jobs as what they are for.
    async fn told(&self, jobs: &[Job]) -> Result<Vec<(Millis, Changed)>, Error> {
        let (transcripts, works): (Vec<Job>, Vec<Job>) = jobs
            .iter()
            .cloned()
            .partition(|job| job.kind == JobKind::Transcript);
        let times: HashMap<JobId, Millis> =
            works.iter().map(|job| (job.id, job.updated_at)).collect();
        let makings = self.works.shown(&works).await?.into_iter();
        let timed = makings.filter_map(|making| {
            let at = *times.get(&making.id)?;
            Some((at, Changed::Making(making)))
        });
        let mut told: Vec<(Millis, Changed)> = timed.collect();
        for job in transcripts {
            let line = self.works.0.transcripts.line_of(&job).await?;
            told.extend(line.map(|line| (job.updated_at, Changed::Transcript(line))));
        }
        told.sort_by_key(|(at, _)| *at);
        Ok(told)
    }

    async fn look(&mut self) {
        let db = &self.works.0.db;
        let changed = match db.changed_jobs(self.owner, self.since, PAGE).await {
            Ok(changed) => changed,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "looking for changed jobs failed"
                );
                return;
            }
        };
        let Some(last) = changed.last().map(|job| job.updated_at) else {
            return;
        };
        let news: Vec<_> = changed
            .iter()
            .filter(|job| self.sent.get(&job.id) != Some(&job.updated_at))
            .cloned()
            .collect();
        match self.told(&news).await {
            Ok(told) => {
                let full = changed.len() >= PAGE as usize;
                self.sent = changed.iter().map(|job| (job.id, job.updated_at)).collect();
                let overlap = if full { 0 } else { OVERLAP_MS };
                self.since = self.since.max(last.plus(-overlap));
                self.ready.extend(told);
            }
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "reading changed jobs failed"
            ),
        }
    }
}
