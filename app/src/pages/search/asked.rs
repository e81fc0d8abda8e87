//! What the search is asked for.

use leptos_router::params::ParamsMap;
use model::ConversationId;

use super::PATH;
use crate::{address::with_query, language::Words};

/// What is looked for, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// All of them must be there.
    pub(super) words: String,
    /// From this cursor on.
    pub(super) after: String,
    /// In this conversation alone.
    pub(super) within: Option<ConversationId>,
}

impl Asked {
    /// As that query says.
    pub(super) fn of(query: &ParamsMap) -> Self {
        let text = |name| query.get_str(name).unwrap_or_default();
        Self {
            words: text("words").to_owned(),
            after: text("after").to_owned(),
            within: text("conversation").parse().ok(),
        }
    }

    /// Where it is asked for.
    pub(super) fn link(&self) -> String {
        let within = self.within.map(|id| id.to_string()).unwrap_or_default();
        let pairs = [
            ("conversation", within.as_str()),
            ("words", self.words.as_str()),
            ("after", self.after.as_str()),
        ];
        with_query(PATH, &pairs)
    }

    /// What that is called.
    pub(super) fn name(&self, words: &Words) -> &'static str {
        if self.within.is_some() {
            words.find_here
        } else {
            words.search_conversations
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_is_looked_stays_in_the_address() {
        let mut query = ParamsMap::new();
        let id = "01990000-0000-7000-8000-0000000000ff";
        query.insert("conversation", id.to_owned());
        query.insert("words", "春 & 眠".to_owned());
        let asked = Asked::of(&query);
        assert_eq!(asked.within.map(|id| id.to_string()).as_deref(), Some(id));
        assert_eq!(
            asked.link(),
            format!("/search?conversation={id}&words=%E6%98%A5%20%26%20%E7%9C%A0")
        );
        query.replace("conversation", "all".to_owned());
        assert_eq!(Asked::of(&query).within, None);
    }
}
