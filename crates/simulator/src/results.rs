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
    stored: u64,
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
        let mut shelf = self.shelf();
        let bytes = bytes.into();
        shelf.bytes += bytes.len();
        shelf.stored += 1;
        let file = StoredFile {
            bytes,
            content_type: content_type.into(),
            expires: Instant::now() + life,
            order: shelf.stored,
        };
        if let Some(replaced) = shelf.files.insert(path.into(), file) {
            shelf.bytes -= replaced.bytes.len();
        }
        while shelf.bytes > MOST_BYTES && shelf.files.len() > 1 {
            let Some(oldest) = shelf
                .files
                .iter()
                .min_by_key(|(_, file)| file.order)
                .map(|(path, _)| path.clone())
            else {
                return;
            };
            if let Some(gone) = shelf.files.remove(&oldest) {
                shelf.bytes -= gone.bytes.len();
            }
        }
    }

    /// The file at `path`, also when it has expired.
    pub(crate) fn get(&self, path: &str) -> Option<StoredFile> {
        self.shelf().files.get(path).cloned()
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
