//! `[chat]`.

use anyhow::{Context, bail};
use model::ModelName;
use serde::{Deserialize, Serialize};

/// Models and limits of the chat.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChatConfig {
    /// The model for those who did not choose one.
    pub default_model: String,
    /// The model that writes titles.
    pub title_model: String,
    /// Answers that are written at once, at most.
    pub answers_at_once: usize,
}

impl Default for ChatConfig {
    fn default() -> Self {
        Self {
            default_model: "qwen-plus".to_owned(),
            title_model: "qwen-flash".to_owned(),
            answers_at_once: 1_000,
        }
    }
}

impl ChatConfig {
    /// The two models.
    pub fn models(&self) -> anyhow::Result<(ModelName, ModelName)> {
        let name = |key: &str, text: &str| {
            ModelName::parse(text).with_context(|| {
                format!("chat.{key}: {text:?} is not a model's name, try \"qwen-plus\"")
            })
        };
        Ok((
            name("default_model", &self.default_model)?,
            name("title_model", &self.title_model)?,
        ))
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        if self.answers_at_once == 0 {
            bail!("chat.answers_at_once must be at least 1");
        }
        self.models().map(drop)
    }
}
