//! Links, and images as links: nothing is loaded from elsewhere because a text says so.

use std::fmt::Write as _;

use pulldown_cmark::LinkType;

use super::writer::Writer;
use crate::{escape, link, math};

impl Writer<'_> {
    pub(super) fn link(&mut self, kind: LinkType, address: &str) {
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
}

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
