//! Who a person is: what they type to get in, and what the page may know of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Habits, Millis, PermissionSet, UserId};

/// An e-mail address: the name a person signs in with. At most 254 bytes, compared without case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct Email(String);

/// The text is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct InvalidEmail;

impl Email {
    /// Trims and checks the form: one `@`, something before it, a host behind it, no spaces or controls.
    /// Whether mail arrives there is another question.
    pub fn parse(raw: impl AsRef<str>) -> Result<Self, InvalidEmail> {
        let text = raw.as_ref().trim();
        let (local, host) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let sound = text.len() <= 254
            && !local.is_empty()
            && local.len() <= 64
            && !local.contains('@')
            && !host.is_empty()
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !host.contains("..")
            && !text
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || "<>,;:\"\\()[]".contains(c));
        if sound {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidEmail)
        }
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that two spellings of one address share.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

/// What others call a person: trimmed, 1 to 60 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct DisplayName(String);

/// A name is missing, too long, or holds control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a name")]
pub struct InvalidDisplayName;

impl DisplayName {
    /// The longest name, in characters.
    pub const MAX: usize = 60;

    /// Trims and checks.
    pub fn parse(raw: impl AsRef<str>) -> Result<Self, InvalidDisplayName> {
        let text = raw.as_ref().trim();
        let length = text.chars().count();
        if (1..=Self::MAX).contains(&length) && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidDisplayName)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! text_conversions {
    ($($name:ident, $error:ident;)*) => {$(
        impl TryFrom<String> for $name {
            type Error = $error;
            fn try_from(raw: String) -> Result<Self, $error> {
                Self::parse(raw)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    )*};
}
text_conversions! { Email, InvalidEmail; DisplayName, InvalidDisplayName; }

/// A new password: 8 to 128 characters, taken exactly as typed. That it is not a common one is checked
/// where the list is, on the server. Never serialised, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a text can't be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPassword {
    /// Fewer than eight characters.
    #[error("too short")]
    TooShort,
    /// More than 128 characters.
    #[error("too long")]
    TooLong,
}

impl Password {
    /// The shortest, in characters.
    pub const MIN: usize = 8;
    /// The longest, in characters.
    pub const MAX: usize = 128;

    /// Checks the length and changes nothing.
    pub fn parse(raw: impl Into<String>) -> Result<Self, InvalidPassword> {
        let raw = raw.into();
        match raw.chars().count() {
            0..Self::MIN => Err(InvalidPassword::TooShort),
            Self::MIN..=Self::MAX => Ok(Self(raw)),
            _ => Err(InvalidPassword::TooLong),
        }
    }

    /// The characters, for hashing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Password(…)")
    }
}

/// The signed-in person, as their own page sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The account's id.
    pub id: UserId,
    /// What to call them.
    pub name: DisplayName,
    /// What they sign in with.
    pub email: Email,
}

/// Who may make an account without being asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationMode {
    /// Anybody.
    Open,
    /// Whoever has an address in one of the allowed domains and can read mail there.
    Domains,
    /// Whoever was invited.
    Invited,
    /// Nobody; accounts are made by administrators or come from elsewhere.
    #[default]
    Closed,
}

/// What a signed-in person must do before anything else is open to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lacking {
    /// Follow the link in the mail that shows the address is theirs.
    VerifiedEmail,
    /// Set up a second factor, which one of their roles asks for.
    SecondFactor,
}

/// A second factor, or a proof instead of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Factor {
    /// Six digits from an app.
    Totp,
    /// A passkey.
    Passkey,
    /// One of the codes that were written down.
    RecoveryCode,
}

/// Somewhere else that people can sign in with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderChoice {
    /// Its name in addresses: `/sso/{id}`.
    pub id: String,
    /// Its name on the button.
    pub label: String,
}

/// What every page needs to know before it draws itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who is signed in, if anyone.
    pub account: Option<Account>,
    /// What they may do.
    pub permissions: PermissionSet,
    /// When their picture was changed last; `None` when they have none.
    pub picture: Option<Millis>,
    /// What they must do first.
    pub lacking: Option<Lacking>,
    /// The password was right, and one of these is awaited. Nobody is signed in then.
    pub awaited: Vec<Factor>,
    /// Answers come from the built-in simulator, not from Bailian.
    pub simulated: bool,
    /// Who may make an account.
    pub registration: RegistrationMode,
    /// Where else people can sign in.
    pub providers: Vec<ProviderChoice>,
    /// Links to what is shared may work until they are taken back.
    pub endless_shares: bool,
    /// How far the reader's clock is from UTC, in minutes: times are written by it on both sides.
    pub utc_offset_minutes: i32,
    /// How the reader likes the page to be.
    pub habits: Habits,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_text() {
        for good in ["lin@example.com", " a+b@例子.中国 ", "o'neil@x.y"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "lin",
            "@x",
            "lin@",
            "a b@x.y",
            "a@b@c",
            "a@.x",
            "a@x..y",
            "<a@x.y>",
            "a@x.y\r\nBcc: b@x",
        ] {
            assert_eq!(Email::parse(bad), Err(InvalidEmail), "{bad}");
        }
    }

    #[test]
    fn spellings_of_one_address_share_a_key() -> Result<(), InvalidEmail> {
        assert_eq!(
            Email::parse("Lin@Example.COM")?.key(),
            Email::parse("lin@example.com")?.key()
        );
        Ok(())
    }

    #[test]
    fn a_password_is_counted_in_characters_and_kept_as_typed() {
        assert_eq!(Password::parse("1234567"), Err(InvalidPassword::TooShort));
        assert_eq!(
            Password::parse("字".repeat(129)),
            Err(InvalidPassword::TooLong)
        );
        assert_eq!(
            Password::parse(" 马到成功了吗啊 ").map(|p| p.expose().to_owned()),
            Ok(" 马到成功了吗啊 ".into())
        );
    }

    #[test]
    fn a_password_does_not_print() -> Result<(), InvalidPassword> {
        assert_eq!(
            format!("{:?}", Password::parse("correct horse")?),
            "Password(…)"
        );
        Ok(())
    }
}
