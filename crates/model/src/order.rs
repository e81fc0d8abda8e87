//! Keeping order among conversations.

use serde::{Deserialize, Serialize};

/// What can be done with several conversations at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationAct {
    /// Keep it at the top of the list; out of the archive, if it is there.
    Pin,
    /// List it by its day again.
    Unpin,
    /// Put it away: it is found, and goes on, but is not listed.
    Archive,
    /// List it again.
    Unarchive,
    /// Put it in the trash.
    Delete,
    /// Take it out of the trash.
    Restore,
    /// Remove it from the trash for good.
    Erase,
}

impl ConversationAct {
    const ALL: [Self; 7] = [
        Self::Pin,
        Self::Unpin,
        Self::Archive,
        Self::Unarchive,
        Self::Delete,
        Self::Restore,
        Self::Erase,
    ];

    /// The stable name, as forms send it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pin => "pin",
            Self::Unpin => "unpin",
            Self::Archive => "archive",
            Self::Unarchive => "unarchive",
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::Erase => "erase",
        }
    }

    /// The act of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == name)
    }
}

/// Where conversations are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shelf {
    /// In the list.
    #[default]
    Kept,
    /// In the archive.
    Archive,
    /// In the trash, for 30 days.
    Trash,
}

impl Shelf {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Kept, Self::Archive, Self::Trash];

    /// The stable name, as addresses have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Archive => "archive",
            Self::Trash => "trash",
        }
    }

    /// The shelf of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shelf| shelf.as_str() == name)
    }

    /// What can be done with what is there.
    pub const fn acts(self) -> &'static [ConversationAct] {
        use ConversationAct::{Archive, Delete, Erase, Pin, Restore, Unarchive, Unpin};
        match self {
            Self::Kept => &[Pin, Unpin, Archive, Delete],
            Self::Archive => &[Unarchive, Delete],
            Self::Trash => &[Restore, Erase],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_and_shelves_have_names_that_lead_back() {
        for act in ConversationAct::ALL {
            assert_eq!(ConversationAct::from_name(act.as_str()), Some(act));
        }
        for shelf in Shelf::ALL {
            assert_eq!(Shelf::from_name(shelf.as_str()), Some(shelf));
        }
        assert_eq!(ConversationAct::from_name("burn"), None);
    }
}
