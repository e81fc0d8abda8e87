//! The object store: files that results point at, and files that clients upload, behind addresses that expire.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::Instant;

/// How long the addresses of results live.
pub(crate) const RESULT_LIFE: Duration = Duration::from_hours(24);
/// Oldest files go first beyond this, so that a demonstration can run for weeks.
const MOST_BYTES: usize = 512 << 20;

/// Files by their path below `/results/`.
#[derive(Debug, Default)]
pub(crate) struct Results(Mutex<Shelf>);

#[derive(Debug, Default)]
struct Shelf {
    files: HashMap<String, StoredFile>,
    bytes: usize,
    count: u64,
}

/// A file that is served until it expires.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub(crate) bytes: Bytes,
    pub(crate) content_type: String,
    pub(crate) expires: Instant,
    order: u64,
}

impl Results {
    /// Keeps a file under `path` (no leading slash), replacing one that is there.
    pub(crate) fn put(
        &self,
        path: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl Into<Bytes>,
        life: Duration,
    ) {
        let mut stored = self.stored();
        let bytes = bytes.into();
        stored.bytes += bytes.len();
        stored.count += 1;
        let file = StoredFile {
            bytes,
            content_type: content_type.into(),
            expires: Instant::now() + life,
            order: stored.count,
        };
        if let Some(replaced) = stored.files.insert(path.into(), file) {
            stored.bytes -= replaced.bytes.len();
        }
        while stored.bytes > MOST_BYTES && stored.files.len() > 1 {
            let Some(oldest) = stored
                .files
                .iter()
                .min_by_key(|(_, file)| file.order)
                .map(|(path, _)| path.clone())
            else {
                return;
            };
            if let Some(gone) = stored.files.remove(&oldest) {
                stored.bytes -= gone.bytes.len();
            }
        }
    }

    /// The file at `path`, also when it has expired.
    pub(crate) fn get(&self, path: &str) -> Option<StoredFile> {
        self.stored().files.get(path).cloned()
    }

    fn stored(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
