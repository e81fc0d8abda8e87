//! Text and attribute values as HTML.

use crate::invisible::is_hidden;

/// Appends `text` so that it is text in HTML, without characters that nobody sees.
pub(crate) fn push_text(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            c if is_hidden(c) => {}
            c => out.push(c),
        }
    }
}

/// Appends `value` so that it can stand in a double-quoted attribute.
pub(crate) fn push_attribute(out: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if is_hidden(c) || c.is_control() => {}
            c => out.push(c),
        }
    }
}
