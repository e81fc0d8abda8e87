//! What letters there are, and how one is put together.

use std::fmt;

use model::{Email, Millis};

use super::words::{Words, chinese, english};

/// A letter to somebody. Its links are secrets: it does not print.
#[derive(Clone)]
pub enum Letter {
    /// The link shows that the address is theirs.
    VerifyEmail {
        /// It.
        link: String,
    },
    /// The link leads to a new password.
    ResetPassword {
        /// It.
        link: String,
    },
    /// The link leads to an account of their own.
    Invitation {
        /// It.
        link: String,
        /// The name of who invites.
        by: Option<String>,
    },
    /// Somebody wanted an account of their address, which has one.
    AddressTaken {
        /// Where they sign in.
        link: String,
    },
    /// Their password was changed.
    PasswordChanged,
    /// Their account's address is about to become another one.
    EmailChanged {
        /// The other one.
        new: Email,
    },
    /// A second factor, a passkey or an account elsewhere was added or removed.
    FactorsChanged,
    /// They signed in with what and from where they never did.
    NewSignIn {
        /// Browser and system, as far as they can be told.
        device: String,
        /// The address on the network.
        address: String,
        /// When.
        at: Millis,
    },
    /// An administrator lets them choose a new password, or their first.
    ResetByAdministrator {
        /// Where they do.
        link: String,
    },
}

/// In which language somebody is written to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

impl Language {
    /// The language of a tag like `zh-CN`; English for all that is not Chinese.
    pub fn of(tag: Option<&str>) -> Self {
        match tag {
            Some(tag) if tag.starts_with("zh") => Self::Zh,
            _ => Self::En,
        }
    }

    const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }
}

/// A letter in words, as text and as HTML.
pub(super) struct Composed {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

impl fmt::Debug for Letter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Letter({})", self.kind())
    }
}

impl Letter {
    /// Its stable name, in the log and in the names of files.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "verify-email",
            Self::ResetPassword { .. } => "reset-password",
            Self::Invitation { .. } => "invitation",
            Self::AddressTaken { .. } => "address-taken",
            Self::PasswordChanged => "password-changed",
            Self::EmailChanged { .. } => "email-changed",
            Self::FactorsChanged => "factors-changed",
            Self::NewSignIn { .. } => "new-sign-in",
            Self::ResetByAdministrator { .. } => "reset-by-administrator",
        }
    }

    pub(super) fn compose(&self, language: Language, site: &str) -> Composed {
        let words = match language {
            Language::En => english(self, site),
            Language::Zh => chinese(self, site),
        };
        Composed {
            text: as_text(&words, site),
            html: as_html(&words, site, language),
            subject: words.subject,
        }
    }
}

fn as_text(words: &Words<'_>, site: &str) -> String {
    let link = words.link.iter().map(|(_, url)| (*url).to_owned());
    let mut parts: Vec<String> = words.before.clone();
    parts.extend(link);
    parts.extend(words.after.iter().cloned());
    parts.push(format!("— {site}\n"));
    parts.join("\n\n")
}

fn as_html(words: &Words<'_>, site: &str, language: Language) -> String {
    let paragraph = |text: &String| format!("<p>{}</p>\n", escaped(text));
    let paragraphs = |texts: &[String]| texts.iter().map(paragraph).collect::<Vec<_>>().concat();
    let (before, after) = (paragraphs(&words.before), paragraphs(&words.after));
    let link = words
        .link
        .as_ref()
        .map_or_else(String::new, |(label, url)| {
            let url = escaped(url);
            format!("<p><a href=\"{url}\">{label}</a></p>\n<p>{url}</p>\n")
        });
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n\
         <body>\n{before}{link}{after}<p>— {}</p>\n</body>\n</html>\n",
        language.tag(),
        escaped(&words.subject),
        escaped(site),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
