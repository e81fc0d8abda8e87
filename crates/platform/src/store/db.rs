//! The open database: for SQLite one writer and a pool of readers (in WAL mode they don't wait for each
//! other), for Postgres one pool.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use sqlx::{
    PgPool, SqlitePool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Error, Result, direct::Direct};

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// How long a statement waits for another process's lock on a SQLite file, or for a free connection.
pub(super) const PATIENCE: Duration = Duration::from_secs(6);

/// Where the database is and how many connections it may use.
#[derive(Clone, Debug)]
pub struct DbOptions {
    /// `sqlite://data/liantai.db` (made when it is not there) or `postgres://user:password@host/name`.
    pub url: String,
    /// Connections at most: readers for SQLite (one writer comes on top), all of them for Postgres.
    pub connections: u32,
}

/// The open database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db(Arc<Inner>);

#[derive(Debug)]
enum Inner {
    Sqlite {
        reader: SqlitePool,
        writer: SqlitePool,
        direct: Box<Direct>,
        file: PathBuf,
    },
    Postgres(PgPool),
}

/// A pool of one dialect or the other; [`on_pool!`] takes it apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pool<'a> {
    Sqlite(&'a SqlitePool),
    Postgres(&'a PgPool),
}

/// The shortest way to write: on SQLite without sqlx.
#[derive(Clone, Copy, Debug)]
pub(super) enum DirectWriter<'a> {
    Sqlite(&'a Direct),
    Postgres(&'a PgPool),
}

/// Runs the body on whichever pool is open: `on_pool!(self.reader(), |pool| …)`.
macro_rules! on_pool {
    ($pool:expr, |$name:ident| $body:expr) => {
        match $pool {
            $crate::store::db::Pool::Sqlite($name) => $body,
            $crate::store::db::Pool::Postgres($name) => $body,
        }
    };
}
pub(crate) use on_pool;

impl Db {
    /// Opens the database; its schema is [`Db::migrate`]'s business.
    pub async fn open(options: &DbOptions) -> Result<Self> {
        if options.url.starts_with("postgres://") || options.url.starts_with("postgresql://") {
            return Self::open_postgres(options).await;
        }
        Self::open_sqlite(options).await
    }

    async fn open_postgres(options: &DbOptions) -> Result<Self> {
        let connect = PgConnectOptions::from_str(&options.url)?.application_name("liantai");
        let pool = PgPoolOptions::new()
            .max_connections(options.connections)
            .acquire_timeout(PATIENCE)
            .connect_with(connect)
            .await?;
        Ok(Self(Arc::new(Inner::Postgres(pool))))
    }

    async fn open_sqlite(options: &DbOptions) -> Result<Self> {
        let connect = SqliteConnectOptions::from_str(&options.url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A power cut may not undo what was acknowledged: sign-ins and settled money are in here too.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .pragma("journal_size_limit", "67108864")
            // Moving the journal into the file costs two more waits for the disk, so that it is done once in 16 MB instead
            // of 4, whoever writes: the ledger's journal is everybody's.
            .pragma("wal_autocheckpoint", "4000");
        let file = connect.get_filename().to_path_buf();
        make_private_folder(file.parent())
            .map_err(|error| Error::Unavailable(sqlx::Error::Io(error)))?;
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            // A file is not lost like a connection; asking first would cost each statement a way to the thread and back.
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(connect.clone())
            .await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(options.connections.max(1))
            .acquire_timeout(PATIENCE)
            // A file is not lost like a connection; asking first would cost each statement a way to the thread and back.
            .test_before_acquire(false)
            .connect_lazy_with(connect.pragma("query_only", "ON"));
        Ok(Self(Arc::new(Inner::Sqlite {
            reader,
            direct: Box::new(Direct::new(file.clone(), writer.clone())),
            writer,
            file,
        })))
    }

    /// Brings an empty database to an earlier version's schema.
    #[cfg(test)]
    pub(crate) async fn migrate_to(&self, version: i64) -> Result<()> {
        let earlier = |all: &'static Migrator| Migrator {
            migrations: all
                .iter()
                .filter(|migration| migration.version <= version)
                .cloned()
                .collect::<Vec<_>>()
                .into(),
            ..Migrator::DEFAULT
        };
        match &*self.0 {
            Inner::Sqlite { writer, .. } => earlier(&SQLITE_MIGRATIONS).run(writer).await?,
            Inner::Postgres(pool) => earlier(&POSTGRES_MIGRATIONS).run(pool).await?,
        }
        Ok(())
    }

    /// Brings the schema up to date. Refuses a schema that is newer than this program, and changes nothing then.
    pub async fn migrate(&self) -> Result<()> {
        match &*self.0 {
            Inner::Sqlite { writer, .. } => {
                // The migrator locks Postgres, but not SQLite: of two processes that start at once, one waits here.
                let mut tx = writer.begin_with(self.begin()).await?;
                SQLITE_MIGRATIONS.run(&mut *tx).await?;
                tx.commit().await?;
            }
            Inner::Postgres(pool) => POSTGRES_MIGRATIONS.run(pool).await?,
        }
        Ok(())
    }

    /// Whether the schema is the one that this program was made for: all migrations are there, none is newer or other.
    pub async fn is_up_to_date(&self) -> Result<bool> {
        const APPLIED: &str =
            "SELECT version, checksum FROM _sqlx_migrations WHERE success = TRUE ORDER BY version";
        let migrator = match &*self.0 {
            Inner::Sqlite { .. } => &SQLITE_MIGRATIONS,
            Inner::Postgres(_) => &POSTGRES_MIGRATIONS,
        };
        let applied: Vec<(i64, Vec<u8>)> = on_pool!(self.reader(), |pool| sqlx::query_as(APPLIED)
            .fetch_all(pool)
            .await?);
        let known = migrator
            .iter()
            .map(|known| (known.version, &*known.checksum));
        let applied = applied
            .iter()
            .map(|(version, checksum)| (*version, &**checksum));
        Ok(known.eq(applied))
    }

    /// Claims a SQLite file for one serving process; the claim ends with the returned file. `None` when
    /// another process holds it. Postgres may be shared and is always granted.
    pub fn claim(&self) -> std::io::Result<Option<Claim>> {
        let Inner::Sqlite { file, .. } = &*self.0 else {
            return Ok(Some(Claim(None)));
        };
        let mut path = file.clone().into_os_string();
        path.push(".lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Claim(Some(lock)))),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        on_pool!(self.reader(), |pool| sqlx::query("SELECT 1")
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Whether several processes may serve from this database at once.
    pub fn is_shared(&self) -> bool {
        match &*self.0 {
            Inner::Sqlite { .. } => false,
            Inner::Postgres(_) => true,
        }
    }

    /// Closes all connections once their statements have ended.
    pub async fn close(&self) {
        match &*self.0 {
            Inner::Sqlite {
                reader,
                writer,
                direct,
                ..
            } => {
                reader.close().await;
                direct.rest().await;
                // No turn is given any more.
                writer.close().await;
                direct.close().await;
            }
            Inner::Postgres(pool) => pool.close().await,
        }
    }

    /// The pool for statements that only read.
    pub(crate) fn reader(&self) -> Pool<'_> {
        match &*self.0 {
            Inner::Sqlite { reader, .. } => Pool::Sqlite(reader),
            Inner::Postgres(pool) => Pool::Postgres(pool),
        }
    }

    /// The pool for statements that change something.
    pub(crate) fn writer(&self) -> Pool<'_> {
        match &*self.0 {
            Inner::Sqlite { writer, .. } => Pool::Sqlite(writer),
            Inner::Postgres(pool) => Pool::Postgres(pool),
        }
    }

    /// For whom the way of each statement through sqlx counts on SQLite.
    pub(super) fn direct(&self) -> DirectWriter<'_> {
        match &*self.0 {
            Inner::Sqlite { direct, .. } => DirectWriter::Sqlite(direct),
            Inner::Postgres(pool) => DirectWriter::Postgres(pool),
        }
    }

    /// How a transaction that will write begins: `pool.begin_with(self.begin())`. SQLite takes the write lock
    /// at once, so that a transaction never fails half-way because another process wrote first.
    pub(crate) fn begin(&self) -> &'static str {
        match &*self.0 {
            Inner::Sqlite { .. } => "BEGIN IMMEDIATE",
            Inner::Postgres(_) => "BEGIN",
        }
    }
}

/// A SQLite file that no other serving process may open meanwhile.
#[derive(Debug)]
pub struct Claim(#[expect(dead_code, reason = "held for its lock")] Option<File>);

#[cfg(unix)]
fn make_private_folder(folder: Option<&Path>) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    match folder {
        Some(folder) if !folder.as_os_str().is_empty() => fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn make_private_folder(folder: Option<&Path>) -> std::io::Result<()> {
    folder.map_or(Ok(()), fs::create_dir_all)
}
