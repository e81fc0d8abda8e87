//! Everything that is kept, in SQLite or Postgres. All SQL lives below this module.
//!
//! One text with `$1` serves both dialects; `on_pool!` runs it on whichever pool is open and type-checks it
//! against both. Absence is an `Option`, never an error.

mod db;
mod error;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use db::on_pool;
pub use db::{Claim, Db, DbOptions};
pub use error::{Error, Result};
