//! One top-level block of Markdown to HTML.
//!
//! Works through the parser's events with an explicit stack, so that no nesting can exhaust the thread's; what is
//! nested deeper than anyone can read is flattened.

use std::fmt::Write as _;

use pulldown_cmark::{
    Alignment, BrokenLink, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd,
};

use crate::math::{self, Formula, Piece, Tail};
use crate::references::{References, anchor};
use crate::{code, escape, link, sanitize};

const MAX_DEPTH: usize = 40;

/// What a block is rendered with.
pub(crate) struct Surroundings<'a> {
    pub(crate) scope: &'a str,
    pub(crate) references: &'a References,
    /// The block's number in the text.
    pub(crate) index: usize,
    /// How long the HTML may become, at least ten times the source.
    pub(crate) allowance: usize,
    /// Whether the text has ended, so that what is not defined never will be.
    pub(crate) is_complete: bool,
}

/// A block's HTML and what it says about others.
#[derive(Default)]
pub(crate) struct Rendered {
    pub(crate) html: String,
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
    }
    rendered
}

/// The source as it is: what stays of a block that would become too large.
fn plain(source: &str) -> String {
    let mut html = String::from("<p>");
    escape::push_text(&mut html, source.trim_end());
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
        footnotes,
        mentions,
        is_unresolved: has_unknown_footnotes,
        ..
    } = writer;
    Rendered {
        html: out,
        links,
        footnotes,
        mentions,
        is_unresolved: is_unresolved || has_unknown_footnotes,
    }
}

/// Where in a table the next cell is.
#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    in_head: bool,
    cell: usize,
}

struct Writer<'a> {
    formulas: &'a [Formula<'a>],
    around: &'a Surroundings<'a>,
    out: String,
    /// The end tags of what is open.
    open: Vec<&'static str>,
    /// Text goes here instead while a block of code or an image is open.
    code: Option<(String, String)>,
    image: Option<(String, String, usize)>,
    in_link: bool,
    in_task: bool,
    table: Table,
    footnotes: Vec<String>,
    mentions: Vec<String>,
    is_unresolved: bool,
}

