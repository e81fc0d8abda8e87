//! Cuts a text into top-level blocks, line by line.
//!
//! Whether a line begins a block depends on the lines before it alone, so a cut is final as soon as it is made. The
//! rules are those of `CommonMark`, simplified where only a look ahead could tell (a link definition over several lines).

use crate::line::{self, Fence};

/// Formulas longer than this do not hold a block open over blank lines.
const MAX_FORMULA: usize = 4096;

/// What the block that is open right now is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Nothing,
    Flow,
    List,
    Quote,
    Footnote,
    Indented,
    Fence(Fence),
    Formula {
        dollars: bool,
        bytes: usize,
        in_list: bool,
    },
}

/// What a line does to the blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// White space before any block.
    Skip,
    /// The line begins a block of text.
    Begin,
    /// The line begins a block of code; its text begins with the next line.
    BeginCode(Fence),
    /// The line belongs to the open block.
    Continue,
    /// The line ends the open block and belongs to it.
    End,
    /// The line is a block by itself.
    Whole,
}

/// Where the cutting stands.
#[derive(Debug, Default)]
pub(crate) struct Segmenter {
    kind: Kind,
    after_blank: bool,
}

impl Segmenter {
    /// What a complete line does.
    pub(crate) fn step(&mut self, line: &str) -> Step {
        if let Kind::Fence(fence) = self.kind {
            if line::closes_fence(line, fence) {
                self.kind = Kind::Nothing;
                return Step::End;
            }
            return Step::Continue;
        }
        if let Kind::Formula {
            dollars,
            bytes,
            in_list,
        } = self.kind
        {
            let closed = if dollars {
                line.contains("$$")
            } else {
                line.contains("\\]")
            };
            self.after_blank = line::is_blank(line);
            if closed || bytes + line.len() > MAX_FORMULA {
                self.kind = if in_list { Kind::List } else { Kind::Flow };
            } else {
                self.kind = Kind::Formula {
                    dollars,
                    bytes: bytes + line.len(),
                    in_list,
                };
            }
            return Step::Continue;
        }
        if line::is_blank(line) {
            self.after_blank = true;
            return if self.kind == Kind::Nothing {
                Step::Skip
            } else {
                Step::Continue
            };
        }
        let begins = self.begins(line);
        self.after_blank = false;
        if begins {
            self.begin(line)
        } else {
            self.enter_formula(line);
            Step::Continue
        }
    }

