//! Text and attribute values as HTML.
//!
//! The parser behind the allow-list takes time that is quadratic in the character references of a text (100 kB of `&`
//! took half a minute). So text passes it with stand-ins, which [`crate::invisible`] keeps out of all input, and
//! [`seal`] makes them references afterwards.

use crate::invisible::is_hidden;

const AMPERSAND: char = '\u{fdd2}';
const LESS: char = '\u{fdd3}';
const GREATER: char = '\u{fdd4}';
const NO_BREAK: char = '\u{fdd5}';

/// Appends `text` so that it is text in HTML once sealed, without characters that nobody sees.
pub(crate) fn push_text(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push(AMPERSAND),
            '<' => out.push(LESS),
            '>' => out.push(GREATER),
            '\u{a0}' => out.push(NO_BREAK),
            c if is_hidden(c) => {}
            c => out.push(c),
        }
    }
}

/// Makes the stand-ins of `html` what they stand for.
pub(crate) fn seal(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut rest = html;
    while let Some(at) = rest.find([AMPERSAND, LESS, GREATER, NO_BREAK]) {
        out.push_str(&rest[..at]);
        let mut characters = rest[at..].chars();
        out.push_str(match characters.next() {
            Some(AMPERSAND) => "&amp;",
            Some(LESS) => "&lt;",
            Some(GREATER) => "&gt;",
            _ => "\u{a0}",
        });
        rest = characters.as_str();
    }
    out.push_str(rest);
    out
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