impl<'a> Writer<'a> {
    fn new(formulas: &'a [Formula<'a>], around: &'a Surroundings<'a>) -> Self {
        Self {
            formulas,
            around,
            out: String::new(),
            open: Vec::new(),
            code: None,
            image: None,
            in_link: false,
            in_task: false,
            table: Table::default(),
            footnotes: Vec::new(),
            mentions: Vec::new(),
            is_unresolved: false,
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(end) => self.end(end),
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text(&text);
            }
            Event::Code(text) => self.inline_code(&text),
            Event::InlineHtml(html) | Event::Html(html) => self.raw(&html),
            Event::SoftBreak => self.text("\n"),
            Event::HardBreak if self.image.is_some() => self.text(" "),
            Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.out.push_str("<hr>"),
            Event::FootnoteReference(label) => self.footnote_reference(&label),
            Event::TaskListMarker(done) => {
                self.out
                    .push_str("<label class=\"task\"><input type=\"checkbox\" disabled=\"\"");
                self.out
                    .push_str(if done { " checked=\"\"> " } else { "> " });
                self.in_task = true;
            }
        }
    }

    /// Writes a start tag, or nothing where it is too deep.
    fn begin(&mut self, start: &str, end: &'static str) {
        if self.open.len() < MAX_DEPTH {
            self.out.push_str(start);
            self.open.push(end);
        } else {
            if !self.out.ends_with([' ', '\n']) {
                self.out.push(' ');
            }
            self.open.push("");
        }
    }

    fn finish(&mut self) {
        if let Some(end) = self.open.pop() {
            self.out.push_str(end);
        }
    }

    fn end_task(&mut self) {
        if std::mem::take(&mut self.in_task) {
            self.out.push_str("</label>");
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.begin_block("<p>", "</p>"),
            Tag::Heading { level, .. } => {
                let level = level as usize;
                let (start, end) = HEADINGS[(level - 1).min(5)];
                self.begin_block(start, end);
            }
            Tag::BlockQuote(_) => self.begin_block("<blockquote>", "</blockquote>"),
            Tag::CodeBlock(kind) => {
                self.end_task();
                let info = if let CodeBlockKind::Fenced(info) = &kind {
                    math::restore(info, self.formulas)
                } else {
                    String::new()
                };
                self.code = Some((info, String::new()));
            }
            Tag::List(None) => self.begin_block("<ul>", "</ul>"),
            Tag::List(Some(1)) => self.begin_block("<ol>", "</ol>"),
            Tag::List(Some(start)) => self.begin_block(&format!("<ol start=\"{start}\">"), "</ol>"),
            Tag::Item => self.begin("<li>", "</li>"),
            Tag::FootnoteDefinition(label) => self.footnote_definition(&label),
            Tag::Table(alignments) => {
                self.table.alignments = alignments;
                self.begin_block(
                    "<div class=\"table\" tabindex=\"0\" role=\"region\"><table>",
                    "</tbody></table></div>",
                );
            }
            Tag::TableHead => {
                self.table.cell = 0;
                self.table.in_head = true;
                self.begin("<thead><tr>", "</tr></thead><tbody>");
            }
            Tag::TableRow => {
                self.table.cell = 0;
                self.begin("<tr>", "</tr>");
            }
            Tag::TableCell => self.table_cell(),
            Tag::Emphasis => self.begin_inline("<em>", "</em>"),
            Tag::Strong => self.begin_inline("<strong>", "</strong>"),
            Tag::Strikethrough => self.begin_inline("<del>", "</del>"),
            Tag::Link {
                link_type,
                dest_url,
                ..
            } => self.link(link_type, &dest_url),
            Tag::Image { dest_url, .. } => self.begin_image(&dest_url),
            Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => self.begin("", ""),
        }
    }

    fn begin_block(&mut self, start: &str, end: &'static str) {
        self.end_task();
        self.begin(start, end);
    }

    fn begin_inline(&mut self, start: &str, end: &'static str) {
        if self.image.is_some() {
            self.open.push("");
        } else {
            self.begin(start, end);
        }
    }

    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::Image => self.end_image(),
            TagEnd::Item | TagEnd::Paragraph => {
                self.end_task();
                self.finish();
            }
            TagEnd::TableHead => {
                self.table.in_head = false;
                self.finish();
            }
            TagEnd::Link => {
                if self.image.is_none() {
                    self.in_link = false;
                }
                self.finish();
            }
            _ => self.finish(),
        }
    }

    fn table_cell(&mut self) {
        let alignment = self
            .table
            .alignments
            .get(self.table.cell)
            .copied()
            .unwrap_or(Alignment::None);
        self.table.cell += 1;
        let (plain, end) = if self.table.in_head {
            ("<th", "</th>")
        } else {
            ("<td", "</td>")
        };
        let class = match alignment {
            Alignment::None | Alignment::Left => ">",
            Alignment::Center => " class=\"align-center\">",
            Alignment::Right => " class=\"align-right\">",
        };
        self.begin(&[plain, class].concat(), end);
    }

    fn text(&mut self, text: &str) {
        let formulas = self.formulas;
        if let Some((_, code)) = &mut self.code {
            code.push_str(&math::restore(text, formulas));
            return;
        }
        if let Some((_, alternative, _)) = &mut self.image {
            alternative.push_str(&math::restore(text, formulas));
            return;
        }
        for piece in math::pieces(text, formulas) {
            match piece {
                Piece::Text(text) => escape::push_text(&mut self.out, text),
                Piece::Formula(formula) => {
                    let html = math::to_html(formula, self.room());
                    self.out.push_str(&html);
                }
            }
        }
    }

    /// What elaborate parts may take: most of what is left, so that plain text still fits behind them.
    fn room(&self) -> usize {
        (self.around.allowance / 4 * 3).saturating_sub(self.out.len())
    }

    fn inline_code(&mut self, text: &str) {
        if self.image.is_some() {
            return self.text(text);
        }
        self.out.push_str("<code>");
        escape::push_text(&mut self.out, &math::restore(text, self.formulas));
        self.out.push_str("</code>");
    }

    fn raw(&mut self, html: &str) {
        // Models break lines in table cells this way, where Markdown has no other.
        if matches!(html, "<br>" | "<br/>" | "<br />") && self.image.is_none() {
            self.out.push_str("<br>");
        } else {
            self.text(html);
        }
    }

    fn link(&mut self, kind: LinkType, address: &str) {
        let address = math::restore(address, self.formulas);
        let address = if kind == LinkType::Email {
            format!("mailto:{address}")
        } else {
            address
        };
        match link::parse(&address) {
            Some(link) if self.image.is_none() && !self.in_link => {
                let mut start = String::new();
                push_anchor(&mut start, "", &link.href);
                self.in_link = true;
                self.begin(&start, "</a>");
            }
            _ => self.open.push(""),
        }
    }

    fn begin_image(&mut self, address: &str) {
        match &mut self.image {
            Some((_, _, depth)) => *depth += 1,
            None => self.image = Some((math::restore(address, self.formulas), String::new(), 1)),
        }
    }

    /// An image is never loaded: its text is a link to it that says where it leads.
    fn end_image(&mut self) {
        match self.image.take() {
            Some((address, alternative, depth)) if depth > 1 => {
                self.image = Some((address, alternative, depth - 1));
            }
            Some((address, alternative, _)) => {
                let link = link::parse(&address).filter(|_| !self.in_link);
                match &link {
                    Some(link) => push_anchor(&mut self.out, "image-link", &link.href),
                    None => self.out.push_str("<span class=\"image-link\">"),
                }
                escape::push_text(&mut self.out, &alternative);
                if let Some(link) = link {
                    self.out.push_str(" <span class=\"image-link__host\">");
                    escape::push_text(&mut self.out, &link.host);
                    self.out.push_str("</span></a>");
                } else {
                    self.out.push_str("</span>");
                }
            }
            None => {}
        }
    }

    fn end_code(&mut self) {
        if let Some((info, text)) = self.code.take() {
            let html = if self.open.len() < MAX_DEPTH {
                code::figure(&info, &text, self.room())
            } else {
                let mut html = String::new();
                escape::push_text(&mut html, &text);
                html
            };
            self.out.push_str(&html);
        }
    }

    fn footnote_definition(&mut self, label: &str) {
        let references = self.around.references;
        let label = math::restore(label, self.formulas);
        let (scope, name) = (self.around.scope, anchor(&label));
        let mut start = format!(
            "<aside class=\"footnote\" role=\"note\" id=\"{scope}-fn-{name}\"><span class=\"footnote__label\">"
        );
        escape::push_text(&mut start, &label);
        start.push_str("</span> ");
        if references.first(&label).is_some() {
            let _ = write!(
                start,
                "<a class=\"footnote__back\" href=\"#{scope}-fnref-{name}\">↩</a> "
            );
        }
        self.begin_block(&start, "</aside>");
        self.footnotes.push(label);
    }

    /// A number is shown as a footnote's before the footnote is there, for it usually comes last; a word is not.
    fn footnote_reference(&mut self, label: &str) {
        let label = math::restore(label, self.formulas);
        let references = self.around.references;
        let is_known = references.has_footnote(&label);
        self.is_unresolved |= !is_known;
        let is_number = label.bytes().all(|byte| byte.is_ascii_digit());
        if self.image.is_some()
            || self.in_link
            || !is_known && (self.around.is_complete || !is_number)
        {
            self.text(&format!("[^{label}]"));
        } else {
            let (scope, name) = (self.around.scope, anchor(&label));
            let is_first = references
                .first(&label)
                .is_none_or(|first| first == self.around.index)
                && !self.mentions.contains(&label);
            self.out.push_str("<sup class=\"footnote-mark\"><a");
            if is_first {
                let _ = write!(self.out, " id=\"{scope}-fnref-{name}\"");
            }
            let _ = write!(self.out, " href=\"#{scope}-fn-{name}\">");
            escape::push_text(&mut self.out, &label);
            self.out.push_str("</a></sup>");
        }
        if self.mentions.len() < MAX_MENTIONS && !self.mentions.contains(&label) {
            self.mentions.push(label);
        }
    }
}

/// Beyond these a reference has no anchor of its own to come back to.
const MAX_MENTIONS: usize = 200;

const HEADINGS: [(&str, &str); 6] = [
    ("<h3 data-level=\"1\">", "</h3>"),
    ("<h4 data-level=\"2\">", "</h4>"),
    ("<h5 data-level=\"3\">", "</h5>"),
    ("<h6 data-level=\"4\">", "</h6>"),
    ("<h6 data-level=\"5\">", "</h6>"),
    ("<h6 data-level=\"6\">", "</h6>"),
];

fn push_anchor(out: &mut String, class: &str, address: &str) {
    out.push_str("<a");
    if !class.is_empty() {
        let _ = write!(out, " class=\"{class}\"");
    }
    for name in ["href", "title"] {
        let _ = write!(out, " {name}=\"");
        escape::push_attribute(out, address);
        out.push('"');
    }
    out.push_str(" rel=\"noopener noreferrer nofollow\" target=\"_blank\">");
}
