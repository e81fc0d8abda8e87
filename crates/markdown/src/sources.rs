//! Where a text has its knowledge from: a list that is folded away below it.
//!
//! The words in it are nobody's language: a number, titles and hosts. What it is called is the page's affair, as with buttons.

use crate::block::push_anchor;
use crate::{escape, link, sanitize};

/// Hosts that are named on the folded list.
const NAMED: usize = 3;

/// Something that a text refers to by a number. Everything in it may be hostile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The number.
    pub number: u32,
    /// What it is called.
    pub title: String,
    /// Where it is.
    pub address: String,
    /// Who publishes it, as it says itself; may be empty.
    pub site: String,
}

/// The list as safe HTML. What has no address that may be linked is told, too.
pub(crate) fn list(sources: &[Source]) -> String {
    let links: Vec<_> = sources
        .iter()
        .map(|source| link::parse(&source.address).filter(link::Link::is_web))
        .collect();
    let mut hosts: Vec<&str> = Vec::new();
    for link in links.iter().flatten() {
        if !hosts.contains(&link.host.as_str()) {
            hosts.push(&link.host);
        }
    }
    let rest = if hosts.len() > NAMED { ", …" } else { "" };
    let hosts = hosts[..hosts.len().min(NAMED)].join(", ");
    let count = sources.len();
    let mut html = format!(
        "<details class=\"sources\"><summary class=\"sources__summary\">\
         <span class=\"sources__count\" data-count=\"{count}\">{count}</span> <span class=\"sources__hosts\">"
    );
    escape::push_text(&mut html, &hosts);
    html.push_str(rest);
    html.push_str("</span></summary><ul class=\"sources__list\">");
    for (source, link) in sources.iter().zip(&links) {
        html.push_str("<li class=\"sources__item\"><span class=\"sources__number\">");
        html.push_str(&source.number.to_string());
        html.push_str("</span> ");
        if let Some(link) = link {
            push_anchor(&mut html, "", &link.href, &link.href);
        }
        let title = source.title.trim();
        escape::push_text(&mut html, if title.is_empty() { "…" } else { title });
        if let Some(link) = link {
            html.push_str(" <span class=\"link-host\">");
            escape::push_text(&mut html, &link.host);
            html.push_str("</span></a>");
        }
        let site = source.site.trim();
        if !site.is_empty() {
            html.push_str(" <span class=\"sources__site\">");
            escape::push_text(&mut html, site);
            html.push_str("</span>");
        }
        html.push_str("</li>");
    }
    html.push_str("</ul></details>");
    sanitize::clean(&html)
}
