//! What the address of a page asks for on which things are looked up.

use leptos_router::params::ParamsMap;

use crate::address::with_query;

/// What is looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// All of them must be there.
    pub(super) words: String,
    /// From this cursor on.
    pub(super) after: String,
}

impl Asked {
    /// As that query says.
    pub(super) fn of(query: &ParamsMap) -> Self {
        let text = |name| query.get_str(name).unwrap_or_default().to_owned();
        Self {
            words: text("words"),
            after: text("after"),
        }
    }

    /// Where it is asked for, on the page at `path`.
    pub(super) fn link(&self, path: &str) -> String {
        with_query(path, &[("words", &self.words), ("after", &self.after)])
    }
}
