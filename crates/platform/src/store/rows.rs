//! Turning a row's columns into types; an impossible value names the place.

use std::str::FromStr;

use super::{Error, Result};

/// The id in that column.
pub(super) fn id<T: FromStr>(table: &'static str, column: &'static str, text: &str) -> Result<T> {
    text.parse().map_err(|_| corrupt(table, column, text))
}

/// A value that should be impossible.
pub(super) fn corrupt(table: &'static str, column: &'static str, row: &str) -> Error {
    Error::Corrupt {
        table,
        column,
        row: row.to_owned(),
    }
}
