//! What the palette shows: what is meant by what was typed, and the conversations that have it.

use model::{ConversationId, ConversationSummary, Piece, SearchHit};

use super::{matching, standing::Standing};
use crate::{
    address::with_query,
    chat::found::message_link,
    language::{Language, Words},
    pages::search,
    theme::Theme,
    ui::icon::Icon,
};

/// How many conversations are offered before anything is typed, and how many hits afterwards.
const RECENT: usize = 5;
const HITS: usize = 8;

/// What choosing something does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Leads to a page.
    Go(String),
    /// Presses what is on the page already.
    Press(String),
    /// Goes to the field of the composer.
    Write,
    /// Chooses how light the page is.
    Theme(Theme),
    /// Chooses the language.
    Language(Language),
    /// Deletes a conversation.
    Delete(ConversationId),
    /// Opens the sheet of shortcuts.
    Sheet,
}

/// Under which heading something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Conversations, the newest first.
    Recent,
    /// Something to do.
    Act,
    /// Somewhere to go.
    Page,
    /// A conversation that was found.
    Hit,
    /// Searching everything.
    Search,
}

impl Kind {
    /// The heading.
    pub fn heading(self, words: &Words) -> &'static str {
        match self {
            Self::Recent => words.palette_recent,
            Self::Act => words.palette_acts,
            Self::Page => words.palette_pages,
            Self::Hit => words.conversations,
            Self::Search => words.search,
        }
    }
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Tells it from all others.
    pub key: String,
    /// Where it stands.
    pub kind: Kind,
    /// Its picture.
    pub icon: Icon,
    /// What it is called.
    pub title: Vec<Piece>,
    /// More about it.
    pub detail: Vec<Piece>,
    /// What it does.
    pub deed: Deed,
}

/// What to show: with nothing typed what is recent and all that can be done, otherwise what is meant by it, what was found,
/// and the search of everything.
pub fn entries(
    words: &Words,
    typed: &str,
    standing: &[Standing],
    recent: &[ConversationSummary],
    hits: &[SearchHit],
) -> Vec<Entry> {
    let typed = typed.trim();
    let mut all = Vec::new();
    if typed.is_empty() {
        all.extend(recent.iter().take(RECENT).map(|conversation| Entry {
            key: conversation.id.to_string(),
            kind: Kind::Recent,
            icon: Icon::Quote,
            title: plain(conversation.title.as_str()),
            detail: Vec::new(),
            deed: Deed::Go(format!("/c/{}", conversation.id)),
        }));
        all.extend(standing.iter().map(|one| one.entry.clone()));
    } else {
        let mut meant: Vec<&Standing> = standing
            .iter()
            .filter(|one| matching::is_meant(&[&one.name, &one.other_name], typed))
            .collect();
        // A stable sort: what begins so first, and under each heading as it always stands.
        meant.sort_by_key(|one| {
            let begins = matching::begins(&one.name, typed);
            (one.entry.kind == Kind::Page, !begins)
        });
        all.extend(meant.into_iter().map(|one| one.entry.clone()));
        all.extend(hits.iter().take(HITS).map(hit));
    }
    all.push(everything(words, typed));
    all
}

fn hit(hit: &SearchHit) -> Entry {
    let (place, key, detail) = match &hit.message {
        Some(message) => (
            message_link(hit.conversation, message.id),
            message.id.to_string(),
            message.passage.clone(),
        ),
        None => (
            format!("/c/{}", hit.conversation),
            format!("title {}", hit.conversation),
            Vec::new(),
        ),
    };
    Entry {
        key,
        kind: Kind::Hit,
        icon: Icon::Quote,
        title: hit.title.clone(),
        detail,
        deed: Deed::Go(place),
    }
}

/// The page that searches all texts, for what was typed.
fn everything(words: &Words, typed: &str) -> Entry {
    let title = if typed.is_empty() {
        words.search_conversations.to_owned()
    } else {
        words.palette_everything(typed)
    };
    Entry {
        key: "everything".to_owned(),
        kind: Kind::Search,
        icon: Icon::Search,
        title: plain(&title),
        detail: Vec::new(),
        deed: Deed::Go(with_query(search::PATH, &[("words", typed)])),
    }
}

/// A text in which nothing was looked for.
pub(super) fn plain(text: &str) -> Vec<Piece> {
    if text.is_empty() {
        return Vec::new();
    }
    vec![Piece {
        text: text.to_owned(),
        found: false,
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{DayGroup, Millis, Title};

    fn act(name: &str, other_name: &str, kind: Kind) -> Standing {
        let deed = Deed::Go(format!("/{name}"));
        Standing {
            entry: Entry {
                key: name.to_owned(),
                kind,
                icon: Icon::Pen,
                title: plain(name),
                detail: Vec::new(),
                deed,
            },
            name: name.to_owned(),
            other_name: other_name.to_owned(),
        }
    }

    fn keys(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.key.as_str()).collect()
    }

    #[test]
    fn with_nothing_typed_the_newest_conversations_stand_first()
    -> Result<(), model::conversation::InvalidTitle> {
        let recent = (1..=7_u128)
            .map(|n| {
                Ok(ConversationSummary {
                    id: ConversationId::from_uuid(uuid::Uuid::from_u128(n)),
                    title: Title::parse("春晓")?,
                    updated_at: Millis::new(0),
                    day: DayGroup::Today,
                    generating: false,
                })
            })
            .collect::<Result<Vec<_>, model::conversation::InvalidTitle>>()?;
        let standing = [act("New chat", "新对话", Kind::Act)];
        let words = Language::En.words();
        let shown = entries(words, " ", &standing, &recent, &[]);
        assert_eq!(shown.len(), RECENT + 2);
        assert_eq!(shown[0].deed, Deed::Go(format!("/c/{}", recent[0].id)));
        assert_eq!(keys(&shown[RECENT..]), ["New chat", "everything"]);
        assert_eq!(shown[RECENT + 1].deed, Deed::Go("/search".to_owned()));
        Ok(())
    }

    #[test]
    fn what_was_typed_is_looked_for_in_both_languages_and_everywhere_last() {
        let standing = [
            act("Open the chat", "打开", Kind::Act),
            act("Chat anew", "新对话", Kind::Act),
            act("Chat settings", "设置", Kind::Page),
            act("Images", "图片", Kind::Page),
        ];
        let words = Language::En.words();
        let shown = entries(words, "chat", &standing, &[], &[]);
        assert_eq!(
            keys(&shown),
            ["Chat anew", "Open the chat", "Chat settings", "everything"]
        );
        let shown = entries(words, "图片", &standing, &[], &[]);
        assert_eq!(keys(&shown), ["Images", "everything"]);
        assert_eq!(
            shown[1].deed,
            Deed::Go("/search?words=%E5%9B%BE%E7%89%87".to_owned())
        );
    }

    #[test]
    fn a_hit_leads_to_its_message() {
        let id = ConversationId::from_uuid(uuid::Uuid::from_u128(1));
        let found = SearchHit {
            conversation: id,
            title: plain("春晓"),
            archived: false,
            at: Millis::new(0),
            message: None,
        };
        let shown = entries(Language::Zh.words(), "春", &[], &[], &[found]);
        assert_eq!(shown[0].deed, Deed::Go(format!("/c/{id}")));
        assert_eq!((shown[0].kind, shown[1].kind), (Kind::Hit, Kind::Search));
    }
}
