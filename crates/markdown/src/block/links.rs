//! Links, and images as links: nothing is loaded from elsewhere because a text says so.

use std::fmt::Write as _;

use pulldown_cmark::LinkType;

use super::writer::Writer;
use crate::{
    escape,
    link::{self, Link},
    math,
    references::Cited,
};

/// A link that is open: where it leads, and what was said of it so far.
pub(super) struct Shown {
    link: Link,
    text: String,
}

impl Writer<'_> {
    /// Begins a link. `label` is what it was referred to by: the number of a source is one's, whatever else the text says it is.
    pub(super) fn link(&mut self, kind: LinkType, address: &str, label: &str) {
        if matches!(kind, LinkType::Shortcut | LinkType::ShortcutUnknown)
            && let Some(source) = self.around.references.source(label)
            && self.image.is_none()
            && !self.in_link
        {
            return self.citation(source);
        }
        let address = math::restore(address, self.formulas);
        let address = if kind == LinkType::Email {
            format!("mailto:{address}")
        } else {
            address
        };
        match link::parse(&address) {
            Some(link) if self.image.is_none() && !self.in_link => {
                let mut start = String::new();
                push_anchor(&mut start, "", &link.href, &link.href);
                self.in_link = true;
                let text = String::new();
                self.link = Some(Shown { link, text });
                self.begin(&start, "</a>");
            }
            _ => self.open.push(""),
        }
    }

    /// A number that stands for a source: it leads there, and the list of sources says where that is.
    fn citation(&mut self, source: &Cited) {
        self.in_link = true;
        let Some(link) = link::parse(&source.address).filter(Link::is_web) else {
            return self.begin("[", "]");
        };
        let mut start = String::new();
        let title = format!("{} — {}", link.host, source.title);
        push_anchor(&mut start, "citation", &link.href, &title);
        start.push('[');
        self.begin(&start, "]</a>");
    }

    /// Keeps what an open link says.
    pub(super) fn say_in_link(&mut self, text: &str) {
        if let Some(shown) = &mut self.link {
            shown.text.push_str(text);
        }
    }

    /// Before a link ends: where it leads, unless its text has said so.
    pub(super) fn end_link(&mut self) {
        if self.image.is_some() {
            return;
        }
        self.in_link = false;
        let Some(Shown { link, text }) = self.link.take() else {
            return;
        };
        // What is nested too deep has no link either.
        if self.open.last() == Some(&"</a>") && !link.is_told_by(&text) {
            self.out.push_str(" <span class=\"link-host\">");
            escape::push_text(&mut self.out, &link.host);
            self.out.push_str("</span>");
        }
    }

    pub(super) fn begin_image(&mut self, address: &str) {
        match &mut self.image {
            Some((_, _, depth)) => *depth += 1,
            None => self.image = Some((math::restore(address, self.formulas), String::new(), 1)),
        }
    }

    /// An image is never loaded: its text is a link to it that says where it leads.
    pub(super) fn end_image(&mut self) {
        match self.image.take() {
            Some((address, alternative, depth)) if depth > 1 => {
                self.image = Some((address, alternative, depth - 1));
            }
            Some((address, alternative, _)) => {
                let link = link::parse(&address).filter(|_| !self.in_link);
                match &link {
                    Some(link) => push_anchor(&mut self.out, "image-link", &link.href, &link.href),
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
}

/// Opens a link that leads away: in a window of its own, and without telling from where.
pub(crate) fn push_anchor(out: &mut String, class: &str, address: &str, title: &str) {
    out.push_str("<a");
    if !class.is_empty() {
        let _ = write!(out, " class=\"{class}\"");
    }
    for (name, value) in [("href", address), ("title", title)] {
        let _ = write!(out, " {name}=\"");
        escape::push_attribute(out, value);
        out.push('"');
    }
    out.push_str(" rel=\"noopener noreferrer nofollow\" target=\"_blank\">");
}
