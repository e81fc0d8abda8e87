//! A block of code: a figure with the language, a place for a copy button, and the text.
//!
//! The figure grows at its end only, so that what has been sent of it never has to be sent again.

use crate::highlight::{Highlighter, MAX_LINE};
use crate::{escape, sanitize};

const PLAIN_HEAD: &str = "<pre><code>";
const PLAIN_TAIL: &str = "</code></pre>";
const TAIL: &str = "</code></pre></figure>";

/// Languages that a browser can show.
const PREVIEWED: [&str; 2] = ["html", "svg"];

/// The language of diagrams, which have to be drawn first.
const DRAWN: &str = "mermaid";

/// A button; what it does and is called is the page's affair.
macro_rules! tool {
    ($action:literal) => {
        concat!(
            "<button type=\"button\" class=\"tool\" data-action=\"",
            $action,
            "\"></button>"
        )
    };
}

/// A block of code whose lines come one after the other.
pub(crate) struct CodeBlock {
    html: String,
    tail: &'static str,
    highlighter: Highlighter,
    /// How much of the present line is written already because it is too long to be highlighted.
    taken: usize,
}

impl CodeBlock {
    /// Begins a figure if `allowance` bytes are enough for one, else a bare `<pre>`.
    pub(crate) fn new(info: &str, allowance: usize) -> Self {
        let language = language(info);
        let mut html = String::from("<figure class=\"code\" data-language=\"");
        html.push_str(&language);
        html.push_str("\"><figcaption class=\"code__head\"><span class=\"code__language\">");
        escape::push_text(&mut html, &language);
        html.push_str("</span>");
        if PREVIEWED.contains(&&*language) {
            html.push_str(tool!("preview-code"));
        }
        if language == DRAWN {
            html.push_str(tool!("draw-code"));
        }
        html.push_str(concat!(
            tool!("wrap-code"),
            tool!("save-code"),
            tool!("copy-code"),
            "</figcaption><pre tabindex=\"0\"><code class=\"code__text\">"
        ));
        if html.len() + TAIL.len() > allowance {
            return Self {
                html: PLAIN_HEAD.to_owned(),
                tail: PLAIN_TAIL,
                highlighter: Highlighter::new(""),
                taken: 0,
            };
        }
        Self {
            html,
            tail: TAIL,
            highlighter: Highlighter::new(&language),
            taken: 0,
        }
    }

    /// Adds complete lines, each with what the whole block may have by the end of it.
    pub(crate) fn push_lines<'a>(&mut self, lines: impl Iterator<Item = (&'a str, usize)>) {
        let mut fresh = String::new();
        for (line, allowance) in lines {
            let room = allowance.saturating_sub(self.html.len() + self.tail.len());
            self.push_line(&mut fresh, line, room);
        }
        self.html.push_str(&sanitize::clean(&fresh));
    }

    fn push_line(&mut self, out: &mut String, line: &str, room: usize) {
        let taken = std::mem::take(&mut self.taken);
        if taken > 0 {
            self.highlighter.skip(line.len());
            return escape::push_plain(out, &line[taken..]);
        }
        let before = out.len();
        self.highlighter.push_line(out, line);
        if out.len() > room {
            out.truncate(before);
            escape::push_plain(out, line);
        }
    }

    /// Shows the beginning of a line that is already too long to be highlighted, only what is new of it.
    pub(crate) fn show_long(&mut self, line: &str) {
        if line.len() > MAX_LINE {
            let mut fresh = String::new();
            escape::push_plain(&mut fresh, &line[self.taken..]);
            self.html.push_str(&sanitize::clean(&fresh));
            self.taken = line.len();
        }
    }

    /// How much of the HTML will not change again.
    pub(crate) fn settled(&self) -> usize {
        self.html.len()
    }

    /// What stands behind the first `from` settled bytes, with `line` as the beginning of a next line.
    pub(crate) fn html_from(&self, from: usize, line: &str, allowance: usize) -> String {
        let mut html = String::new();
        if !line.is_empty() && self.taken == 0 {
            let room = allowance.saturating_sub(self.html.len() + self.tail.len());
            let mut ahead = Self {
                html: String::new(),
                tail: self.tail,
                highlighter: self.highlighter.clone(),
                taken: 0,
            };
            ahead.push_line(&mut html, line, room);
            html = sanitize::clean(&html);
        }
        html.insert_str(0, &self.html[from..]);
        html.push_str(self.tail);
        html
    }
}

/// The whole figure for `text`.
pub(crate) fn figure(info: &str, text: &str, allowance: usize) -> String {
    let mut block = CodeBlock::new(info, allowance);
    block.push_lines(text.split_inclusive('\n').map(|line| (line, allowance)));
    block.html_from(0, "", allowance)
}

/// The language that an info string names: its first word, in letters that cannot do harm anywhere.
fn language(info: &str) -> String {
    let word = info
        .split([' ', '\t', ',', '{', ':'])
        .next()
        .unwrap_or_default();
    word.chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '-' | '_' | '.'))
        .take(24)
        .collect::<String>()
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_can_be_shown_and_a_diagram_drawn() {
        for (info, action) in [
            ("html", Some("preview-code")),
            ("SVG", Some("preview-code")),
            ("mermaid", Some("draw-code")),
            ("Mermaid title=x", Some("draw-code")),
            ("mermaidx", None),
            ("rust", None),
        ] {
            let block = figure(info, "a\n", usize::MAX);
            for known in ["preview-code", "draw-code"] {
                let is_there = block.contains(&format!("data-action=\"{known}\""));
                assert_eq!(is_there, action == Some(known), "{known} of {info}");
            }
        }
    }

    #[test]
    fn an_info_string_gives_nothing_but_a_word() {
        assert_eq!(language("Rust,ignore"), "rust");
        assert_eq!(language("c++ title=\"x\""), "c++");
        assert_eq!(
            language("\"><script>alert(1)</script>"),
            "scriptalert1script"
        );
    }
}
