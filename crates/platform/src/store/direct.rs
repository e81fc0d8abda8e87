//! A connection of our own to the SQLite file that sqlx has open, for the one who writes so much that the way of each
//! statement to sqlx's thread and back would be most of what it costs.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};
use sqlx::{Sqlite, SqlitePool, pool::PoolConnection};
use tokio::{sync::Mutex, task::spawn_blocking, time::Instant};

use super::{Error, Result, db::PATIENCE};

/// What sqlx's connections are told too; the journal's mode is the file's.
const SETTINGS: &str = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000";

/// Whoever goes on keeps its turn for so long: to give it back and to get it again is a way to sqlx's thread and back. Others
/// then wait so much longer at most, and for what was begun by then.
const IN_A_ROW: Duration = Duration::from_millis(10);

/// What whoever writes does afterwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Then {
    /// Nothing.
    #[default]
    Rest,
    /// Writes more at once, or else calls [`Direct::rest`]. Until then nothing may be asked of sqlx's writer, which is held.
    GoOn,
}

/// The connection, and whoever's turn it is.
#[derive(Debug)]
pub(super) struct Direct {
    file: PathBuf,
    writer: SqlitePool,
    kept: Mutex<Kept>,
}

/// What is kept from one piece of work to the next.
#[derive(Debug, Default)]
struct Kept {
    /// None until it is needed, and after something failed.
    connection: Option<Connection>,
    turn: Option<Turn>,
}

/// SQLite lets writers try again and again instead of queueing, so that the busier one would starve the other. The pool gives
/// its connection in the order of asking: to hold it is to be the one who writes.
#[derive(Debug)]
struct Turn {
    since: Instant,
    _connection: PoolConnection<Sqlite>,
}

impl Direct {
    /// `writer` is the pool of the one connection that others write by.
    pub(super) fn new(file: PathBuf, writer: SqlitePool) -> Self {
        Self {
            file,
            writer,
            kept: Mutex::default(),
        }
    }

    /// Does the work in its turn among all who write, on a thread on which it may wait.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        then: Then,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let mut kept = self.kept.lock().await;
        let in_time = |turn: &Turn| turn.since.elapsed() < IN_A_ROW;
        let turn = match kept.turn.take().filter(in_time) {
            Some(turn) => turn,
            None => self.turn().await?,
        };
        let (open, file) = (kept.connection.take(), self.file.clone());
        let write = move || {
            let mut connection = open.map_or_else(|| connect(&file), Ok)?;
            let done = work(&mut connection)?;
            // Given back from here if it is: others need not wait until the answer has found its way.
            let turn = Some(turn).filter(|turn| then == Then::GoOn && in_time(turn));
            let connection = Some(connection);
            Ok::<_, rusqlite::Error>((Kept { connection, turn }, done))
        };
        let written = spawn_blocking(write).await;
        let written = written.map_err(|_| Error::Unavailable(sqlx::Error::WorkerCrashed))?;
        let (left, done) = written?;
        *kept = left;
        Ok(done)
    }

    async fn turn(&self) -> Result<Turn> {
        let connection = self.writer.acquire().await?;
        Ok(Turn {
            since: Instant::now(),
            _connection: connection,
        })
    }

    /// Gives back a turn that was kept: there is no more to write for now.
    pub(super) async fn rest(&self) {
        self.kept.lock().await.turn = None;
    }

    /// Closes the connection once its work has ended.
    pub(super) async fn close(&self) {
        let connection = self.kept.lock().await.connection.take();
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
