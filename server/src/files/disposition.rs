//! `Content-Disposition` with any name, after RFC 6266 and RFC 8187.

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in an extended value as it is.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The header: `inline` or `attachment`, with the name for old readers and in full.
pub(super) fn header(kind: &str, name: &str) -> HeaderValue {
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' => '_',
            c if c == ' ' || c.is_ascii_graphic() => c,
            _ => '_',
        })
        .collect();
    let full = utf8_percent_encode(name, KEPT);
    let text = format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{full}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_neither_end_the_value_nor_begin_another() {
        assert_eq!(
            header("inline", "春 晓.png"),
            "inline; filename=\"_ _.png\"; filename*=UTF-8''%E6%98%A5%20%E6%99%93.png"
        );
        assert_eq!(
            header("attachment", "a\"; x=\\\r\n%.mp4"),
            "attachment; filename=\"a_; x=____.mp4\"; filename*=UTF-8''a%22%3B%20x%3D%5C%0D%0A%25.mp4"
        );
    }
}
