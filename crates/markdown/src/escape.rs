//! Text and attribute values as HTML.
//!
//! The parser behind the allow-list takes time that is quadratic in the character references of a text (100 kB of `&`
//! took half a minute). So text passes it with stand-ins, which [`crate::invisible`] keeps out of all input, and
//! [`seal`] makes them references afterwards.

use std::fmt::Write as _;

use crate::invisible::{Mark, hidden};

const AMPERSAND: char = '\u{fdd2}';
const LESS: char = '\u{fdd3}';
const GREATER: char = '\u{fdd4}';
const NO_BREAK: char = '\u{fdd5}';

/// Appends `text` so that it is text in HTML once sealed. Where it has characters that nobody sees, a mark says so; the mark has no text of
/// its own, so that nothing of it is copied.
pub(crate) fn push_text(out: &mut String, text: &str) {
    let mut row = Vec::new();
    for c in text.chars() {
        if let Some(unseen) = hidden(c) {
            row.push(unseen);
            continue;
        }
        push_mark(out, &mut row);
        push_char(out, c);
    }
    push_mark(out, &mut row);
}

/// The same without marks, for where there is no room for any.
pub(crate) fn push_plain(out: &mut String, text: &str) {
    let seen = text.chars().filter(|&c| hidden(c).is_none());
    seen.for_each(|c| push_char(out, c));
}

fn push_char(out: &mut String, c: char) {
    out.push(match c {
        '&' => AMPERSAND,
        '<' => LESS,
        '>' => GREATER,
        '\u{a0}' => NO_BREAK,
        c => c,
    });
}

fn push_mark(out: &mut String, row: &mut Vec<char>) {
    if row.is_empty() {
        return;
    }
    let Mark { label, title } = Mark::of(row);
    row.clear();
    let _ = write!(
        out,
        "<span class=\"invisible\" role=\"img\" aria-label=\"{label}\""
    );
    if !title.is_empty() {
        let _ = write!(out, " title=\"{title}\"");
    }
    out.push_str("></span>");
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
            c if hidden(c).is_some() || c.is_control() => {}
            c => out.push(c),
        }
    }
}
