//! How somebody likes the page to be. It is kept with the account, so that every device of theirs has it.

use serde::{Deserialize, Serialize};

/// Defines a choice of a few, by the names that forms, documents and rows have for them.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $(
                $(#[$each])*
                $variant,
            )+
        }

        impl $name {
            /// All of them, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// The choice of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.as_str() == name)
            }
        }
    };
}

choice! {
    /// How much room there is between things.
    Density {
        /// Room enough for a finger.
        #[default]
        Comfortable = "comfortable",
        /// More at a glance.
        Compact = "compact",
    }
}

choice! {
    /// How large text is, and all that is measured by it.
    TextSize {
        /// Smaller than the browser has it.
        Small = "small",
        /// As the browser has it.
        #[default]
        Usual = "usual",
        /// Larger.
        Large = "large",
        /// Larger still.
        Largest = "largest",
    }
}

choice! {
    /// What sends a text of several lines.
    SendKey {
        /// Enter; with Shift it breaks the line.
        #[default]
        Enter = "enter",
        /// Enter with Ctrl or ⌘; alone it breaks the line.
        Command = "command",
    }
}

/// How somebody likes the page to be. What is not said is as for a newcomer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Habits {
    /// How much room there is between things.
    pub density: Density,
    /// How large text is.
    pub text_size: TextSize,
    /// What sends a text of several lines.
    pub send_key: SendKey,
    /// Whether single letters do something outside of fields. Who speaks to their computer can do without.
    pub letter_keys: bool,
    /// Whether a notice tells that an answer is done while its page is not seen.
    pub notify: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            density: Density::default(),
            text_size: TextSize::default(),
            send_key: SendKey::default(),
            letter_keys: true,
            notify: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_have_names_that_lead_back() -> serde_json::Result<()> {
        for density in Density::ALL {
            assert_eq!(Density::from_name(density.as_str()), Some(*density));
            assert_eq!(serde_json::to_value(density)?, density.as_str());
        }
        for size in TextSize::ALL {
            assert_eq!(TextSize::from_name(size.as_str()), Some(*size));
            assert_eq!(serde_json::to_value(size)?, size.as_str());
        }
        for key in SendKey::ALL {
            assert_eq!(SendKey::from_name(key.as_str()), Some(*key));
            assert_eq!(serde_json::to_value(key)?, key.as_str());
        }
        assert_eq!(TextSize::from_name("huge"), None);
        Ok(())
    }

    #[test]
    fn what_is_not_kept_is_as_for_a_newcomer() -> serde_json::Result<()> {
        let kept: Habits = serde_json::from_str(r#"{"text_size":"large","later":1}"#)?;
        let expected = Habits {
            text_size: TextSize::Large,
            ..Habits::default()
        };
        assert_eq!(kept, expected);
        assert!(kept.letter_keys && !kept.notify);
        Ok(())
    }
}
