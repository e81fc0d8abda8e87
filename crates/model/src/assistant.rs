//! Assistants: instructions that are kept with a name, a model, parameters and questions to begin with.

mod draft;
mod given;
mod key;

use serde::{Deserialize, Serialize};

pub use draft::{AssistantDraft, InvalidApplication};
pub use given::Given;
pub use key::{AssistantKey, InvalidAssistantKey};

use crate::{
    AssistantId, FailureCode, GroupId, ModelName, Page, Parameters, ToolName, call::words, template,
};

words! {
    /// Who may use an assistant beside whoever made it.
    Audience {
        /// Nobody.
        Private = "private",
        /// The members of one group.
        Group = "group",
        /// Everybody.
        Everybody = "everybody",
    }
}

/// An application's id in Bailian's console: letters, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApplicationId(String);

impl ApplicationId {
    /// The longest, in characters.
    pub const MAX: usize = 64;

    /// Trims and checks.
    pub fn parse(raw: impl AsRef<str>) -> Result<Self, InvalidApplication> {
        let text = raw.as_ref().trim();
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
        if (1..=Self::MAX).contains(&text.len()) && text.bytes().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidApplication)
        }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ApplicationId {
    type Error = InvalidApplication;
    fn try_from(raw: String) -> Result<Self, InvalidApplication> {
        Self::parse(raw)
    }
}

impl From<ApplicationId> for String {
    fn from(id: ApplicationId) -> Self {
        id.0
    }
}

/// What makes an assistant. [`AssistantDraft::parse`] keeps it within the limits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Assistant {
    /// What it is called.
    pub name: String,
    /// Its picture: a sign or two. Where there is none, the name's beginning stands for it.
    pub emoji: String,
    /// What it is for, in a sentence.
    pub description: String,
    /// What models are told, with `{{variables}}`; empty where an application answers.
    pub instructions: String,
    /// The model that it begins with; none for the reader's own default.
    pub model: Option<ModelName>,
    /// How its answers are to be written.
    pub parameters: Parameters,
    /// What its models may call, by name: whoever uses it gets of these what they may use themselves. Where there are none, their own
    /// default holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolName>,
    /// Questions to begin with.
    pub starters: Vec<String>,
    /// The application of Bailian's that answers, if one does.
    pub application: Option<ApplicationId>,
}

impl Assistant {
    /// The longest name, in characters.
    pub const MAX_NAME: usize = 60;
    /// The longest picture, in characters: signs are put together of several.
    pub const MAX_EMOJI: usize = 8;
    /// The longest description, in characters.
    pub const MAX_DESCRIPTION: usize = 300;
    /// The longest instructions, in characters.
    pub const MAX_INSTRUCTIONS: usize = 8_000;
    /// Questions to begin with.
    pub const MAX_STARTERS: usize = 6;
    /// The longest of them, in characters.
    pub const MAX_STARTER: usize = 300;
    /// Tools: as many as can be on at once.
    pub const MAX_TOOLS: usize = 64;
    /// Variables of the instructions.
    pub const MAX_VARIABLES: usize = 10;
    /// The longest that may be given for a variable, in characters.
    pub const MAX_VALUE: usize = 2_000;

    /// The instructions with what was given for their variables, in the order in which these are met first.
    pub fn filled(&self, values: &[String]) -> Result<String, FailureCode> {
        let variables = template::variables(&self.instructions);
        let is_wrong =
            |value: &String| value.contains('\0') || value.chars().count() > Self::MAX_VALUE;
        if values.iter().any(is_wrong) || values.len() > variables.len() {
            return Err(FailureCode::InvalidInstructions);
        }
        Ok(template::fill(&self.instructions, |name| {
            let place = variables.iter().position(|found| found.name == name)?;
            values.get(place).map(|value| value.trim())
        }))
    }
}

/// The sign that stands for something called `name`: its emoji, or its first letter.
pub fn sign<'a>(emoji: &'a str, name: &'a str) -> &'a str {
    if emoji.is_empty() {
        let first = name.chars().next().map_or(0, char::len_utf8);
        &name[..first]
    } else {
        emoji
    }
}

/// An image that stands for an assistant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssistantPicture {
    /// The assistant.
    pub assistant: AssistantId,
    /// Which image: another one has another version.
    pub version: String,
}

impl AssistantPicture {
    /// Where it is, for those who may use the assistant. A new image is another address for the browser.
    pub fn address(&self) -> String {
        format!("/pictures/assistants/{}?v={}", self.assistant, self.version)
    }
}