    /// Whether the beginning of a line, of which more may come, begins a block: `None` while that is open.
    pub(crate) fn foresee(&self, start: &str) -> Option<bool> {
        if matches!(self.kind, Kind::Fence(_) | Kind::Formula { .. }) {
            return Some(false);
        }
        let text = start.trim_start_matches([' ', '\t']);
        let first = *text.as_bytes().first()?;
        // These may still become a marker, a rule, a fence or a definition.
        let undecided = match first {
            b'-' | b'+' | b'*' | b'_' => text.bytes().all(|byte| byte == first || byte == b' '),
            b'0'..=b'9' => {
                text.len() < 11
                    && text
                        .bytes()
                        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b')' | b' '))
            }
            b'#' => line::run(text, b'#') == text.len(),
            b'`' | b'~' => line::run(text, first) >= 3 || line::run(text, first) == text.len(),
            b'[' => {
                text.len() < 2 || text.starts_with("[^") && text.len() < 100 && !text.contains("]:")
            }
            b'$' | b'\\' => text.len() < 2,
            _ => false,
        };
        if undecided && !(self.after_blank || self.kind == Kind::Nothing) {
            return None;
        }
        let may_go_on = matches!(self.kind, Kind::List | Kind::Footnote | Kind::Indented);
        if undecided && (may_go_on || matches!(first, b'`' | b'~')) {
            return None;
        }
        Some(self.begins(start))
    }

    fn begins(&self, line: &str) -> bool {
        let indent = line::indent(line);
        let text = line.trim_start_matches([' ', '\t']);
        if self.kind == Kind::Nothing {
            return true;
        }
        if self.after_blank {
            return match self.kind {
                Kind::List => {
                    indent < 2 && (line::list_marker(text).is_none() || line::is_rule(line))
                }
                Kind::Footnote => indent < 2,
                Kind::Indented => indent < 4,
                _ => true,
            };
        }
        let inside = matches!(self.kind, Kind::List) && indent >= 2;
        if indent > 3 || inside {
            return false;
        }
        if line::is_heading(line)
            || line::opening_fence(line).is_some()
            || line::is_footnote_definition(line)
        {
            return true;
        }
        let rule = line::is_rule(line) && (!text.starts_with('-') || self.kind != Kind::Flow);
        let quote = text.starts_with('>') && self.kind != Kind::Quote;
        // Only a list that has text and begins with 1 interrupts a paragraph.
        let list = self.kind != Kind::List
            && line::list_marker(text).is_some_and(|length| {
                !line::is_blank(&text[length..])
                    && (!text.starts_with(|c: char| c.is_ascii_digit())
                        || &text[..length - 1] == "1")
            });
        rule || quote || list
    }

    fn begin(&mut self, line: &str) -> Step {
        let text = line.trim_start_matches([' ', '\t']);
        if let Some((fence, _)) = line::opening_fence(line) {
            self.kind = Kind::Fence(fence);
            return Step::BeginCode(fence);
        }
        if line::is_heading(line) && line::indent(line) < 4 || line::is_rule(line) {
            self.kind = Kind::Nothing;
            return Step::Whole;
        }
        self.kind = if line::indent(line) >= 4 {
            Kind::Indented
        } else if line::is_footnote_definition(line) {
            Kind::Footnote
        } else if text.starts_with('>') {
            Kind::Quote
        } else if line::list_marker(text).is_some() {
            Kind::List
        } else {
            Kind::Flow
        };
        self.enter_formula(line);
        Step::Begin
    }

    fn enter_formula(&mut self, line: &str) {
        if !matches!(self.kind, Kind::Flow | Kind::List) {
            return;
        }
        let text = line.trim();
        let dollars =
            (text.starts_with("$$") || text.ends_with("$$")) && text.matches("$$").count() % 2 == 1;
        let brackets = text.rfind("\\[").is_some_and(|open| {
            (open == 0 || open + 2 == text.len()) && !text[open..].contains("\\]")
        });
        if dollars || brackets {
            self.kind = Kind::Formula {
                dollars,
                bytes: line.len(),
                in_list: self.kind == Kind::List,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The blocks as strings, complete lines only.
    fn cut(text: &str) -> Vec<String> {
        let mut segmenter = Segmenter::default();
        let mut blocks: Vec<String> = Vec::new();
        for line in text.split_inclusive('\n') {
            match segmenter.step(line) {
                Step::Skip => {}
                Step::Begin | Step::BeginCode(_) | Step::Whole => blocks.push(line.to_owned()),
                Step::Continue | Step::End => blocks
                    .last_mut()
                    .unwrap_or_else(|| panic!("nothing is open at {line:?}"))
                    .push_str(line),
            }
        }
        blocks
    }

    #[test]
    fn each_kind_of_block_is_cut_where_it_ends() {
        let cases: &[(&str, &[&str])] = &[
            ("a\nb\n\nc\n", &["a\nb\n\n", "c\n"]),
            ("# a\nb\n", &["# a\n", "b\n"]),
            ("a\n---\nb\n", &["a\n---\nb\n"]),
            ("a\n\n---\nb\n", &["a\n\n", "---\n", "b\n"]),
            ("- a\n\n- b\n\nc\n", &["- a\n\n- b\n\n", "c\n"]),
            ("1. a\n\n   b\n\n2. c\n", &["1. a\n\n   b\n\n2. c\n"]),
            ("a\n- b\n", &["a\n", "- b\n"]),
            ("a\n2. b\n", &["a\n2. b\n"]),
            ("> a\nb\n> c\n\n> d\n", &["> a\nb\n> c\n\n", "> d\n"]),
            (
                "a\n```\nb\n\nc\n```\nd\n",
                &["a\n", "```\nb\n\nc\n```\n", "d\n"],
            ),
            ("$$\na\n\nb\n$$\n\nc\n", &["$$\na\n\nb\n$$\n\n", "c\n"]),
            ("[^1]: a\n[^2]: b\n", &["[^1]: a\n", "[^2]: b\n"]),
            (
                "- a\n  ```\n  b\n\n  # c\n  ```\n",
                &["- a\n  ```\n  b\n\n  # c\n  ```\n"],
            ),
        ];
        for (text, blocks) in cases {
            assert_eq!(cut(text), *blocks, "{text:?}");
        }
    }
}
