//! Conversations as the sidebar and the page see them.

use serde::{Deserialize, Serialize};

use crate::{
    AnsweringAssistant, AssistantCard, Attachment, ConversationId, MessagePage, Millis, Queue,
    call::words,
    invisible::{is_hidden, without_hidden},
};

/// A conversation's title: trimmed, one line, 1 to 120 characters, all of them visible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Title(String);

/// A title is empty, too long, or holds control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a title has 1 to 120 characters, not {length}")]
pub struct InvalidTitle {
    /// The characters that were given.
    pub length: usize,
}

impl Title {
    /// The longest, in characters.
    pub const MAX: usize = 120;

    /// Trims and checks. What nobody would see is left out: it could turn around what is read in a list.
    pub fn parse(raw: impl AsRef<str>) -> Result<Self, InvalidTitle> {
        let text = raw.as_ref().trim();
        let length = text.chars().count();
        if (1..=Self::MAX).contains(&length) && !text.chars().any(char::is_control) {
            let visible = without_hidden(text);
            let visible = visible.trim();
            let is_blank = visible.is_empty();
            Ok(Self(if is_blank { "…" } else { visible }.to_owned()))
        } else {
            Err(InvalidTitle { length })
        }
    }

    /// The title that a conversation has until the model has written one: the beginning of the question.
    pub fn of_question(question: &str) -> Self {
        const LONGEST: usize = 40;
        let question: String = question
            .chars()
            .filter(|&c| c.is_control() || !is_hidden(c))
            .collect();
        let line: Vec<&str> = question
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|w| !w.is_empty())
            .collect();
        let line = line.join(" ");
        let mut title: String = line.chars().take(LONGEST).collect();
        if title.len() < line.len() {
            title.push('…');
        }
        if title.is_empty() {
            Self("…".to_owned())
        } else {
            Self(title)
        }
    }

    /// The title.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Title {
    type Error = InvalidTitle;
    fn try_from(raw: String) -> Result<Self, InvalidTitle> {
        Self::parse(raw)
    }
}

impl From<Title> for String {
    fn from(title: Title) -> Self {
        title.0
    }
}

/// What a person asks: not blank, at most 100,000 characters, no NUL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt(String);

/// A question is blank, too long, or holds NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a question has 1 to 100,000 characters and no NUL")]
pub struct InvalidPrompt;

impl Prompt {
    /// The longest, in characters.
    pub const MAX: usize = 100_000;

    /// Checks, and unifies line ends (forms send CRLF).
    pub fn parse(raw: impl AsRef<str>) -> Result<Self, InvalidPrompt> {
        let text = raw.as_ref().replace("\r\n", "\n");
        let text = text.trim_end();
        if text.trim().is_empty() || text.contains('\0') || text.chars().count() > Self::MAX {
            return Err(InvalidPrompt);
        }
        Ok(Self(text.to_owned()))
    }

