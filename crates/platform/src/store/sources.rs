//! Where an answer has its knowledge from: what a search of the web found, kept as a part of the answer.

use serde::{Deserialize, Serialize};

use super::Part;

/// A source, by the number that the answer's text calls it. What is in it came from the web.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The number.
    pub number: u32,
    /// What it is called.
    pub title: String,
    /// Where it is; what is shown checks it.
    pub url: String,
    /// Who publishes it, as it says itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub site: String,
}

/// The sources among the parts.
pub fn sources_of(parts: &[Part]) -> Vec<Source> {
    let sources = parts.iter().filter_map(|part| match part {
        Part::Sources { sources } => Some(sources.as_slice()),
        Part::Text { .. } | Part::Reasoning { .. } => None,
    });
    sources.flatten().cloned().collect()
}

/// The parts, and behind them the sources, if there are any.
pub(crate) fn with_sources(mut parts: Vec<Part>, sources: Vec<Source>) -> Vec<Part> {
    if !sources.is_empty() {
        parts.push(Part::Sources { sources });
    }
    parts
}
