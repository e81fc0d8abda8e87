//! A connection of our own to the SQLite file that sqlx has open, for the one who writes so much that the way of each
//! statement to sqlx's thread and back would be most of what it costs.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use sqlx::SqlitePool;
use tokio::{sync::Mutex, task::spawn_blocking};

use super::{Error, Result, db::PATIENCE};

/// What sqlx's connections are told too; the journal's mode is the file's.
const SETTINGS: &str = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000";

/// The connection; none until it is needed, and after something failed.
#[derive(Debug)]
pub(super) struct Direct {
    file: PathBuf,
    writer: SqlitePool,
    connection: Mutex<Option<Connection>>,
}

impl Direct {
    /// `writer` is the pool of the one connection that others write by.
    pub(super) fn new(file: PathBuf, writer: SqlitePool) -> Self {
        Self {
            file,
            writer,
            connection: Mutex::default(),
        }
    }

    /// Does the work in its turn among all who write, on a thread on which it may wait.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        // SQLite lets writers try again and again instead of queueing, so that the busier one would starve the other.
        // The pool gives its connection in the order of asking: to hold it is to be the one who writes.
        let turn = self.writer.acquire().await?;
        let mut kept = self.connection.lock().await;
        let (open, file) = (kept.take(), self.file.clone());
        let write = move || {
            let mut connection = open.map_or_else(|| connect(&file), Ok)?;
            let done = work(&mut connection);
            // On its way back sqlx asks it whether it is well: whoever is next waits for that while the answer is on its way.
            drop(turn);
            Ok::<_, rusqlite::Error>((connection, done?))
        };
        let written = spawn_blocking(write).await;
        let written = written.map_err(|_| Error::Unavailable(sqlx::Error::WorkerCrashed))?;
        let (connection, done) = written?;
        *kept = Some(connection);
        Ok(done)
    }

    /// Closes the connection once its work has ended.
    pub(super) async fn close(&self) {
        let connection = self.connection.lock().await.take();
        // The last one that closes writes the journal into the file.
        let _ = spawn_blocking(move || drop(connection)).await;
    }
}

fn connect(file: &Path) -> rusqlite::Result<Connection> {
    // Not made when it is gone: it would have no tables.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch(SETTINGS)?;
    Ok(connection)
}
