//! Files that the account keeps: what it uploads, and the results of batches.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::time::Instant;

/// Files of one account.
const MOST_FILES: usize = 10_000;

/// Every file by its id, and which ids are gone.
#[derive(Debug, Default)]
pub(crate) struct Files(Mutex<Cabinet>);

#[derive(Debug, Default)]
struct Cabinet {
    files: BTreeMap<String, File>,
    deleted: Vec<String>,
    stored: u64,
}

/// A file as it was given.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) purpose: String,
    pub(crate) bytes: Bytes,
    /// Seconds since 1970.
    pub(crate) created: u64,
    /// Until then it is being read.
    pub(crate) ready: Instant,
    /// Its place among all files.
    order: u64,
}

impl File {
    /// Whether it has been read.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready <= Instant::now()
    }
}

/// What a new file consists of.
#[derive(Debug)]
pub(crate) struct NewFile {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) purpose: String,
    pub(crate) bytes: Bytes,
    pub(crate) created: u64,
    pub(crate) ready: Instant,
}

impl Files {
    /// Keeps a file; `None` when the account has too many.
    pub(crate) fn put(&self, new: NewFile) -> Option<File> {
        let mut cabinet = self.cabinet();
        if cabinet.files.len() >= MOST_FILES {
            return None;
        }
        cabinet.stored += 1;
        let file = File {
            id: new.id,
            name: new.name,
            purpose: new.purpose,
            bytes: new.bytes,
            created: new.created,
            ready: new.ready,
            order: cabinet.stored,
        };
        cabinet.files.insert(file.id.clone(), file.clone());
        Some(file)
    }

    pub(crate) fn get(&self, id: &str) -> Option<File> {
        self.cabinet().files.get(id).cloned()
    }

    /// Whether there was such a file.
    pub(crate) fn delete(&self, id: &str) -> bool {
        let mut cabinet = self.cabinet();
        let was_there = cabinet.files.remove(id).is_some();
        if was_there {
            cabinet.deleted.push(id.to_owned());
        }
        was_there
    }

    /// Whether there was such a file once.
    pub(crate) fn is_deleted(&self, id: &str) -> bool {
        self.cabinet().deleted.iter().any(|gone| gone == id)
    }

    /// All files, newest first.
    pub(crate) fn all(&self) -> Vec<File> {
        let mut files: Vec<File> = self.cabinet().files.values().cloned().collect();
        files.sort_by_key(|file| std::cmp::Reverse(file.order));
        files
    }

    fn cabinet(&self) -> MutexGuard<'_, Cabinet> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
