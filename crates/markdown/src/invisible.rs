//! Characters that are in a text but not on the page: they carry instructions past a reader, or turn what is read
//! around. A reader is shown that they are there and which; what is copied from the page does not have them.
//!
//! Before anything else looks at the text each is replaced by a stand-in: a private character that no rule of Markdown,
//! of mathematics or of a language knows. [`crate::escape`] makes a mark of it where text can be seen, and nothing elsewhere.

use std::fmt::Write as _;

/// Whether `c` is never seen: Unicode tags, bidirectional controls, zero-width spaces, controls, noncharacters. Joiners and the variants
/// of emoji are not among them: whether they are seen depends on what they stand behind.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// All that is or can be hidden, in order.
const RANGES: &[(char, char)] = &[
    ('\0', '\u{8}'),
    ('\u{b}', '\u{1f}'),
    ('\u{7f}', '\u{9f}'),
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fdd0}', '\u{fdef}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// The stand-in of the first hidden character; the others follow. Whoever writes one of these in earnest writes what no font shows.
const FIRST: u32 = 0x10_e000;

/// What stands for a hidden character; for a stand-in that was in the text already, something that says no more than that.
fn stand_in(c: char) -> char {
    let place = place(c).unwrap_or_else(|| RANGES.iter().map(|range| length(*range)).sum());
    char::from_u32(FIRST + place).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn place(c: char) -> Option<u32> {
    let mut before = 0;
    for &(first, last) in RANGES {
        if (first..=last).contains(&c) {
            return Some(before + (u32::from(c) - u32::from(first)));
        }
        before += length((first, last));
    }
    None
}

fn length((first, last): (char, char)) -> u32 {
    u32::from(last) - u32::from(first) + 1
}

/// The hidden character that `c` is or stands for.
pub(crate) fn hidden(c: char) -> Option<char> {
    if let Some(mut place) = u32::from(c).checked_sub(FIRST) {
        for &(first, last) in RANGES {
            match place.checked_sub(length((first, last))) {
                Some(rest) => place = rest,
                None => return char::from_u32(u32::from(first) + place),
            }
        }
        return Some(c);
    }
    is_hidden(c).then_some(c)
}

/// The text without anything that is or stands for a hidden character.
pub(crate) fn without(text: &str) -> String {
    text.chars().filter(|&c| hidden(c).is_none()).collect()
}

/// What is said of hidden characters in a row: the first and how many, and more of them where there are more.
pub(crate) struct Mark {
    /// `U+202E`, or `U+200B×3`.
    pub(crate) label: String,
    /// All of them, as far as anybody would read on; empty for one. Without anything that HTML would have to escape.
    pub(crate) title: String,
}

/// How many of a row are named one by one.
const NAMED: usize = 24;

/// The most of a text in tags that is read out.
const READ_OUT: usize = 80;

impl Mark {
    /// Of a row that has at least one.
    pub(crate) fn of(row: &[char]) -> Self {
        let Some(&first) = row.first() else {
            return Self {
                label: String::new(),
                title: String::new(),
            };
        };
        let mut label = format!("U+{:04X}", u32::from(first));
        let mut title = String::new();
        if row.len() > 1 {
            let _ = write!(label, "×{}", row.len());
            for c in row.iter().take(NAMED) {
                let _ = write!(title, "U+{:04X} ", u32::from(*c));
            }
            title.push_str(if row.len() > NAMED { "…" } else { "" });
            let told = read_out(row);
            if !told.is_empty() {
                let _ = write!(title, " “{told}”");
            }
        }
        Self {
            label,
            title: title.trim_end().to_owned(),
        }
    }
}

/// Tags are letters that nobody sees: what they spell.
fn read_out(row: &[char]) -> String {
    let letters = row.iter().filter_map(|&c| {
        let letter = char::from_u32(u32::from(c).checked_sub(0xe_0000)?)?;
        let is_plain = letter == ' ' || letter.is_ascii_graphic();
        (is_plain && !matches!(letter, '&' | '<' | '>' | '"' | '\'')).then_some(letter)
    });
    letters.take(READ_OUT).collect()
}

/// Puts stand-ins in the place of hidden characters of a text that comes in pieces, and makes every line end a `\n`.
#[derive(Debug, Default)]
pub(crate) struct Cleaner {
    previous: Option<char>,
}

impl Cleaner {
    /// Appends `piece` to `out`.
    pub(crate) fn clean(&mut self, piece: &str, out: &mut String) {
        for c in piece.chars() {
            let previous = self.previous.replace(c);
            match c {
                '\r' => out.push('\n'),
                '\n' if previous == Some('\r') => {}
                // What a file begins with to say how it is written.
                '\u{feff}' if previous.is_none() => {}
                // Joiners and emoji variants belong to the character before them; alone they are hidden text.
                '\u{200c}' | '\u{200d}' if !previous.is_some_and(joins) => out.push(stand_in(c)),
                '\u{fe0e}' | '\u{fe0f}' if !previous.is_some_and(varies) => out.push(stand_in(c)),
                c if hidden(c).is_some() => out.push(stand_in(c)),
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
    fn every_hidden_character_has_a_stand_in_of_its_own_and_no_other_has_one() {
        let mut taken = std::collections::HashSet::new();
        for c in ('\0'..=char::MAX).filter(|&c| u32::from(c) < FIRST) {
            // A joiner or variant is hidden only where it joins or varies nothing.
            let can_be =
                is_hidden(c) || matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}');
            assert_eq!(can_be, place(c).is_some(), "{:x}", u32::from(c));
            if can_be {
                let stand_in = stand_in(c);
                assert_eq!(hidden(stand_in), Some(c), "{:x}", u32::from(c));
                assert!(taken.insert(stand_in));
            } else {
                assert_eq!(hidden(c), None);
            }
        }
        let forged = char::from_u32(FIRST).unwrap_or_default();
        assert_ne!(
            cleaned(&forged.to_string()),
            forged.to_string(),
            "it can't pass for one"
        );
    }

    #[test]
    fn tags_bidi_controls_and_zero_width_spaces_are_found_where_they_stand() {
        let text = "a\u{e0041}\u{202e}b\u{200b}c\u{feff}";
        let found: Vec<char> = cleaned(text).chars().filter_map(hidden).collect();
        assert_eq!(found, ['\u{e0041}', '\u{202e}', '\u{200b}', '\u{feff}']);
        assert_eq!(without(&cleaned(text)), "abc");
        assert_eq!(cleaned("\u{feff}abc"), "abc", "how a file begins");
    }

    #[test]
    fn a_family_emoji_keeps_its_joiners_but_plain_text_does_not() {
        assert_eq!(
            cleaned("👩\u{200d}👧 می\u{200c}شود"),
            "👩\u{200d}👧 می\u{200c}شود"
        );
        assert_eq!(without(&cleaned("a\u{200d}b\u{200c}\u{200c}")), "ab");
        assert_eq!(without(&cleaned("❤\u{fe0f}\u{fe0f}")), "❤\u{fe0f}");
    }

    #[test]
    fn line_ends_become_one_kind_even_when_cut_in_half() {
        let mut cleaner = Cleaner::default();
        let mut out = String::new();
        cleaner.clean("a\r", &mut out);
        cleaner.clean("\nb\rc", &mut out);
        assert_eq!(out, "a\nb\nc");
    }

    #[test]
    fn a_mark_says_what_is_there_and_reads_out_what_tags_spell() {
        let one = Mark::of(&['\u{202e}']);
        assert_eq!((one.label.as_str(), one.title.as_str()), ("U+202E", ""));
        let tags: Vec<char> = "Run <it>"
            .chars()
            .filter_map(|c| char::from_u32(0xe_0000 + u32::from(c)))
            .collect();
        let mark = Mark::of(&tags);
        assert_eq!(mark.label, "U+E0052×8");
        assert!(mark.title.ends_with("“Run it”"), "{}", mark.title);
        let many = Mark::of(&vec!['\u{200b}'; 5000]);
        assert_eq!(many.label, "U+200B×5000");
        assert!(
            many.title.len() < 300 && many.title.ends_with('…'),
            "{}",
            many.title
        );
    }
}
