//! One top-level block of Markdown to HTML.
//!
//! Works through the parser's events with an explicit stack, so that no nesting can exhaust the thread's; what is
//! nested deeper than anyone can read is flattened.

use pulldown_cmark::{BrokenLink, CowStr, Options, Parser};

use crate::headings::Headings;
use crate::math::{self, Formula, Tail};
use crate::references::References;
use crate::{escape, sanitize};

mod footnotes;
mod links;
mod writer;

pub(crate) use links::push_anchor;
use writer::Writer;

/// What a block is rendered with.
pub(crate) struct Surroundings<'a> {
    pub(crate) scope: &'a str,
    pub(crate) references: &'a References,
    /// The block's number in the text.
    pub(crate) index: usize,
    /// The headings before it.
    pub(crate) headings: Headings,
    /// How long the HTML may become, at least ten times the source.
    pub(crate) allowance: usize,
    /// Whether the text has ended, so that what is not defined never will be.
    pub(crate) is_complete: bool,
}

/// A block's HTML and what it says about others.
#[derive(Default)]
pub(crate) struct Rendered {
    pub(crate) html: String,
    /// The headings before it and in it.
    pub(crate) headings: Headings,
    /// Label, address and title of the links it defines.
    pub(crate) links: Vec<(String, String, String)>,
    pub(crate) footnotes: Vec<String>,
    /// The footnotes it refers to.
    pub(crate) mentions: Vec<String>,
    /// Whether it refers to anything that is not defined yet.
    pub(crate) is_unresolved: bool,
}

/// Renders one block.
pub(crate) fn render(source: &str, tail: Tail, around: &Surroundings<'_>) -> Rendered {
    let (text, formulas) = if source.starts_with("    ") || source.starts_with('\t') {
        (source.to_owned(), Vec::new())
    } else {
        math::extract(source, tail)
    };
    let text = if tail == Tail::Open {
        crate::heal::heal(&text)
    } else {
        text
    };
    let mut rendered = convert(&text, &formulas, around);
    if rendered.html.len() <= around.allowance {
        rendered.html = sanitize::clean(&rendered.html);
    }
    if rendered.html.len() > around.allowance {
        rendered.html = plain(source);
        rendered.headings = around.headings;
    }
    rendered
}

/// The source as it is: what stays of a block that would become too large.
fn plain(source: &str) -> String {
    let mut html = String::from("<p>");
    escape::push_plain(&mut html, source.trim_end());
    html.push_str("</p>");
    escape::seal(&html)
}

fn convert(text: &str, formulas: &[Formula<'_>], around: &Surroundings<'_>) -> Rendered {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_OLD_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let mut is_unresolved = false;
    let mut resolve = |broken: BrokenLink<'_>| {
        let found = around.references.link(&broken.reference);
        is_unresolved |= found.is_none();
        found.map(|(address, title)| (CowStr::from(address), CowStr::from(title)))
    };
    let mut parser = Parser::new_with_broken_link_callback(text, options, Some(&mut resolve));
    let definitions = parser.reference_definitions().iter();
    let links = definitions
        .map(|(label, definition)| {
            let title = definition.title.as_deref().unwrap_or_default();
            (
                label.to_owned(),
                math::restore(&definition.dest, formulas),
                math::restore(title, formulas),
            )
        })
        .collect();
    let mut writer = Writer::new(formulas, around);
    for event in parser.by_ref() {
        writer.event(event);
        if writer.out.len() > around.allowance {
            break;
        }
    }
    drop(parser);
    let Writer {
        out,
        headings,
        footnotes,
        mentions,
        is_unresolved: has_unknown_footnotes,
        ..
    } = writer;
    Rendered {
        html: out,
        headings,
        links,
        footnotes,
        mentions,
        is_unresolved: is_unresolved || has_unknown_footnotes,
    }
}
