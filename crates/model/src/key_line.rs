//! API keys as those see them who administer people: whose each is and what it allows, never the key itself.

use serde::{Deserialize, Serialize};

use crate::{ApiKey, DisplayName, Email, UserId};

/// Whether a key is taken now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum KeyState {
    /// It is, as far as its owner's roles go.
    Active,
    /// Its last day is over.
    Expired,
    /// Its owner's account is disabled, and the key is refused as long as that is so.
    OwnerDisabled,
}

impl KeyState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Active, Self::Expired, Self::OwnerDisabled];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::OwnerDisabled => "owner_disabled",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// What comes first in the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum KeyOrder {
    /// What was made last.
    #[default]
    Newest,
    /// What was used last; what was never used comes at the end.
    LastUsed,
}

impl KeyOrder {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::LastUsed => "last_used",
        }
    }

    /// The order of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Newest, Self::LastUsed]
            .into_iter()
            .find(|order| order.as_str() == name)
    }
}

/// Somebody's key, for an administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyLine {
    /// What it allows. From where it was last used is left out: that is its owner's alone.
    pub key: ApiKey,
    /// Whose it is.
    pub owner: UserId,
    /// The owner's name.
    pub owner_name: DisplayName,
    /// The owner's address.
    pub owner_email: Email,
    /// Whether it is taken now.
    pub state: KeyState,
    /// Whether the caller may revoke it: they stand higher than its owner, and have the permission.
    pub can_revoke: bool,
}

/// Which keys an administrator looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyFilter {
    /// The beginning of the key itself (`lt-` and four characters, or these four alone; more of it is not looked at), of its name, of
    /// its owner's name or of their address, or a word in the names; at most 100 characters.
    pub search: String,
    /// This person's only.
    pub owner: Option<UserId>,
    /// In this state only.
    pub state: Option<KeyState>,
    /// Neither made nor used for so many days.
    pub unused_days: Option<u32>,
    /// What comes first.
    pub order: KeyOrder,
}

impl KeyFilter {
    /// Days at most: ten years.
    pub const MOST_UNUSED_DAYS: u32 = 3650;

    /// How a key begins, as far as it is remembered: somebody who found a whole one somewhere needs no more of it.
    const BEGINNING: usize = 7;

    /// What a field for [`search`](Self::search) takes where no script leaves of a key how it begins, as HTML's `pattern` says it: all but
    /// what [`cut`](Self::cut) would take something of a key away from.
    pub const NO_WHOLE_KEY: &str = r"(?!\s*lt-\S{5}).*";

    /// What is looked for, without what of a key is nobody's business.
    pub fn cut(search: &str) -> &str {
        let search = search.trim();
        match search.char_indices().nth(Self::BEGINNING) {
            Some((end, _)) if search.starts_with("lt-") => &search[..end],
            _ => search,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_whole_key_only_its_beginning_is_looked_for() {
        assert_eq!(KeyFilter::cut(" lt-abcdEFGHijkl "), "lt-abcd");
        assert_eq!(KeyFilter::cut("lt-ab"), "lt-ab");
        assert_eq!(KeyFilter::cut("lt-四个字符外"), "lt-四个字符");
        assert_eq!(KeyFilter::cut("a longer name"), "a longer name");
    }

    #[test]
    fn names_lead_back() {
        for state in KeyState::ALL {
            assert_eq!(KeyState::from_name(state.as_str()), Some(state));
        }
        for order in [KeyOrder::Newest, KeyOrder::LastUsed] {
            assert_eq!(KeyOrder::from_name(order.as_str()), Some(order));
        }
        assert_eq!(KeyState::from_name("revoked"), None);
        assert_eq!(KeyOrder::from_name(""), None);
    }
}
