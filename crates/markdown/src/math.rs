//! Formulas: found in the source before it is parsed (so that `_` and `|` in them mean nothing), shown as MathML.

use pulldown_latex::config::DisplayMode;
use pulldown_latex::event::{Event, ScriptType, Visual};
use pulldown_latex::{Parser, RenderConfig, Storage, mathml::push_mathml};

use crate::{escape, invisible};

mod scan;

pub(crate) use scan::{Tail, extract};

/// Longer formulas are shown as source.
const MAX_SOURCE: usize = 2000;
const MAX_DEPTH: usize = 24;
const MAX_EVENTS: usize = 2000;
const MAX_HTML: usize = 64 * 1024;

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
    let source = unquoted(&invisible::without(formula.source));
    if source.len() > MAX_SOURCE || is_programmed(&source) || depth(&source) > MAX_DEPTH {
        return None;
    }
    let storage = Storage::new();
    let mut events = Vec::new();
    let mut nesting = Nesting::default();
    for event in Parser::new(&source, &storage) {
        if events.len() == MAX_EVENTS {
            return None;
        }
        let event = event.ok()?;
        if nesting.after(&event) > MAX_DEPTH {
            return None;
        }
        events.push(event);
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

/// How deep an event stands. The writer goes down one call for each level, so this keeps its stack small.
#[derive(Default)]
struct Nesting {
    /// How many elements each open construct still takes; a group takes any number.
    missing: Vec<Option<u8>>,
}

impl Nesting {
    fn after(&mut self, event: &Event<'_>) -> usize {
        match event {
            Event::Begin(_) => self.missing.push(None),
            Event::Visual(Visual::SquareRoot | Visual::Negation) => self.missing.push(Some(1)),
            Event::Script {
                ty: ScriptType::SubSuperscript,
                ..
            } => self.missing.push(Some(3)),
            Event::Visual(Visual::Root | Visual::Fraction(_)) | Event::Script { .. } => {
                self.missing.push(Some(2));
            }
            Event::End => {
                self.missing.pop();
                self.complete();
            }
            Event::Content(_) => self.complete(),
            Event::Space { .. } | Event::StateChange(_) | Event::EnvironmentFlow(_) => {}
        }
        self.missing.len()
    }

    /// An element is there: whatever it was the last part of is complete, too.
    fn complete(&mut self) {
        while let Some(Some(missing)) = self.missing.last_mut() {
            *missing -= 1;
            if *missing > 0 {
                break;
            }
            self.missing.pop();
        }
    }
}

/// Braces alone, before the parser sees them.
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
