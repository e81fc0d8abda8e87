//! What can go wrong in the store.

/// A result of the store.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something of that key is there already, or changed meanwhile.
    #[error("conflict")]
    Conflict(#[source] sqlx::Error),
    /// An answer is being written where another would begin.
    #[error("an answer is being written there already")]
    Busy,
    /// What the owner's groups allow for the day is used up.
    #[error("the day's quota is used up")]
    UsedUp {
        /// Milliseconds until the next day begins.
        left_ms: i64,
    },
    /// The database is busy, unreachable, read-only or out of space.
    #[error("the database is unavailable")]
    Unavailable(#[source] sqlx::Error),
    /// The same of SQLite, where it is written without sqlx.
    #[error("the database is unavailable")]
    Sqlite(#[from] rusqlite::Error),
    /// Redis is slow, unreachable or full.
    #[error("Redis is unavailable")]
    Redis(#[source] fred::error::Error),
    /// A row holds what it never should.
    #[error("{table}.{column} of row {row} is corrupt")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
    },
    /// The database's schema can't be brought up to date.
    #[error("migrating the database")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let unique = error
            .as_database_error()
            .is_some_and(sqlx::error::DatabaseError::is_unique_violation);
        if unique {
            Self::Conflict(error)
        } else {
            Self::Unavailable(error)
        }
    }
}

impl Error {
    /// Whether the reason is a row that was there already.
    pub const fn is_conflict(&self) -> bool {
        match self {
            Self::Conflict(_) | Self::Busy => true,
            Self::UsedUp { .. }
            | Self::Unavailable(_)
            | Self::Sqlite(_)
            | Self::Redis(_)
            | Self::Corrupt { .. }
            | Self::Migration(_) => false,
        }
    }
}
