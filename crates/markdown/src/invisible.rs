//! Characters that are in a text but not on the page: they carry instructions past a reader, or turn what is read
//! around. They are taken out before anything else looks at the text.

/// Whether `c` is never shown: Unicode tags, bidirectional controls, zero-width spaces, controls, noncharacters.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e0fff}')
}

/// Takes hidden characters out of a text that comes in pieces, and makes every line end a `\n`.
#[derive(Debug, Default)]
pub(crate) struct Cleaner {
    previous: Option<char>,
}

impl Cleaner {
    /// Appends what is visible of `piece` to `out`.
    pub(crate) fn clean(&mut self, piece: &str, out: &mut String) {
        for c in piece.chars() {
            let previous = self.previous.replace(c);
            match c {
                '\r' => out.push('\n'),
                '\n' if previous == Some('\r') => {}
                // Joiners and emoji variants belong to the character before them; alone they are hidden text.
                '\u{200c}' | '\u{200d}' if !previous.is_some_and(joins) => {}
                '\u{fe0e}' | '\u{fe0f}' if !previous.is_some_and(varies) => {}
                c if is_hidden(c) => {}
                c => out.push(c),
            }
        }
    }
}

fn joins(previous: char) -> bool {
    !previous.is_ascii() && !matches!(previous, '\u{200c}' | '\u{200d}') && !is_hidden(previous)
}

fn varies(previous: char) -> bool {
    matches!(previous, '0'..='9' | '#' | '*')
        || !previous.is_ascii()
            && !matches!(previous, '\u{fe0e}' | '\u{fe0f}')
            && !is_hidden(previous)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> String {
        let mut out = String::new();
        Cleaner::default().clean(text, &mut out);
        out
    }

    #[test]
    fn tags_bidi_controls_and_zero_width_spaces_are_taken_out() {
        assert_eq!(cleaned("a\u{e0041}\u{202e}b\u{200b}c\u{feff}"), "abc");
    }

    #[test]
    fn a_family_emoji_keeps_its_joiners_but_plain_text_does_not() {
        assert_eq!(cleaned("👩\u{200d}👧 a\u{200d}b"), "👩\u{200d}👧 ab");
    }

    #[test]
    fn line_ends_become_one_kind_even_when_cut_in_half() {
        let mut cleaner = Cleaner::default();
        let mut out = String::new();
        cleaner.clean("a\r", &mut out);
        cleaner.clean("\nb\rc", &mut out);
        assert_eq!(out, "a\nb\nc");
    }
}
