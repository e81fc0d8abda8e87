//! An assistant as it is typed into its form.

use serde::{Deserialize, Serialize};

use super::{ApplicationId, Assistant, Audience};
use crate::{
    FailureCode, GroupId, ModelName, ParametersDraft, ToolName, invisible::without_hidden, template,
};

/// The text can't be an application's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an application's id")]
pub struct InvalidApplication;

/// What a form says of an assistant, each field as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssistantDraft {
    /// What it is called.
    pub name: String,
    /// Its picture.
    pub emoji: String,
    /// What it is for.
    pub description: String,
    /// What models are told.
    pub instructions: String,
    /// The model, or nothing.
    pub model: String,
    /// How answers are to be written.
    pub parameters: ParametersDraft,
    /// What its models may call, by name.
    pub tools: Vec<String>,
    /// Questions to begin with, a line each.
    pub starters: String,
    /// `private`, `everybody`, or a group's id.
    pub audience: String,
    /// The application, where one answers: then it has instructions, model, parameters and tools of its own.
    pub application: String,
}

impl AssistantDraft {
    /// Checks every field; what is wrong is named by its own code.
    pub fn parse(&self) -> Result<(Assistant, Audience, Option<GroupId>), FailureCode> {
        let name = line(
            &self.name,
            Assistant::MAX_NAME,
            FailureCode::InvalidAssistantName,
        )?;
        if name.is_empty() {
            return Err(FailureCode::InvalidAssistantName);
        }
        let emoji = line(&self.emoji, Assistant::MAX_EMOJI, FailureCode::InvalidSign)?;
        let most = Assistant::MAX_DESCRIPTION;
        let description = line(&self.description, most, FailureCode::InvalidDescription)?;
        let starters = starters(&self.starters)?;
        let (audience, group) = audience(&self.audience)?;
        let mut assistant = Assistant {
            name,
            emoji,
            description,
            starters,
            ..Assistant::default()
        };
        if self.application.trim().is_empty() {
            assistant.instructions = instructions(&self.instructions)?;
            assistant.parameters = self.parameters.parse()?;
            assistant.tools = tools(&self.tools)?;
            let model = self.model.trim();
            if !model.is_empty() {
                let model = ModelName::parse(model).map_err(|_| FailureCode::UnknownModel)?;
                assistant.model = Some(model);
            }
        } else {
            let id = ApplicationId::parse(&self.application);
            assistant.application = Some(id.map_err(|_| FailureCode::InvalidApplication)?);
        }
        Ok((assistant, audience, group))
    }
}

impl From<&Assistant> for AssistantDraft {
    fn from(kept: &Assistant) -> Self {
        let text = |model: &ModelName| model.as_str().to_owned();
        let id = |id: &ApplicationId| id.as_str().to_owned();
        Self {
            name: kept.name.clone(),
            emoji: kept.emoji.clone(),
            description: kept.description.clone(),
            instructions: kept.instructions.clone(),
            model: kept.model.as_ref().map(text).unwrap_or_default(),
            parameters: ParametersDraft::from(&kept.parameters),
            tools: kept.tools.iter().map(ToString::to_string).collect(),
            starters: kept.starters.join("\n"),
            audience: Audience::Private.as_str().to_owned(),
            application: kept.application.as_ref().map(id).unwrap_or_default(),
        }
    }
}

/// One line of at most so many characters, which may be empty.
fn line(raw: &str, most: usize, code: FailureCode) -> Result<String, FailureCode> {
    let text = raw.trim();
    if text.chars().any(char::is_control) {
        return Err(code);
    }
    // Nothing that is not seen turns round what stands beside it.
    let visible = without_hidden(text);
    let visible = visible.trim();
    if visible.chars().count() > most {
        return Err(code);
    }
    Ok(visible.to_owned())
}

fn instructions(raw: &str) -> Result<String, FailureCode> {
    let text = raw.replace("\r\n", "\n").trim().to_owned();
    let is_long = text.chars().count() > Assistant::MAX_INSTRUCTIONS;
    let has_many = template::variables(&text).len() > Assistant::MAX_VARIABLES;
    if text.is_empty() || is_long || has_many || text.contains('\0') {
        return Err(FailureCode::InvalidInstructions);
    }
    Ok(text)
}

/// Each once. What is no tool's name is none that there is.
fn tools(typed: &[String]) -> Result<Vec<ToolName>, FailureCode> {
    let mut tools = Vec::new();
    for name in typed.iter().filter_map(|name| ToolName::parse(name).ok()) {
        if tools.contains(&name) {
            continue;
        }
        if tools.len() == Assistant::MAX_TOOLS {
            return Err(FailureCode::TooMany);
        }
        tools.push(name);
    }
    Ok(tools)
}

fn starters(raw: &str) -> Result<Vec<String>, FailureCode> {
    let lines = raw.lines().map(str::trim).filter(|line| !line.is_empty());
    let wrong = FailureCode::InvalidStarters;
    let starters: Result<Vec<String>, FailureCode> = lines
        .map(|text| line(text, Assistant::MAX_STARTER, wrong))
        .collect();
    let mut starters = starters?;
    starters.retain(|starter| !starter.is_empty());
    if starters.len() > Assistant::MAX_STARTERS {
        return Err(wrong);
    }
    Ok(starters)
}

