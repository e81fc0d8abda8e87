//! Characters that are in a text but not on the page: a reader is shown that they are there.
//!
//! The renderer of Markdown knows the same ones; a test of the platform holds both to that.

/// Whether `c` is never seen: Unicode tags, bidirectional controls, zero-width spaces, controls, noncharacters. Joiners and the variants
/// of emoji are not among them: whether they are seen depends on what they stand behind.
pub const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// What is seen.
    Seen(String),
    /// Characters that are not: how a mark calls them, `U+202E` or `U+200B×3`.
    Hidden(String),
}

/// A text in its parts.
pub fn stretches(text: &str) -> Vec<Stretch> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let seen = rest.find(is_hidden).unwrap_or(rest.len());
        let (before, from) = rest.split_at(seen);
        if !before.is_empty() {
            parts.push(Stretch::Seen(before.to_owned()));
        }
        let end = from.find(|c: char| !is_hidden(c)).unwrap_or(from.len());
        let (row, after) = from.split_at(end);
        if let Some(first) = row.chars().next() {
            let mut label = format!("U+{:04X}", u32::from(first));
            let count = row.chars().count();
            if count > 1 {
                label.push('×');
                label.push_str(&count.to_string());
            }
            parts.push(Stretch::Hidden(label));
        }
        rest = after;
    }
    parts
}

/// The text without them: what is copied.
pub fn without_hidden(text: &str) -> String {
    text.chars().filter(|&c| !is_hidden(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_told_where_it_stands() {
        let seen = |text: &str| Stretch::Seen(text.to_owned());
        let hidden = |label: &str| Stretch::Hidden(label.to_owned());
        assert_eq!(
            stretches("a\u{202e}b\u{200b}\u{200b}"),
            [seen("a"), hidden("U+202E"), seen("b"), hidden("U+200B×2")]
        );
        assert_eq!(stretches("\u{e0041}"), [hidden("U+E0041")]);
        assert_eq!(stretches(""), []);
        assert_eq!(stretches("春\n\t眠"), [seen("春\n\t眠")]);
        assert_eq!(stretches("👩\u{200d}👧 می\u{200c}شود ❤\u{fe0f}").len(), 1);
        assert_eq!(without_hidden("a\u{202e}b\u{e0041}"), "ab");
    }
}
