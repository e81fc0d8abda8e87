//! What was read so far: without what nobody would see, and of bounded length.

use super::Reading;
use crate::files::text;

/// Characters that are read of a document at most.
pub(super) const MOST: usize = 2_000_000;

/// Text that grows.
#[derive(Debug, Default)]
pub(super) struct Written {
    text: String,
    characters: usize,
    is_cut: bool,
    /// A mark that waits for something to be written below it.
    mark: Option<String>,
}

impl Written {
    /// Whether nothing more is taken.
    pub(super) fn is_full(&self) -> bool {
        self.characters >= MOST
    }

    /// There was more than was read.
    pub(super) fn cut(&mut self) {
        self.is_cut = true;
    }

    /// `[page 3]`, if anything is written below it.
    pub(super) fn mark(&mut self, mark: String) {
        self.mark = Some(mark);
    }

    /// A line, without the blanks at its end. An empty one parts paragraphs, once.
    pub(super) fn line(&mut self, line: &str) {
        let line = line.trim_end();
        if line.is_empty() {
            if !self.text.is_empty() && self.mark.is_none() && !self.text.ends_with("\n\n") {
                self.push("\n");
            }
            return;
        }
        if let Some(mark) = self.mark.take() {
            if !self.text.is_empty() && !self.text.ends_with("\n\n") {
                self.push("\n");
            }
            self.push(&mark);
            self.push("\n");
        }
        self.push(line);
        self.push("\n");
    }

    fn push(&mut self, text: &str) {
        for c in text.chars().filter(|&c| text::is_shown(c)) {
            if self.is_full() {
                self.is_cut = true;
                return;
            }
            self.text.push(c);
            self.characters += 1;
        }
    }

    /// All of it.
    pub(super) fn reading(self, pages: Option<u32>, blank_pages: u32) -> Reading {
        Reading {
            text: self.text.trim_end().to_owned(),
            pages,
            blank_pages,
            is_cut: self.is_cut,
        }
    }
}

/// A number of pages.
pub(super) fn count(pages: usize) -> u32 {
    u32::try_from(pages).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_only_above_text_and_what_nobody_sees_is_left_out() {
        let mut written = Written::default();
        written.mark("[page 1]".to_owned());
        written.line("");
        written.mark("[page 2]".to_owned());
        written.line("pay\u{200B}\u{202E}ment\0 ");
        written.line("");
        written.line("");
        written.line("due");
        written.mark("[page 3]".to_owned());
        let reading = written.reading(Some(3), 2);
        assert_eq!(reading.text, "[page 2]\npayment\n\ndue");
        assert_eq!((reading.pages, reading.is_cut), (Some(3), false));
    }

    #[test]
    fn no_more_is_taken_than_there_is_room_for() {
        let mut written = Written::default();
        let line = "字".repeat(999);
        for _ in 0..=MOST / 1_000 {
            written.line(&line);
        }
        assert!(written.is_full());
        let reading = written.reading(None, 0);
        assert!(reading.is_cut && reading.text.chars().count() <= MOST);
    }
}
