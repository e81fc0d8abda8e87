//! The part of a text that shows why it was found.

use std::ops::Range;

use model::Piece;

use super::fold::is_unseen;

/// Characters before the first mark.
const BEFORE: usize = 36;

/// Characters in all.
const LENGTH: usize = 160;

/// All of a text that is short.
pub(crate) fn whole(text: &str, marks: &[Range<usize>]) -> Vec<Piece> {
    pieces(text, 0..text.len(), marks)
}

/// What stands around the first mark, on one line.
pub(crate) fn around(text: &str, marks: &[Range<usize>]) -> Vec<Piece> {
    let first = marks.first().map_or(0, |mark| mark.start);
    let from = beginning(text, first);
    let behind = text[from..].char_indices().nth(LENGTH);
    let to = behind.map_or(text.len(), |(length, _)| from + length);
    let mut pieces = pieces(text, from..to, marks);
    if from > 0 {
        pieces.insert(0, unmarked("…"));
    }
    if to < text.len() {
        pieces.push(unmarked("…"));
    }
    pieces
}

/// Where to begin to show the text before `mark`: rather behind a space than within a word.
fn beginning(text: &str, mark: usize) -> usize {
    let before = text[..mark].char_indices().rev().take(BEFORE);
    let Some((from, _)) = before.last().filter(|(from, _)| *from > 0) else {
        return 0;
    };
    let space = text[from..mark]
        .char_indices()
        .take(BEFORE / 2)
        .find(|(_, c)| c.is_whitespace());
    space.map_or(from, |(at, c)| from + at + c.len_utf8())
}

fn pieces(text: &str, shown: Range<usize>, marks: &[Range<usize>]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = shown.start;
    let mut push = |part: &str, found| {
        let text = line(part);
        if !text.is_empty() {
            pieces.push(Piece { text, found });
        }
    };
    for mark in marks {
        let (from, to) = (mark.start.max(at), mark.end.min(shown.end));
        if from >= to {
            continue;
        }
        push(&text[at..from], false);
        push(&text[from..to], true);
        at = to;
    }
    push(&text[at..shown.end.max(at)], false);
    pieces
}

/// On one line, without what can't be seen or turns what can.
fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            if !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !is_unseen(c) {
            line.push(c);
        }
    }
    line
}

fn unmarked(text: &str) -> Piece {
    Piece {
        text: text.to_owned(),
        found: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Sought;

    /// Marks in brackets.
    fn written(pieces: &[Piece]) -> String {
        let written = pieces.iter().map(|piece| {
            if piece.found {
                format!("[{}]", piece.text)
            } else {
                piece.text.clone()
            }
        });
        written.collect()
    }

    fn passage(text: &str, words: &str) -> String {
        let marks = Sought::parse(words).and_then(|sought| sought.marks(text));
        written(&around(text, &marks.unwrap_or_default()))
    }

    #[test]
    fn a_short_text_is_shown_as_it_is_on_one_line() {
        assert_eq!(
            passage("春眠不觉晓，\n\n处处闻啼鸟", "不觉 啼鸟"),
            "春眠[不觉]晓， 处处闻[啼鸟]"
        );
        assert_eq!(
            passage("<img src=x onerror=alert(1)>", "onerror"),
            "<img src=x [onerror]=alert(1)>"
        );
        assert_eq!(passage("a\u{202e}b\u{200b}c\0d", "abc"), "[abc] d");
        assert_eq!(written(&whole("春晓", &[])), "春晓");
    }

    #[test]
    fn of_a_long_text_the_part_around_the_first_mark_is_shown() {
        let text = format!("{}雨{}", "字".repeat(500), "词".repeat(500));
        let shown = passage(&text, "雨");
        let expected = format!(
            "…{}[雨]{}…",
            "字".repeat(BEFORE),
            "词".repeat(LENGTH - BEFORE - 1)
        );
        assert_eq!(shown, expected);
        let text = format!("{} needle {}", "straw ".repeat(99), "hay ".repeat(99));
        let shown = passage(&text, "needle");
        assert!(shown.starts_with("…straw "), "{shown}");
        assert!(shown.contains(" [needle] hay "), "{shown}");
    }

    #[test]
    fn a_mark_that_is_longer_than_what_is_shown_is_cut() {
        let text = "字".repeat(900);
        let whole = 0..text.len();
        let shown = around(&text, std::slice::from_ref(&whole));
        assert_eq!(shown[0].text.chars().count(), LENGTH);
        assert!(shown[0].found && shown.len() == 2);
    }
}
