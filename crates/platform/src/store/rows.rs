//! Turning a row's columns into types; an impossible value names the place.

use std::str::FromStr;

use super::{Error, Result};

/// The id in that column.
pub(super) fn id<T: FromStr>(table: &'static str, column: &'static str, text: &str) -> Result<T> {
    text.parse().map_err(|_| corrupt(table, column, text))
}

/// The pattern of `LIKE … ESCAPE '\\'` that finds these words anywhere, in lower case.
pub(super) fn containing(words: &str) -> String {
    let mut pattern = String::with_capacity(words.len() + 2);
    pattern.push('%');
    for c in words.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// A value that should be impossible.
pub(super) fn corrupt(table: &'static str, column: &'static str, row: &str) -> Error {
    Error::Corrupt {
        table,
        column,
        row: row.to_owned(),
    }
}
