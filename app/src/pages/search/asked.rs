//! What the search is asked for.

use leptos_router::params::ParamsMap;
use model::{Cabinet, ConversationId, Narrowed};

use super::{
    PATH,
    typed::{Kind, Typed},
};
use crate::{address::with_query, browser::number::lower, language::Words};

/// What is looked for, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// All of them must be there. There may be names of a folder and a tag among them.
    pub(super) words: String,
    /// In this folder and with this tag alone.
    pub(super) narrowed: Narrowed,
    /// From this cursor on.
    pub(super) after: String,
    /// In this conversation alone.
    pub(super) within: Option<ConversationId>,
}

/// The same once the names among the words were looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settled {
    /// Narrowed to what was named. A name that nothing has stays among the words.
    pub(super) asked: Asked,
    /// These names.
    pub(super) unknown: Vec<(Kind, String)>,
}

impl Asked {
    /// As that query says.
    pub(super) fn of(query: &ParamsMap) -> Self {
        let text = |name| query.get_str(name).unwrap_or_default();
        let within: Option<ConversationId> = text("conversation").parse().ok();
        // One conversation is nothing to be narrowed.
        let id = |name| if within.is_none() { text(name) } else { "" };
        Self {
            words: text("words").to_owned(),
            narrowed: Narrowed {
                folder: id("folder").parse().ok(),
                tag: id("tag").parse().ok(),
            },
            after: text("after").to_owned(),
            within,
        }
    }

    /// Where it is asked for.
    pub(super) fn link(&self) -> String {
        let within = self.within.map(|id| id.to_string()).unwrap_or_default();
        let [folder, tag] = Kind::BOTH.map(|kind| self.id_of(kind));
        let pairs = [
            ("conversation", within.as_str()),
            ("words", self.words.as_str()),
            ("folder", folder.as_str()),
            ("tag", tag.as_str()),
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

    /// To which folder or tag it is narrowed; nothing where it is not.
    pub(super) fn id_of(&self, kind: Kind) -> String {
        let Narrowed { folder, tag } = self.narrowed;
        let id = match kind {
            Kind::Folder => folder.map(|id| id.to_string()),
            Kind::Tag => tag.map(|id| id.to_string()),
        };
        id.unwrap_or_default()
    }

    /// From its beginning, narrowed to another folder or tag, or to none where that is no id; what was named there gives way.
    pub(super) fn narrowed_to(&self, kind: Kind, id: &str) -> Self {
        let mut narrowed = self.narrowed;
        match kind {
            Kind::Folder => narrowed.folder = id.parse().ok(),
            Kind::Tag => narrowed.tag = id.parse().ok(),
        }
        Self {
            words: Typed::parse(&self.words).without(kind),
            narrowed,
            after: String::new(),
            within: self.within,
        }
    }

    /// The same words in all conversations.
    pub(super) fn everywhere(&self) -> Self {
        Self {
            words: self.words.clone(),
            ..Self::default()
        }
    }

    /// Whether a folder or a tag is named among the words.
    pub(super) fn has_names(&self) -> bool {
        self.within.is_none() && Typed::parse(&self.words).has_names()
    }

    /// Looks for the names among the words in what the person has.
    pub(super) fn settled(&self, cabinet: &Cabinet) -> Settled {
        let mut settled = Settled {
            asked: self.clone(),
            unknown: Vec::new(),
        };
        if !self.has_names() {
            return settled;
        }
        let typed = Typed::parse(&self.words);
        for kind in Kind::BOTH {
            let Some(name) = typed.named(kind) else {
                continue;
            };
            match called(name, &kind.all(cabinet)) {
                Some(id) => settled.asked = settled.asked.narrowed_to(kind, id),
                None => settled.unknown.push((kind, name.to_owned())),
            }
        }
        settled
    }
}

/// The id of what is called so, whatever its case; a tag is shown with a mark before it and found by that too.
fn called<'a>(name: &str, all: &'a [(String, String)]) -> Option<&'a str> {
    let find = |name: &str| {
        let name = key(name);
        all.iter().find(|(_, known)| key(known) == name)
    };
    let found = find(name).or_else(|| find(name.strip_prefix(['#', '＃'])?));
    found.map(|(id, _)| id.as_str())
}

