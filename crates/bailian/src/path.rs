//! Ids in paths.

use std::fmt::Write;

use crate::Error;

/// An id as one segment of a path: whatever could end the segment is percent-encoded.
///
/// An empty id would name the list, and dots mean the way upwards however they are encoded: both are refused.
pub(crate) fn segment(id: &str) -> Result<String, Error> {
    if matches!(id, "" | "." | "..") {
        return Err(Error::invalid("id", "not an id"));
    }
    let mut encoded = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~' | b'.') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    Ok(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stays_within_its_segment() {
        for (id, expected) in [
            ("file-fe-1a2B_c.jsonl", Some("file-fe-1a2B_c.jsonl")),
            ("a/b?c#d", Some("a%2Fb%3Fc%23d")),
            ("%2e%2e", Some("%252e%252e")),
            ("春%", Some("%E6%98%A5%25")),
            ("", None),
            (".", None),
            ("..", None),
        ] {
            assert_eq!(segment(id).ok().as_deref(), expected);
        }
    }
}
