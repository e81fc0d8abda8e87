//! Finds formulas in Markdown that is not parsed yet.

use std::collections::HashMap;

use super::{CLOSE, Formula, MAX_SOURCE, OPEN};
use crate::line;

/// A formula between single dollars is no longer than this.
const MAX_INLINE: usize = 400;
/// Further formulas of a block are shown as source.
const MAX_FORMULAS: usize = 300;

/// Whether the text may still go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    Open,
    Closed,
}

/// Puts a numbered mark in the place of each formula that is not in code.
pub(crate) fn extract(text: &str, tail: Tail) -> (String, Vec<Formula<'_>>) {
    let mut scanner = Scanner::new(text, tail);
    if !text.contains('$') && !text.contains("\\(") && !text.contains("\\[") {
        return (text.to_owned(), Vec::new());
    }
    scanner.scan();
    (scanner.out, scanner.formulas)
}

struct Scanner<'a> {
    text: &'a str,
    tail: Tail,
    out: String,
    formulas: Vec<Formula<'a>>,
    /// Up to where `out` is written.
    copied: usize,
    /// Where runs of backticks stand, by length, last first.
    ticks: HashMap<usize, Vec<usize>>,
    closers: [Option<usize>; 3],
}

const CLOSERS: [&str; 3] = ["\\)", "\\]", "$$"];

impl<'a> Scanner<'a> {
    fn new(text: &'a str, tail: Tail) -> Self {
        let mut ticks: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut at = text.len();
        for piece in text.rsplit(|c| c != '`') {
            at = at.saturating_sub(piece.len());
            if !piece.is_empty() {
                ticks.entry(piece.len()).or_default().push(at);
            }
            at = text[..at]
                .char_indices()
                .next_back()
                .map_or(0, |(before, _)| before);
        }
        Self {
            text,
            tail,
            out: String::with_capacity(text.len()),
            formulas: Vec::new(),
            copied: 0,
            ticks,
            closers: [Some(0); 3],
        }
    }

    fn scan(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        let mut fence = None;
        while at < bytes.len() {
            if at == 0 || bytes[at - 1] == b'\n' {
                let end = self.text[at..]
                    .find('\n')
                    .map_or(bytes.len(), |length| at + length + 1);
                let content = self.text[at..end].trim_start_matches([' ', '\t', '>']);
                let content = line::list_marker(content)
                    .map_or(content, |length| content[length..].trim_start());
                match fence {
                    Some(open) if line::closes_fence(content, open) => fence = None,
                    Some(_) => {}
                    None => fence = line::opening_fence(content).map(|(open, _)| open),
                }
                if fence.is_some() || line::opening_fence(content).is_some() {
                    at = end;
                    continue;
                }
            }
            at = match bytes[at] {
                b'`' => self.after_code(at),
                b'\\' => self.backslash(at),
                b'$' => self.dollar(at),
                _ => at + 1,
            };
        }
        self.out.push_str(&self.text[self.copied..]);
    }

    fn after_code(&mut self, at: usize) -> usize {
        let length = line::run(&self.text[at..], b'`');
        let positions = self.ticks.entry(length).or_default();
        while positions.last().is_some_and(|&position| position <= at) {
            positions.pop();
        }
        match positions.last() {
            Some(&close) if !self.text[at..close].contains("\n\n") => close + length,
            _ => at + length,
        }
    }

    fn backslash(&mut self, at: usize) -> usize {
        match self.text.as_bytes().get(at + 1) {
            Some(b'(') => self.delimited(at, 0, false),
            Some(b'[') => self.delimited(at, 1, true),
            Some(byte) if byte.is_ascii() => at + 2,
            _ => at + 1,
        }
    }

    fn dollar(&mut self, at: usize) -> usize {
        let rest = &self.text[at + 1..];
        if rest.starts_with('$') {
            return self.delimited(at, 2, true);
        }
        let before = self.text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_ascii_alphanumeric())
            || rest.starts_with(char::is_whitespace)
            || rest.is_empty()
        {
            return at + 1;
        }
        let mut window = rest.len().min(MAX_INLINE);
        while !rest.is_char_boundary(window) {
            window -= 1;
        }
        let paragraph = rest[..window].find("\n\n").unwrap_or(window);
        let mut previous = ' ';
        for (index, c) in rest[..paragraph].char_indices() {
            if c == '$' && previous != '\\' && !previous.is_whitespace() {
                let source = &rest[..index];
                let followed_by_digit = rest
                    .as_bytes()
                    .get(index + 1)
                    .is_some_and(u8::is_ascii_digit);
                if !followed_by_digit && !is_money(source) {
                    return self.found(at, at + 1, at + 1 + index, at + index + 2, false, false);
                }
                return at + 1;
            }
            if c == '`' {
                return at + 1;
            }
            previous = if previous == '\\' && c == '\\' {
                ' '
            } else {
                c
            };
        }
        if self.tail == Tail::Open && paragraph == rest.len() && is_beginning(rest) {
            return self.found(at, at + 1, self.text.len(), self.text.len(), false, true);
        }
        at + 1
    }

    fn delimited(&mut self, at: usize, closer: usize, display: bool) -> usize {
        let start = at + 2;
        if self.closers[closer].is_some_and(|close| close < start) {
            self.closers[closer] = self.text[start..]
                .find(CLOSERS[closer])
                .map(|length| start + length);
        }
        let limit = if display { "\n\n\n\n" } else { "\n\n" };
        match self.closers[closer] {
            Some(close)
                if close - start <= 2 * MAX_SOURCE
                    && close > start
                    && !self.text[start..close].contains(limit) =>
            {
                self.found(at, start, close, close + 2, display, false)
            }
            None if self.tail == Tail::Open
                && self.text.len() - start <= MAX_SOURCE
                && !self.text[start..].contains(limit) =>
            {
                // Half of the closing delimiter is no part of the formula.
                let end = start + self.text[start..].trim_end_matches(['\\', '$']).len();
                self.found(at, start, end, self.text.len(), display, true)
            }
            _ => start,
        }
    }

    fn found(
        &mut self,
        at: usize,
        start: usize,
        end: usize,
        next: usize,
        display: bool,
        pending: bool,
    ) -> usize {
        self.out.push_str(&self.text[self.copied..at]);
        self.out.push(OPEN);
        self.out.push_str(&self.formulas.len().to_string());
        self.out.push(CLOSE);
        self.formulas.push(Formula {
            whole: &self.text[at..next],
            source: &self.text[start..end],
            display,
            pending,
            surplus: self.formulas.len() >= MAX_FORMULAS,
        });
        self.copied = next;
        next
    }
}

/// `5 and 10`, `5元`: an amount with words behind it, not a formula.
fn is_money(source: &str) -> bool {
    let is_cjk = |c: char| matches!(c, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
    let words = source
        .split_whitespace()
        .skip(1)
        .any(|word| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic()));
    source.starts_with(|c: char| c.is_ascii_digit())
        && (source.contains(is_cjk) || words && !source.contains('\\'))
}

/// Whether what stands behind a single `$` at the end of a growing text looks like a formula already.
fn is_beginning(rest: &str) -> bool {
    !rest.starts_with(|c: char| c.is_ascii_digit())
        && rest.is_ascii()
        && (rest.contains(['\\', '^', '_', '{', '=']) || !rest.contains(char::is_whitespace))
}