/// An assistant, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssistantView {
    /// Which.
    pub key: AssistantKey,
    /// What it is. Whose it is not does not see which application answers.
    pub assistant: Assistant,
    /// An application of Bailian's answers.
    pub is_application: bool,
    /// It is the reader's own.
    pub is_mine: bool,
    /// Who else may use it.
    pub audience: Audience,
    /// The group, where it is for one.
    pub group: Option<GroupId>,
    /// The image that stands for it, where it has one.
    pub picture: Option<AssistantPicture>,
}

/// An assistant as it is offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssistantCard {
    /// Which.
    pub key: AssistantKey,
    /// What it is called.
    pub name: String,
    /// Its picture.
    pub emoji: String,
    /// What it is for.
    pub description: String,
    /// An application of Bailian's answers.
    pub is_application: bool,
    /// The model that it begins with, and that a single question is put to; none for the one that was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelName>,
    /// Who else may use it.
    pub audience: Audience,
    /// The image that stands for it, where it has one.
    pub picture: Option<AssistantPicture>,
    /// What was given for variables of its instructions, where a question is put to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<Given>,
}

/// All that somebody can choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssistantGallery {
    /// The reader's own, the newest first.
    pub own: Vec<AssistantCard>,
    /// What others let them use, the newest first, from the cursor on.
    pub shared: Page<AssistantCard>,
    /// Those that everybody has.
    pub built_in: Vec<AssistantCard>,
}

/// What a conversation was begun with. It is the conversation's own copy: what becomes of the assistant later changes nothing in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssistantSnapshot {
    /// What it was called.
    pub name: String,
    /// Its picture.
    pub emoji: String,
    /// What models are told, with its variables filled in.
    pub instructions: String,
    /// What its models may call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolName>,
    /// The application that answers, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<ApplicationId>,
}

/// Who answers in a conversation, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnsweringAssistant {
    /// What it is called.
    pub name: String,
    /// Its picture.
    pub emoji: String,
    /// The image that stands for it now, as long as the assistant is open to the reader.
    pub picture: Option<AssistantPicture>,
    /// What models are told, as it is sent.
    pub instructions: String,
    /// An application of Bailian's answers.
    pub is_application: bool,
    /// The application is no longer open to the reader, so a model answers in its place.
    pub is_withdrawn: bool,
}

/// The assistant that one question was put to, as it is shown with question and answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedAssistant {
    /// What it was called.
    pub name: String,
    /// Its picture.
    pub emoji: String,
    /// The image that stands for it now, as long as it is open to the reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<AssistantPicture>,
    /// Its own model, which another version of the question is put to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelName>,
}

/// A passage of a document that an application's answer refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DocumentReference {
    /// The number in the answer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// What the document, or its passage, is called.
    pub title: String,
    /// The passage's beginning.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub passage: String,
    /// Where it is to be read: an `https` address, or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_filled_in_the_order_of_their_variables() {
        let assistant = Assistant {
            instructions: "Into {{language|Chinese}}, for {{reader}}, {{language}}.".to_owned(),
            ..Assistant::default()
        };
        let given = |values: &[&str]| {
            let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
            assistant.filled(&values)
        };
        for (values, filled) in [
            (vec![], "Into Chinese, for , Chinese."),
            (vec!["", "me"], "Into Chinese, for me, Chinese."),
            (vec![" German ", "{{x}}"], "Into German, for {{x}}, German."),
        ] {
            assert_eq!(given(&values).as_deref(), Ok(filled));
        }
        let long = "字".repeat(Assistant::MAX_VALUE + 1);
        for wrong in [vec!["a", "b", "c"], vec!["a\0"], vec![&*long]] {
            assert_eq!(given(&wrong), Err(FailureCode::InvalidInstructions));
        }
    }

    #[test]
    fn an_assistant_without_a_picture_shows_its_first_letter() {
        for (emoji, name, expected) in [("📝", "Minutes", "📝"), ("", "译者", "译"), ("", "", "")]
        {
            assert_eq!(sign(emoji, name), expected);
        }
    }

    #[test]
    fn an_applications_id_is_plain() {
        for right in ["6105c965c31b40958a43dc93c28c7a59", " app-1_b "] {
            assert!(ApplicationId::parse(right).is_ok(), "{right}");
        }
        let long = "a".repeat(65);
        for wrong in ["", "a/b", "../x", "应用", &long] {
            assert_eq!(ApplicationId::parse(wrong), Err(InvalidApplication));
        }
    }
}
