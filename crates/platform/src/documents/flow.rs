//! Running text of Office: paragraphs, breaks and tables, which Word and slides call by the same names.

use super::{
    Unreadable,
    written::Written,
    xml::{Token, Tokens, attribute, name},
};

/// A paragraph that is being read.
#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    prefix: String,
}

impl Paragraph {
    /// One that ends in a cell of a table is only set off from what follows in it.
    fn end_in_cell(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(['\t', ' ']) {
            self.text.push(' ');
        }
    }

    fn end(&mut self, written: &mut Written) {
        let Self { text, prefix } = std::mem::take(self);
        if text.trim().is_empty() {
            return;
        }
        for (place, line) in text.split('\n').enumerate() {
            let prefix = if place == 0 { prefix.as_str() } else { "" };
            written.line(&format!("{prefix}{line}"));
        }
    }

    /// A style whose name says that it is a heading, as far as that is the same everywhere.
    fn style(&mut self, style: &str) {
        let style = style.to_ascii_lowercase();
        let level = match style.strip_prefix("heading") {
            Some(level) => level.trim().parse().unwrap_or(1_usize),
            None if style == "title" => 1,
            None => return,
        };
        self.prefix = format!("{} ", "#".repeat(level.clamp(1, 6)));
    }
}

/// Reads a part. `page` is called where Word began another page when it last drew the document.
pub(super) fn read(
    part: &str,
    written: &mut Written,
    mut page: impl FnMut(&mut Written),
) -> Result<(), Unreadable> {
    let mut tokens = Tokens::of(part);
    let mut paragraph = Paragraph::default();
    // Tables lie in tables, and letters in runs of letters.
    let (mut tables, mut letters) = (0_usize, 0_usize);
    while let Some(token) = tokens.next()? {
        if written.is_full() {
            written.cut();
            return Ok(());
        }
        match token {
            Token::Open(open) => match name(&open) {
                b"t" => letters += 1,
                b"tbl" => {
                    paragraph.end(written);
                    tables += 1;
                }
                b"tab" if letters == 0 => paragraph.text.push('\t'),
                b"br" | b"cr" => paragraph.text.push('\n'),
                b"pStyle" => {
                    if let Some(style) = attribute(&open, "val") {
                        paragraph.style(&style);
                    }
                }
                b"numPr" if paragraph.prefix.is_empty() => "- ".clone_into(&mut paragraph.prefix),
                b"lastRenderedPageBreak" => {
                    if tables == 0 {
                        paragraph.end(written);
                    }
                    page(written);
                }
                // The same once more, for programs that can't draw it; where tabs would stand; what was taken away.
                b"Fallback" | b"tabs" | b"tabLst" | b"del" | b"moveFrom" => tokens.skip()?,
                _ => {}
            },
            Token::Text(text) if letters > 0 => paragraph.text.push_str(&text),
            Token::Text(_) => {}
            Token::Close(close) => match close.local_name().into_inner() {
                b"t" => letters = letters.saturating_sub(1),
                b"tbl" => {
                    tables = tables.saturating_sub(1);
                    written.line("");
                }
                b"p" if tables > 0 => paragraph.end_in_cell(),
                b"tc" => {
                    paragraph
                        .text
                        .truncate(paragraph.text.trim_end_matches(' ').len());
                    paragraph.text.push('\t');
                }
                b"tr" => {
                    paragraph.prefix.clear();
                    paragraph.end(written);
                }
                b"p" => paragraph.end(written),
                _ => {}
            },
        }
    }
    paragraph.end(written);
    Ok(())
}
