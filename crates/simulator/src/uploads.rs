//! Permissions to upload: who asked for one may put files below its folder, for a while.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How long a permission can be used.
pub(crate) const GRANT_LIFE: Duration = Duration::from_mins(5);
/// How long a file that was uploaded can be used.
pub(crate) const UPLOAD_LIFE: Duration = Duration::from_hours(48);
/// Older permissions are forgotten, so that a demonstration can run for weeks.
const REMEMBERED: usize = 4096;

/// The permissions that were given.
#[derive(Debug, Default)]
pub(crate) struct Uploads(Mutex<VecDeque<Grant>>);

/// A permission to upload for one model.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// The folder that keys must begin with.
    pub(crate) folder: String,
    /// The model that may read what is uploaded.
    pub(crate) model: String,
    /// What the form must repeat.
    pub(crate) policy: String,
    pub(crate) signature: String,
    given: Instant,
}

impl Grant {
    /// A permission from now on.
    pub(crate) fn new(folder: String, model: String, policy: String, signature: String) -> Self {
        Self {
            folder,
            model,
            policy,
            signature,
            given: Instant::now(),
        }
    }

    /// Whether it can't be used any more.
    pub(crate) fn is_over(&self) -> bool {
        self.given.elapsed() >= GRANT_LIFE
    }
}

impl Uploads {
    /// Remembers a permission.
    pub(crate) fn give(&self, grant: Grant) {
        let mut grants = self.grants();
        grants.push_back(grant);
        if grants.len() > REMEMBERED {
            grants.pop_front();
        }
    }

    /// The permission with this policy.
    pub(crate) fn of_policy(&self, policy: &str) -> Option<Grant> {
        let grants = self.grants();
        grants.iter().find(|grant| grant.policy == policy).cloned()
    }

    /// The permission under which this key was uploaded.
    pub(crate) fn of_key(&self, key: &str) -> Option<Grant> {
        let grants = self.grants();
        let is_below = |grant: &&Grant| key.starts_with(&grant.folder);
        grants.iter().find(is_below).cloned()
    }

    fn grants(&self) -> MutexGuard<'_, VecDeque<Grant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
