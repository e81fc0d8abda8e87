//! Footnotes: where they stand and what refers to them.

use std::fmt::Write as _;

use super::writer::Writer;
use crate::references::anchor;
use crate::{escape, math};

/// Beyond these a reference has no anchor of its own to come back to.
const MAX_MENTIONS: usize = 200;

impl Writer<'_> {
    pub(super) fn footnote_definition(&mut self, label: &str) {
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
    pub(super) fn footnote_reference(&mut self, label: &str) {
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
