//! What one block may say about another: link definitions and footnotes. And what the text as a whole cites.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// A source that the text refers to by a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cited {
    pub(crate) address: String,
    pub(crate) title: String,
}

/// The definitions known so far, and who referred to a footnote first.
#[derive(Debug, Default)]
pub(crate) struct References {
    links: HashMap<String, (String, String)>,
    footnotes: HashSet<String>,
    first: HashMap<String, usize>,
    sources: HashMap<String, Cited>,
}

impl References {
    /// Keeps a link definition; the first of a name holds.
    pub(crate) fn define_link(&mut self, label: &str, address: &str, title: &str) {
        self.links
            .entry(normalize(label))
            .or_insert_with(|| (address.to_owned(), title.to_owned()));
    }

    /// Keeps what a number stands for; the first of a number holds.
    pub(crate) fn define_source(&mut self, number: u32, address: &str, title: &str) {
        let cited = || Cited {
            address: address.to_owned(),
            title: title.to_owned(),
        };
        self.sources.entry(number.to_string()).or_insert_with(cited);
    }

    /// The source that a label stands for. No definition in the text can put another in its place.
    pub(crate) fn source(&self, label: &str) -> Option<&Cited> {
        self.sources.get(label)
    }

    /// Keeps that a footnote exists.
    pub(crate) fn define_footnote(&mut self, label: &str) {
        self.footnotes.insert(normalize(label));
    }

    /// Keeps that `block` refers to a footnote, if it is the first to do so.
    pub(crate) fn refer(&mut self, label: &str, block: usize) {
        self.first.entry(normalize(label)).or_insert(block);
    }

    /// The address and title of a defined link.
    pub(crate) fn link(&self, label: &str) -> Option<(String, String)> {
        let cited = self.source(label);
        let cited = cited.map(|source| (source.address.clone(), source.title.clone()));
        cited.or_else(|| self.links.get(&normalize(label)).cloned())
    }

    /// Whether the footnote is defined.
    pub(crate) fn has_footnote(&self, label: &str) -> bool {
        self.footnotes.contains(&normalize(label))
    }

    /// The first block that refers to the footnote.
    pub(crate) fn first(&self, label: &str) -> Option<usize> {
        self.first.get(&normalize(label)).copied()
    }
}

/// A label as part of an `id`: equal labels give equal parts, different ones different parts, nothing else gets in.
pub(crate) fn anchor(label: &str) -> String {
    normalize(label)
        .bytes()
        .fold(String::new(), |mut out, byte| {
            if byte.is_ascii_alphanumeric() {
                out.push(char::from(byte));
            } else {
                let _ = write!(out, "_{byte:02x}");
            }
            out
        })
}

fn normalize(label: &str) -> String {
    label
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}