    /// The same for a question that comes with files: it may be left blank.
    pub fn beside_files(raw: impl AsRef<str>) -> Result<Self, InvalidPrompt> {
        if raw.as_ref().trim().is_empty() {
            return Ok(Self(String::new()));
        }
        Self::parse(raw)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A model's name at Bailian, for example `qwen-plus`: 1 to 100 of `A–Z a–z 0–9 . _ - / :`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct ModelName(String);

/// The text can't be a model's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a model's name")]
pub struct InvalidModelName;

impl ModelName {
    /// Checks the form only; whether the model is offered is the server's to say.
    pub fn parse(raw: impl AsRef<str>) -> Result<Self, InvalidModelName> {
        let text = raw.as_ref().trim();
        let sound = (1..=100).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-/:".contains(&b));
        if sound {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidModelName)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ModelName {
    type Error = InvalidModelName;
    fn try_from(raw: String) -> Result<Self, InvalidModelName> {
        Self::parse(raw)
    }
}

impl From<ModelName> for String {
    fn from(name: ModelName) -> Self {
        name.0
    }
}

/// The heading under which the sidebar lists a conversation, in the reader's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "group", rename_all = "snake_case", from = "DayParts")]
pub enum DayGroup {
    /// Pinned: above all days.
    Pinned,
    /// Since midnight.
    Today,
    /// The day before.
    Yesterday,
    /// Within seven days.
    Week,
    /// Within thirty days.
    Month,
    /// Earlier, by month.
    Earlier {
        /// The year.
        year: i32,
        /// The month, 1 to 12.
        month: u8,
    },
}

/// A heading as it is read: by its tag it would be put down first, and a page would have to load a reader of that.
#[derive(Deserialize)]
struct DayParts {
    group: DayName,
    #[serde(default)]
    year: i32,
    #[serde(default)]
    month: u8,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum DayName {
    Pinned,
    Today,
    Yesterday,
    Week,
    Month,
    Earlier,
}

impl From<DayParts> for DayGroup {
    fn from(DayParts { group, year, month }: DayParts) -> Self {
        match group {
            DayName::Pinned => Self::Pinned,
            DayName::Today => Self::Today,
            DayName::Yesterday => Self::Yesterday,
            DayName::Week => Self::Week,
            DayName::Month => Self::Month,
            DayName::Earlier => Self::Earlier { year, month },
        }
    }
}

/// A conversation as a line of the sidebar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationSummary {
    /// Its id.
    pub id: ConversationId,
    /// Its title.
    pub title: Title,
    /// When something last happened in it.
    pub updated_at: Millis,
    /// The heading it stands under.
    pub day: DayGroup,
    /// An answer is being written.
    pub generating: bool,
}

impl ConversationSummary {
    /// Of so many it is asked at once, at most, whether an answer is still being written.
    pub const MOST_FOLLOWED: usize = 50;
}

/// A conversation as its page opens.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says something of its own"
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationView {
    /// Its id.
    pub id: ConversationId,
    /// Its title.
    pub title: Title,
    /// The model that answers next.
    pub model: ModelName,
    /// The newest messages, or those that were asked for.
    pub messages: MessagePage,
    /// What was typed and not sent.
    pub draft: String,
    /// The files beside it.
    pub draft_attachments: Vec<Attachment>,
    /// The assistant that is asked with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft_assistant: Option<AssistantCard>,
    /// When it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft_kept_at: Option<Millis>,
    /// What waits for the answer that is being written.
    pub queue: Queue,
    /// There are messages after these.
    pub has_newer: bool,
    /// It stays at the top of the list.
    pub is_pinned: bool,
    /// It is in the archive.
    pub is_archived: bool,
    /// Who answers, where it was begun with an assistant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistant: Option<AnsweringAssistant>,
    /// It is temporary: it goes for good when its page is left, or an hour after the last question.
    pub is_temporary: bool,
}

words! {
    /// As what a conversation is taken along.
    ConversationForm {
        /// To read and edit anywhere: the branch that is shown.
        Markdown = "md",
        /// To read in a browser, in one file: the branch that is shown.
        Html = "html",
        /// To take in again: all branches.
        Json = "json",
    }
}

impl ConversationForm {
    /// Its MIME type.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_trimmed_and_bounded() {
        assert_eq!(
            Title::parse("  春晓 ").map(String::from),
            Ok("春晓".to_owned())
        );
        assert_eq!(
            Title::parse("字".repeat(121)),
            Err(InvalidTitle { length: 121 })
        );
        for (raw, shown) in [("a\u{202e}b", "ab"), ("\u{200b} \u{e0041}", "…")] {
            assert_eq!(Title::parse(raw).map(String::from), Ok(shown.to_owned()));
            assert_eq!(Title::of_question(raw).as_str(), shown);
        }
        assert!(Title::parse(" ").is_err() && Title::parse("a\nb").is_err());
    }

    #[test]
    fn a_heading_is_read_as_it_was_written() {
        for (day, text) in [
            (DayGroup::Pinned, r#"{"group":"pinned"}"#),
            (DayGroup::Week, r#"{"group":"week"}"#),
            (
                DayGroup::Earlier {
                    year: 2025,
                    month: 11,
                },
                r#"{"group":"earlier","year":2025,"month":11}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&day).ok().as_deref(), Some(text));
            assert_eq!(serde_json::from_str(text).ok(), Some(day));
        }
    }

    #[test]
    fn the_first_title_is_the_beginning_of_the_question() {
        assert_eq!(
            Title::of_question("请背\n一首  诗").as_str(),
            "请背 一首 诗"
        );
        assert_eq!(
            Title::of_question(&"字".repeat(50)).as_str(),
            format!("{}…", "字".repeat(40))
        );
        assert_eq!(Title::of_question(" ").as_str(), "…");
    }

    #[test]
    fn a_question_keeps_its_lines_and_refuses_nul() {
        assert_eq!(
            Prompt::parse("  a\r\nb \n").map(|p| p.as_str().to_owned()),
            Ok("  a\nb".to_owned())
        );
        for bad in ["", " \n", "a\0b"] {
            assert_eq!(Prompt::parse(bad), Err(InvalidPrompt));
        }
        assert_eq!(
            Prompt::beside_files(" \n").map(|prompt| prompt.as_str().to_owned()),
            Ok(String::new())
        );
        assert_eq!(Prompt::beside_files("a\0b"), Err(InvalidPrompt));
    }

    #[test]
    fn a_models_name_is_plain() {
        assert!(
            ModelName::parse("qwen3-max-2025-09-23").is_ok()
                && ModelName::parse("MiniMax/MiniMax-M3").is_ok()
        );
        assert!(ModelName::parse("").is_err() && ModelName::parse("qwen plus").is_err());
    }
}
