//! A text that grows, rendered as far as it is there.

use crate::allowance::Ledger;
use crate::block::{self, Rendered, Surroundings};
use crate::code::CodeBlock;
use crate::headings::Headings;
use crate::highlight::MAX_LINE;
use crate::invisible::Cleaner;
use crate::line::{self, Fence};
use crate::math::Tail;
use crate::references::References;
use crate::segment::{Segmenter, Step};
use crate::sources::{self, Source};

/// An open block up to this size is rendered anew each time, a larger one each time it has grown by an eighth.
const SMALL: usize = 8 * 1024;

/// Block `index` becomes its first `keep` bytes followed by `html`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockChange {
    /// Which block, counted from 0; at most one more than there were before.
    pub index: u32,
    /// How many bytes of the present HTML stay; always at a character's boundary.
    pub keep: u32,
    /// What follows them.
    pub html: String,
    /// Whether the block stays as it is until [`LiveRenderer::finish`], which may still resolve its references.
    pub closed: bool,
}

/// Renders a text as it grows. What an update costs does not depend on how long the text has become.
pub struct LiveRenderer {
    scope: String,
    cleaner: Cleaner,
    incoming: String,
    /// The beginning of a line whose end is not there yet.
    line: String,
    segmenter: Segmenter,
    open: Open,
    blocks: Vec<String>,
    /// Closed blocks that refer to what was not defined when they were closed.
    unresolved: Vec<Unresolved>,
    /// The headings of the closed blocks.
    headings: Headings,
    references: References,
    ledger: Ledger,
    sources: Vec<Source>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Closed,
}

/// A closed block that is rendered once more when all is defined.
struct Unresolved {
    index: usize,
    source: String,
    /// The headings before it.
    headings: Headings,
}

enum Open {
    Nothing,
    Text {
        source: String,
        rendered: usize,
    },
    Code {
        block: CodeBlock,
        fence: Fence,
        bytes: usize,
        sent: usize,
    },
}

impl LiveRenderer {
    /// Begins an empty text. For `scope` see [`render`](crate::render).
    pub fn new(scope: &str) -> Self {
        Self {
            scope: scope
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
                .collect(),
            cleaner: Cleaner::default(),
            incoming: String::new(),
            line: String::new(),
            segmenter: Segmenter::default(),
            open: Open::Nothing,
            blocks: Vec::new(),
            unresolved: Vec::new(),
            headings: Headings::default(),
            references: References::default(),
            ledger: Ledger::default(),
            sources: Vec::new(),
        }
    }

    /// Tells what the numbers in the text stand for: `[1]` becomes a link to the source of that number, also where it was written
    /// before this. Their list is the last block once the text has ended. Told twice, the first time counts.
    pub fn cite(&mut self, sources: Vec<Source>) {
        if self.sources.is_empty() {
            for source in &sources {
                self.references
                    .define_source(source.number, &source.address, &source.title);
            }
            self.sources = sources;
        }
    }

    /// Appends to the text; nothing is rendered yet.
    pub fn push(&mut self, delta: &str) {
        self.cleaner.clean(delta, &mut self.incoming);
    }

    /// Renders what came since the last time.
    pub fn update(&mut self) -> Vec<BlockChange> {
        let mut changes = Vec::new();
        self.take_lines(&mut changes);
        self.show_open(&mut changes);
        changes
    }

