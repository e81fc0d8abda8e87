//! How long files are kept, where the operator has set an end to that.

use model::Millis;

use super::{Files, FilesError};
use crate::store::Expired;

/// Files that are looked at in one step.
const AT_ONCE: u32 = 200;

/// Days after which files are deleted. Nothing is, where no number is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptFor {
    /// Any file that is not in use just now: works go with theirs, and conversations and transcripts say that theirs is gone.
    pub days: Option<u32>,
    /// The recordings of transcripts that are done, where nothing else has them; their texts stay.
    pub recording_days: Option<u32>,
}

impl Files {
    /// Deletes what was kept for as long as the operator lets it be. How many files.
    #[tracing::instrument(name = "files.expire", skip_all)]
    pub async fn expire(&self) -> Result<u64, FilesError> {
        let inner = &*self.0;
        let now = inner.clock.now();
        let ends = |days: Option<u32>| days.map(|days| now.plus(-i64::from(days) * Millis::DAY));
        let mut deleted = 0;
        if let Some(end) = ends(inner.kept.days) {
            // What is deleted is not found again, so each step begins at the beginning.
            loop {
                let expired = inner.db.expired_files(end, AT_ONCE).await?;
                let gone = self.delete_all(&expired).await?;
                deleted += gone;
                if gone == 0 {
                    break;
                }
            }
        }
        if let Some(end) = ends(inner.kept.recording_days) {
            let mut after = (Millis::new(i64::MIN), String::new());
            loop {
                let found = inner.db.expired_recordings(&after, end, AT_ONCE).await?;
                let (expired, Some(last)) = found else { break };
                after = last;
                deleted += self.delete_all(&expired).await?;
            }
        }
        Ok(deleted)
    }

    async fn delete_all(&self, expired: &[Expired]) -> Result<u64, FilesError> {
        let mut deleted = 0;
        for file in expired {
            let db = &self.0.db;
            let now = self.0.clock.now();
            let (gone, free) = db.delete_any_files(file.owner, &[file.id], now).await?;
            self.remove_objects(&free).await;
            deleted += gone;
        }
        Ok(deleted)
    }
}
