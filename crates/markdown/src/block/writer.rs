//! The parser's events as HTML, in the order in which they come.

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};

use super::{Surroundings, links::Shown};
use crate::headings::Headings;
use crate::math::{self, Formula, Piece};
use crate::{code, escape};

/// What is nested deeper is flattened: nobody can read it, and the allow-list takes quadratic time over it.
const MAX_DEPTH: usize = 40;

/// Where in a table the next cell is.
#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    in_head: bool,
    cell: usize,
}

/// Collects the HTML of one block.
pub(super) struct Writer<'a> {
    pub(super) formulas: &'a [Formula<'a>],
    pub(super) around: &'a Surroundings<'a>,
    pub(super) out: String,
    /// The end tags of what is open.
    pub(super) open: Vec<&'static str>,
    /// Text goes here instead while a block of code or an image is open.
    pub(super) code: Option<(String, String)>,
    pub(super) image: Option<(String, String, usize)>,
    pub(super) in_link: bool,
    pub(super) link: Option<Shown>,
    pub(super) in_task: bool,
    table: Table,
    pub(super) headings: Headings,
    pub(super) footnotes: Vec<String>,
    pub(super) mentions: Vec<String>,
    pub(super) is_unresolved: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(formulas: &'a [Formula<'a>], around: &'a Surroundings<'a>) -> Self {
        Self {
            formulas,
            around,
            out: String::new(),
            open: Vec::new(),
            code: None,
            image: None,
            in_link: false,
            link: None,
            in_task: false,
            table: Table::default(),
            headings: around.headings,
            footnotes: Vec::new(),
            mentions: Vec::new(),
            is_unresolved: false,
        }
    }

    pub(super) fn event(&mut self, event: Event<'_>) {
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
    pub(super) fn begin(&mut self, start: &str, end: &'static str) {
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
            Tag::Heading { level, .. } => self.heading(level),
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
                    "<div class=\"table\" tabindex=\"0\" role=\"region\">\
                     <button type=\"button\" class=\"tool\" data-action=\"copy-table\"></button><table>",
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
                id,
                ..
            } => self.link(link_type, &dest_url, &id),
            Tag::Image { dest_url, .. } => self.begin_image(&dest_url),
            Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => self.begin("", ""),
        }
    }

    /// `data-level` says what the text says: that is how it looks.
    fn heading(&mut self, level: HeadingLevel) {
        let level = match level {
            HeadingLevel::H1 => 1,
            HeadingLevel::H2 => 2,
            HeadingLevel::H3 => 3,
            HeadingLevel::H4 => 4,
            HeadingLevel::H5 => 5,
            HeadingLevel::H6 => 6,
        };
        if self.open.len() >= MAX_DEPTH {
            // It is text there, and none that another could follow.
            return self.begin_block("", "");
        }
        let (name, end) = match self.headings.next(level) {
            3 => ("h3", "</h3>"),
            4 => ("h4", "</h4>"),
            5 => ("h5", "</h5>"),
            _ => ("h6", "</h6>"),
        };
        self.begin_block(&format!("<{name} data-level=\"{level}\">"), end);
    }

    pub(super) fn begin_block(&mut self, start: &str, end: &'static str) {
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
                self.end_link();
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
            (
                "<th",
                "<button type=\"button\" class=\"tool\" data-action=\"sort-table\"></button></th>",
            )
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

    pub(super) fn text(&mut self, text: &str) {
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
                Piece::Text(text) => {
                    escape::push_text(&mut self.out, text);
                    self.say_in_link(text);
                }
                Piece::Formula(formula) => {
                    let html = math::to_html(formula, self.room());
                    self.out.push_str(&html);
                    self.say_in_link(formula.whole);
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
        let text = math::restore(text, self.formulas);
        self.out.push_str("<code>");
        escape::push_text(&mut self.out, &text);
        self.out.push_str("</code>");
        self.say_in_link(&text);
    }

    fn raw(&mut self, html: &str) {
        // Models break lines in table cells this way, where Markdown has no other.
        if matches!(html, "<br>" | "<br/>" | "<br />") && self.image.is_none() {
            self.out.push_str("<br>");
        } else {
            self.text(html);
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
}
