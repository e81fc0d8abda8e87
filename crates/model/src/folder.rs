//! Where a person keeps conversations: folders, and words that are put to them.

use serde::{Deserialize, Serialize};

use crate::{ConversationId, ConversationSummary, FolderId, TagId, Title};

/// Defines a name: trimmed, one line, up to so many characters.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $error:ident, $max:literal, $told:tt) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        #[doc = concat!("The text is ", $told, ".")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        #[error($told)]
        pub struct $error;

        impl $name {
            /// The longest, in characters.
            pub const MAX: usize = $max;

            /// Trims, and makes one space of each gap.
            pub fn parse(raw: impl AsRef<str>) -> Result<Self, $error> {
                let words: Vec<&str> = raw.as_ref().split_whitespace().collect();
                let text = words.join(" ");
                let is_short = (1..=Self::MAX).contains(&text.chars().count());
                if is_short && !text.chars().any(char::is_control) {
                    Ok(Self(text))
                } else {
                    Err($error)
                }
            }

            /// The name.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// What two names have in common that differ in case only.
            pub fn key(&self) -> String {
                self.0.to_lowercase()
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;
            fn try_from(raw: String) -> Result<Self, $error> {
                Self::parse(raw)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

name! {
    /// A folder's name: 1 to 60 characters.
    FolderName, InvalidFolderName, 60, "no name for a folder"
}

name! {
    /// A word that is put to conversations: 1 to 30 characters.
    TagName, InvalidTagName, 30, "no tag"
}

/// A folder of conversations.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Folder {
    /// Its id.
    pub id: FolderId,
    /// What it is called.
    pub name: FolderName,
}

/// A word that is put to conversations.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tag {
    /// Its id.
    pub id: TagId,
    /// The word.
    pub name: TagName,
}

impl Folder {
    /// Folders of a person.
    pub const MOST: u32 = 200;
}

impl Tag {
    /// Tags of a person.
    pub const MOST: u32 = 200;
    /// Tags of a conversation.
    pub const MOST_EACH: u32 = 10;
}

/// Of which conversations a list or a search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Narrowed {
    /// Only of those in this folder.
    pub folder: Option<FolderId>,
    /// Only of those with this word.
    pub tag: Option<TagId>,
}

impl Narrowed {
    /// Whether it is not of all of them.
    pub const fn is_narrow(&self) -> bool {
        self.folder.is_some() || self.tag.is_some()
    }
}

/// What a person has to keep order with, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cabinet {
    /// Their folders.
    pub folders: Vec<Folder>,
    /// Their tags.
    pub tags: Vec<Tag>,
}

/// A conversation among others, with where it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShelfLine {
    /// The conversation.
    pub summary: ConversationSummary,
    /// The folder that it is in.
    pub folder: Option<Folder>,
    /// The words that are put to it.
    pub tags: Vec<Tag>,
}

/// Where one conversation is kept, and what there is to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filing {
    /// The conversation.
    pub id: ConversationId,
    /// Its title.
    pub title: Title,
    /// The folder that it is in.
    pub folder: Option<Folder>,
    /// The words that are put to it.
    pub tags: Vec<Tag>,
    /// All that the person has.
    pub cabinet: Cabinet,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_line_bounded_and_compared_without_case() {
        for (raw, name) in [("  Work ", "Work"), ("诗 \n 词", "诗 词"), ("<b>", "<b>")] {
            assert_eq!(
                FolderName::parse(raw).map(String::from),
                Ok(name.to_owned())
            );
            assert_eq!(TagName::parse(raw).map(String::from), Ok(name.to_owned()));
        }
        assert!(FolderName::parse("字".repeat(60)).is_ok());
        for raw in ["", " \r\n", "a\0b", &"字".repeat(61)] {
            assert_eq!(FolderName::parse(raw), Err(InvalidFolderName), "{raw}");
        }
        assert_eq!(TagName::parse("字".repeat(31)), Err(InvalidTagName));
        assert_eq!(
            TagName::parse("ÄB").map(|tag| tag.key()),
            Ok("äb".to_owned())
        );
    }
}