    /// Ends the text: closes what is open and resolves links and footnotes that were defined after their use.
    pub fn finish(&mut self) -> Vec<BlockChange> {
        let mut changes = Vec::new();
        self.take_lines(&mut changes);
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.take_line(&line, &mut changes);
        }
        self.close(&mut changes);
        self.resolve(&mut changes);
        if !self.sources.is_empty() {
            self.begin_block(&mut changes);
            let html = sources::list(&self.sources);
            self.replace(self.last(), html, State::Closed, &mut changes);
        }
        changes
    }

    /// The present HTML, block by block.
    pub fn blocks(&self) -> &[String] {
        &self.blocks
    }

    pub(crate) fn into_blocks(self) -> Vec<String> {
        self.blocks
    }

    fn take_lines(&mut self, changes: &mut Vec<BlockChange>) {
        let incoming = std::mem::take(&mut self.incoming);
        for piece in incoming.split_inclusive('\n') {
            self.line.push_str(piece);
            if piece.ends_with('\n') {
                let line = std::mem::take(&mut self.line);
                self.take_line(&line, changes);
            }
        }
    }

    fn take_line(&mut self, text: &str, changes: &mut Vec<BlockChange>) {
        match self.segmenter.step(text) {
            Step::Skip => self.ledger.book(text.len(), 0),
            Step::Begin => {
                self.begin_text(changes);
                self.append(text);
            }
            Step::Whole => {
                self.begin_text(changes);
                self.append(text);
                self.close(changes);
            }
            Step::BeginCode(fence) => {
                self.close(changes);
                let info = line::opening_fence(text).map_or("", |(_, info)| info);
                let block = CodeBlock::new(info, self.ledger.allowance(text.len()));
                self.begin_block(changes);
                self.open = Open::Code {
                    block,
                    fence,
                    bytes: text.len(),
                    sent: 0,
                };
            }
            Step::Continue => self.append(text),
            Step::End => {
                if let Open::Code { bytes, .. } = &mut self.open {
                    *bytes += text.len();
                }
                self.close(changes);
            }
        }
    }

    /// Begins a block of text, unless the beginning of its first line has already done so.
    fn begin_text(&mut self, changes: &mut Vec<BlockChange>) {
        if !matches!(&self.open, Open::Text { source, .. } if source.is_empty()) {
            self.close(changes);
            self.begin_block(changes);
            self.open = Open::Text {
                source: String::new(),
                rendered: 0,
            };
        }
    }

    fn append(&mut self, text: &str) {
        match &mut self.open {
            Open::Nothing => self.ledger.book(text.len(), 0),
            Open::Text { source, .. } => source.push_str(text),
            Open::Code {
                block,
                fence,
                bytes,
                ..
            } => {
                *bytes += text.len();
                let allowance = self.ledger.allowance(*bytes);
                block.push_lines(std::iter::once((unindented(text, *fence), allowance)));
            }
        }
    }

    fn close(&mut self, changes: &mut Vec<BlockChange>) {
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => {}
            Open::Text { source, .. } => {
                let rendered = self.render(&source, Tail::Closed);
                for (label, address, title) in &rendered.links {
                    self.references.define_link(label, address, title);
                }
                let index = self.last();
                rendered
                    .footnotes
                    .iter()
                    .for_each(|label| self.references.define_footnote(label));
                rendered
                    .mentions
                    .iter()
                    .for_each(|label| self.references.refer(label, index));
                self.ledger.book(source.len(), rendered.html.len());
                if rendered.is_unresolved {
                    self.unresolved.push(Unresolved {
                        index,
                        source,
                        headings: self.headings,
                    });
                }
                self.headings = rendered.headings;
                self.replace(index, rendered.html, State::Closed, changes);
            }
            Open::Code {
                block, bytes, sent, ..
            } => {
                let html = block.html_from(sent, "", self.ledger.allowance(bytes));
                self.ledger.book(bytes, sent + html.len());
                self.patch(sent, html, State::Closed, changes);
            }
        }
    }

    fn show_open(&mut self, changes: &mut Vec<BlockChange>) {
        if let Open::Code { .. } = self.open {
            return self.show_code(changes);
        }
        let is_shown = !line::is_blank(&self.line)
            && match self.segmenter.foresee(&self.line) {
                Some(true) => {
                    self.begin_text(changes);
                    true
                }
                Some(false) => true,
                None => false,
            };
        let line = if is_shown { self.line.as_str() } else { "" };
        let Open::Text { source, rendered } = &mut self.open else {
            return;
        };
        let length = source.len() + line.len();
        if length == *rendered || length > SMALL && length.saturating_sub(*rendered) < *rendered / 8
        {
            return;
        }
        *rendered = length;
        let text = [source, line].concat();
        let html = self.render(&text, Tail::Open).html;
        self.replace(self.last(), html, State::Open, changes);
    }

    fn show_code(&mut self, changes: &mut Vec<BlockChange>) {
        let Open::Code {
            block,
            fence,
            bytes,
            sent,
        } = &mut self.open
        else {
            return;
        };
        let line = unindented(&self.line, *fence);
        let line = if may_close(line, *fence) { "" } else { line };
        block.show_long(line);
        let html = block.html_from(*sent, line, self.ledger.allowance(*bytes + line.len()));
        let keep = std::mem::replace(sent, block.settled());
        self.patch(keep, html, State::Open, changes);
    }

    fn render(&self, source: &str, tail: Tail) -> Rendered {
        let around = Surroundings {
            scope: &self.scope,
            references: &self.references,
            index: self.last(),
            headings: self.headings,
            allowance: self.ledger.allowance(source.len()),
            is_complete: false,
        };
        block::render(source, tail, &around)
    }

    fn resolve(&mut self, changes: &mut Vec<BlockChange>) {
        for Unresolved {
            index,
            source,
            headings,
        } in std::mem::take(&mut self.unresolved)
        {
            let present = self.blocks[index].len();
            let around = Surroundings {
                scope: &self.scope,
                references: &self.references,
                index,
                headings,
                allowance: self.ledger.allowance(0) + present,
                is_complete: true,
            };
            let html = block::render(&source, Tail::Closed, &around).html;
            if html != self.blocks[index] && self.ledger.rebook(present, html.len()) {
                self.replace(index, html, State::Closed, changes);
            }
        }
    }

    /// A block is there as soon as it is certain, even if nothing of it can be shown yet.
    fn begin_block(&mut self, changes: &mut Vec<BlockChange>) {
        changes.push(BlockChange {
            index: narrow(self.blocks.len()),
            keep: 0,
            html: String::new(),
            closed: false,
        });
        self.blocks.push(String::new());
    }

    fn last(&self) -> usize {
        self.blocks.len().saturating_sub(1)
    }

    /// Sets a block's HTML and tells what of it is new.
    fn replace(
        &mut self,
        index: usize,
        html: String,
        state: State,
        changes: &mut Vec<BlockChange>,
    ) {
        let block = &mut self.blocks[index];
        let keep = common_prefix(block, &html);
        if keep < block.len().max(html.len()) || state == State::Closed {
            changes.push(BlockChange {
                index: narrow(index),
                keep: narrow(keep),
                html: html[keep..].to_owned(),
                closed: state == State::Closed,
            });
        }
        *block = html;
    }

    /// Sets the last block's HTML behind its first `keep` bytes.
    fn patch(&mut self, keep: usize, html: String, state: State, changes: &mut Vec<BlockChange>) {
        let index = self.last();
        let block = &mut self.blocks[index];
        if block[keep..] != html || state == State::Closed {
            block.truncate(keep);
            block.push_str(&html);
            changes.push(BlockChange {
                index: narrow(index),
                keep: narrow(keep),
                html,
                closed: state == State::Closed,
            });
        }
    }
}

/// Without as much white space as the fence has in front of it.
fn unindented(text: &str, fence: Fence) -> &str {
    let spaces = text
        .bytes()
        .take(fence.indent)
        .take_while(|&byte| byte == b' ')
        .count();
    &text[spaces..]
}

/// Whether the beginning of a line may become the fence's end.
fn may_close(text: &str, fence: Fence) -> bool {
    let text = text.trim_start_matches([' ', '\t']);
    let is_fence = text.is_empty() || text.as_bytes().first() == Some(&fence.mark);
    is_fence && (text.len() > MAX_LINE || line::run(text, fence.mark) == text.trim_end().len())
}

fn common_prefix(a: &str, b: &str) -> usize {
    let mut length = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    while !a.is_char_boundary(length) || !b.is_char_boundary(length) {
        length -= 1;
    }
    length
}

/// Texts are far below four gigabytes; a larger one would only be sent once more.
fn narrow(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
