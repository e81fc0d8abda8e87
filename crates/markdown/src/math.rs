//! Formulas: found in the source before it is parsed (so that `_` and `|` in them mean nothing), shown as MathML.

use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Parser, RenderConfig, Storage, mathml::push_mathml};

use crate::{escape, line};

/// Longer formulas are shown as source.
const MAX_SOURCE: usize = 2000;
const MAX_INLINE: usize = 400;
const MAX_DEPTH: usize = 24;
const MAX_EVENTS: usize = 2000;
const MAX_HTML: usize = 64 * 1024;
/// Further formulas of a block are shown as source.
const MAX_FORMULAS: usize = 300;

/// Stand before and behind the number of a formula in the parsed source; [`crate::invisible`] keeps them out of texts.
pub(crate) const OPEN: char = '\u{fdd0}';
pub(crate) const CLOSE: char = '\u{fdd1}';

/// A formula of the source.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Formula<'a> {
    /// With its delimiters, as it stands in the source.
    pub(crate) whole: &'a str,
    /// Without them.
    pub(crate) source: &'a str,
    pub(crate) display: bool,
    /// Its end has not come yet.
    pub(crate) pending: bool,
    /// There are too many before it.
    pub(crate) surplus: bool,
}

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

/// Puts the formulas' own text back, for where they are no formulas (code, addresses).
pub(crate) fn restore(text: &str, formulas: &[Formula<'_>]) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in pieces(text, formulas) {
        out.push_str(match piece {
            Piece::Text(text) => text,
            Piece::Formula(formula) => formula.whole,
        });
    }
    out
}

/// A part of parsed text.
pub(crate) enum Piece<'t, 'f> {
    Text(&'t str),
    Formula(&'f Formula<'f>),
}

/// Cuts parsed text at its marks.
pub(crate) fn pieces<'t, 'f>(
    text: &'t str,
    formulas: &'f [Formula<'f>],
) -> impl Iterator<Item = Piece<'t, 'f>> {
    let mut parts = text.split(OPEN);
    let first = parts.next().map(Piece::Text);
    first.into_iter().chain(parts.flat_map(|part| {
        let (number, rest) = part.split_once(CLOSE).unwrap_or(("", part));
        let formula = number
            .parse()
            .ok()
            .and_then(|number: usize| formulas.get(number))
            .map(Piece::Formula);
        formula.into_iter().chain([Piece::Text(rest)])
    }))
}

/// A formula as HTML of at most `room` bytes, still to be cleaned: MathML, else its source.
pub(crate) fn to_html(formula: &Formula<'_>, room: usize) -> String {
    if !formula.pending
        && !formula.surplus
        && let Some(html) = mathml(formula)
        && html.len() <= room
    {
        return html;
    }
    let mut html = String::from(if formula.pending {
        "<code class=\"math-pending\">"
    } else {
        "<code class=\"math-error\">"
    });
    escape::push_text(
        &mut html,
        if formula.pending {
            formula.source.trim()
        } else {
            formula.whole
        },
    );
    html.push_str("</code>");
    html
}

fn mathml(formula: &Formula<'_>) -> Option<String> {
    let source = unquoted(formula.source);
    if source.len() > MAX_SOURCE || is_programmed(&source) || depth(&source) > MAX_DEPTH {
        return None;
    }
    let storage = Storage::new();
    let mut events = Vec::new();
    for event in Parser::new(&source, &storage) {
        if events.len() == MAX_EVENTS {
            return None;
        }
        events.push(event.ok()?);
    }
    let display_mode = if formula.display {
        DisplayMode::Block
    } else {
        DisplayMode::Inline
    };
    let config = RenderConfig {
        display_mode,
        ..RenderConfig::default()
    };
    let mut html = String::new();
    let events = events.into_iter().map(Ok::<_, std::convert::Infallible>);
    push_mathml(&mut html, events, config).ok()?;
    (html.len() <= MAX_HTML).then_some(html)
}

/// Macros can grow without bound, and a formula of a chat needs neither them nor links and styles.
fn is_programmed(source: &str) -> bool {
    const REFUSED: &[&str] = &[
        "class",
        "def",
        "edef",
        "futurelet",
        "gdef",
        "href",
        "html",
        "include",
        "let",
        "newcommand",
        "newenvironment",
        "providecommand",
        "renewcommand",
        "style",
        "url",
        "xdef",
    ];
    source.match_indices('\\').any(|(at, _)| {
        REFUSED
            .iter()
            .any(|name| source[at + 1..].starts_with(name))
    })
}

fn depth(source: &str) -> usize {
    let (_, deepest) = source
        .chars()
        .fold((0_usize, 0), |(depth, deepest), c| match c {
            '{' => (depth + 1, deepest.max(depth + 1)),
            '}' => (depth.saturating_sub(1), deepest),
            _ => (depth, deepest),
        });
    deepest
}

/// Without the `>` that a quotation puts before each line, and without blank lines.
fn unquoted(source: &str) -> String {
    let lines = source
        .trim()
        .lines()
        .map(|line| line.trim_start_matches([' ', '\t', '>']))
        .filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

struct Scanner<'a> {
    text: &'a str,
    tail: Tail,
    out: String,
    formulas: Vec<Formula<'a>>,
    /// Up to where `out` is written.
    copied: usize,
    /// Where runs of backticks stand, by length, last first.
    ticks: std::collections::HashMap<usize, Vec<usize>>,
    closers: [Option<usize>; 3],
}

const CLOSERS: [&str; 3] = ["\\)", "\\]", "$$"];

impl<'a> Scanner<'a> {
    fn new(text: &'a str, tail: Tail) -> Self {
        let mut ticks: std::collections::HashMap<usize, Vec<usize>> =
            std::collections::HashMap::new();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(text: &str) -> Vec<String> {
        extract(text, Tail::Closed)
            .1
            .iter()
            .map(|formula| formula.source.to_owned())
            .collect()
    }

    #[test]
    fn the_four_kinds_of_delimiters_are_found() {
        assert_eq!(
            sources("a $x_1$ b $$y$$ c \\(z\\) d \\[w\\]"),
            ["x_1", "y", "z", "w"]
        );
    }

    #[test]
    fn money_and_shell_variables_are_not_formulas() {
        for text in [
            "$5 and $10",
            "从$5到$10元",
            "costs $5, or 5 dollars for $3.",
            "US$5 and HK$7",
            "`$a$` and `` $b$ ``",
            "```\n$a$\n```",
            "$ a $",
            "\\$a\\$",
        ] {
            assert_eq!(sources(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_formula_that_cannot_be_read_is_shown_as_its_source() {
        let formulas = extract("$\\frac{a}$ $\\def\\a{\\a\\a}\\a$", Tail::Closed).1;
        for formula in &formulas {
            assert!(
                to_html(formula, 1000).starts_with("<code class=\"math-error\">$"),
                "{formula:?}"
            );
        }
    }
}