fn audience(raw: &str) -> Result<(Audience, Option<GroupId>), FailureCode> {
    match raw.trim() {
        "" | "private" => Ok((Audience::Private, None)),
        "everybody" => Ok((Audience::Everybody, None)),
        group => match group.parse() {
            Ok(group) => Ok((Audience::Group, Some(group))),
            Err(_) => Err(FailureCode::BadRequest),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> AssistantDraft {
        AssistantDraft {
            name: " Poet ".to_owned(),
            emoji: "🌸".to_owned(),
            instructions: "Rhyme in {{form|couplets}}.\r\nAlways.".to_owned(),
            starters: "Rain\n\n 春 \n".to_owned(),
            model: "qwen-plus".to_owned(),
            tools: ["calculate", "天气", "shop__find", "calculate"]
                .map(str::to_owned)
                .to_vec(),
            ..AssistantDraft::default()
        }
    }

    #[test]
    fn what_was_typed_survives_its_form() {
        let parsed = draft().parse();
        let Ok((poet, Audience::Private, None)) = parsed else {
            panic!("{parsed:?}");
        };
        assert_eq!((&*poet.name, poet.starters.len()), ("Poet", 2));
        assert_eq!(poet.instructions, "Rhyme in {{form|couplets}}.\nAlways.");
        let tools: Vec<_> = poet.tools.iter().map(ToolName::as_str).collect();
        assert_eq!(tools, ["calculate", "shop__find"]);
        let again = AssistantDraft::from(&poet).parse();
        assert_eq!(again, Ok((poet, Audience::Private, None)));
    }

    #[test]
    fn what_is_not_seen_is_nothing_of_its_name() {
        let typed = AssistantDraft {
            name: "\u{202e}Po\u{200b}et\u{2066} ".to_owned(),
            emoji: "\u{200f}👩\u{200d}🚀\u{fe0f}".to_owned(),
            description: "For \u{202e}verses.".to_owned(),
            ..draft()
        };
        let parsed = typed.parse().map(|(poet, ..)| poet);
        let shown = parsed.map(|poet| [poet.name, poet.emoji, poet.description]);
        let seen = ["Poet", "👩\u{200d}🚀\u{fe0f}", "For verses."];
        assert_eq!(shown, Ok(seen.map(str::to_owned)));
        let unseen = AssistantDraft {
            name: "\u{202e}\u{200b}".to_owned(),
            ..draft()
        };
        let refused = unseen.parse().map(drop);
        assert_eq!(refused, Err(FailureCode::InvalidAssistantName));
    }

    #[test]
    fn each_field_is_refused_by_its_own_name() {
        type Change = fn(&mut AssistantDraft);
        let cases: [(Change, FailureCode); 13] = [
            (
                |it| it.name = " ".to_owned(),
                FailureCode::InvalidAssistantName,
            ),
            (
                |it| it.name = "字".repeat(61),
                FailureCode::InvalidAssistantName,
            ),
            (
                |it| it.name = "a\nb".to_owned(),
                FailureCode::InvalidAssistantName,
            ),
            (
                |it| it.emoji = "a word too long".to_owned(),
                FailureCode::InvalidSign,
            ),
            (
                |it| it.description = "字".repeat(301),
                FailureCode::InvalidDescription,
            ),
            (
                |it| it.instructions = String::new(),
                FailureCode::InvalidInstructions,
            ),
            (
                |it| it.instructions = "字".repeat(8_001),
                FailureCode::InvalidInstructions,
            ),
            (
                |it| it.starters = "a\n".repeat(7),
                FailureCode::InvalidStarters,
            ),
            (
                |it| it.model = "no model".to_owned(),
                FailureCode::UnknownModel,
            ),
            (
                |it| it.parameters.temperature = "2".to_owned(),
                FailureCode::InvalidTemperature,
            ),
            (
                |it| it.tools = (0..=64).map(|n| format!("tool_{n}")).collect(),
                FailureCode::TooMany,
            ),
            (
                |it| it.audience = "mine".to_owned(),
                FailureCode::BadRequest,
            ),
            (
                |it| it.application = "a/b".to_owned(),
                FailureCode::InvalidApplication,
            ),
        ];
        for (change, code) in cases {
            let mut changed = draft();
            change(&mut changed);
            assert_eq!(changed.parse().map(drop), Err(code));
        }
        let mut many = draft();
        many.instructions = [
            "{{v0}}", "{{v1}}", "{{v2}}", "{{v3}}", "{{v4}}", "{{v5}}", "{{v6}}", "{{v7}}",
            "{{v8}}", "{{v9}}", "{{v10}}",
        ]
        .concat();
        assert_eq!(
            many.parse().map(drop),
            Err(FailureCode::InvalidInstructions)
        );
    }

    #[test]
    fn an_application_has_instructions_and_tools_of_its_own() {
        let mut typed = draft();
        typed.application = "6105c965".to_owned();
        let parsed = typed.parse().map(|(assistant, ..)| assistant);
        let Ok(assistant) = parsed else {
            panic!("{parsed:?}");
        };
        assert!(assistant.instructions.is_empty() && assistant.model.is_none());
        assert!(assistant.tools.is_empty());
    }
}