fn key(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    lower(&words.join(" "))
}

#[cfg(test)]
mod tests {
    use model::{Folder, FolderName, Tag, TagName};

    use super::*;

    const ID: &str = "01990000-0000-7000-8000-0000000000ff";
    const WORK: &str = "01990000-0000-7000-8000-000000000001";
    const POEMS: &str = "01990000-0000-7000-8000-000000000002";

    fn cabinet() -> Cabinet {
        Cabinet {
            folders: vec![Folder {
                id: WORK.parse().expect("an id"),
                name: FolderName::parse("My Work").expect("a name"),
            }],
            tags: vec![Tag {
                id: POEMS.parse().expect("an id"),
                name: TagName::parse("诗").expect("a name"),
            }],
        }
    }

    fn typed(words: &str) -> Asked {
        Asked {
            words: words.to_owned(),
            ..Asked::default()
        }
    }

    #[test]
    fn where_is_looked_stays_in_the_address() {
        let mut query = ParamsMap::new();
        query.insert("conversation", ID.to_owned());
        query.insert("words", "春 & 眠".to_owned());
        query.insert("folder", WORK.to_owned());
        let asked = Asked::of(&query);
        assert_eq!(asked.within.map(|id| id.to_string()).as_deref(), Some(ID));
        assert_eq!(
            asked.link(),
            format!("/search?conversation={ID}&words=%E6%98%A5%20%26%20%E7%9C%A0")
        );
        query.replace("conversation", "all".to_owned());
        query.insert("tag", "<b>".to_owned());
        let asked = Asked::of(&query);
        assert_eq!((asked.within, asked.narrowed.tag), (None, None));
        assert!(asked.link().ends_with(&format!("&folder={WORK}")));
    }

    #[test]
    fn what_is_named_becomes_what_the_search_is_narrowed_to() {
        for (words, rest, folder, tag) in [
            ("folder:\"my  work\" rain", "rain", WORK, ""),
            ("tag:诗 rain", "rain", "", POEMS),
            ("rain tag：#诗", "rain", "", POEMS),
            ("folder:“MY WORK” tag:诗", "", WORK, POEMS),
            ("rain", "rain", "", ""),
        ] {
            let Settled { asked, unknown } = typed(words).settled(&cabinet());
            let narrowed = (asked.id_of(Kind::Folder), asked.id_of(Kind::Tag));
            assert_eq!(narrowed, (folder.to_owned(), tag.to_owned()), "{words}");
            assert_eq!((&*asked.words, unknown), (rest, Vec::new()), "{words}");
            assert_eq!(asked.settled(&cabinet()).asked, asked, "{words}");
        }
    }

    #[test]
    fn a_name_that_nothing_has_stays_and_is_told() {
        let settled = typed("folder:Play tag:诗 rain").settled(&cabinet());
        let unknown = vec![(Kind::Folder, "Play".to_owned())];
        assert_eq!(settled.unknown, unknown);
        assert_eq!(settled.asked.words, "folder:Play rain");
        assert_eq!(settled.asked.id_of(Kind::Tag), POEMS);
        let chosen = settled.asked.narrowed_to(Kind::Folder, WORK);
        assert_eq!(
            chosen.link(),
            format!("/search?words=rain&folder={WORK}&tag={POEMS}")
        );
        assert_eq!(chosen.everywhere(), typed("rain"));
        let again = Asked {
            words: "folder: rain".to_owned(),
            ..chosen
        };
        let unknown = vec![(Kind::Folder, String::new())];
        assert_eq!(again.settled(&cabinet()).unknown, unknown);
    }

    #[test]
    fn within_a_conversation_nothing_is_named() {
        let asked = Asked {
            within: ID.parse().ok(),
            ..typed("tag:诗 rain")
        };
        let settled = asked.settled(&cabinet());
        assert_eq!((settled.asked, settled.unknown), (asked, Vec::new()));
    }
}
