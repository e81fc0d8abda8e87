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
    /// The other models on offer, in this order.
    pub models: Vec<String>,
    /// The model that writes titles.
    pub title_model: String,
    /// Answers that are written at once, at most.
    pub answers_at_once: usize,
}

/// The models that `[chat]` names.
#[derive(Clone, Debug)]
pub struct ChatModels {
    /// For those who did not choose.
    pub default: ModelName,
    /// Also on offer.
    pub others: Vec<ModelName>,
    /// Writes titles.
    pub title: ModelName,
}

impl Default for ChatConfig {
    fn default() -> Self {
        Self {
            default_model: "qwen-plus".to_owned(),
            models: [
                "qwen-plus",
                "qwen3.5-plus",
                "qwen3-max",
                "qwen-flash",
                "qwq-plus",
                "qwen-long",
                "qwen3.5-omni-flash",
            ]
            .map(str::to_owned)
            .to_vec(),
            title_model: "qwen-flash".to_owned(),
            answers_at_once: 1_000,
        }
    }
}

impl ChatConfig {
    /// The models by their names.
    pub fn names(&self) -> anyhow::Result<ChatModels> {
        let name = |key: &str, text: &str| {
            ModelName::parse(text).with_context(|| {
                format!("chat.{key}: {text:?} is not a model's name, try \"qwen-plus\"")
            })
        };
        let others = self.models.iter().map(|text| name("models", text));
        Ok(ChatModels {
            default: name("default_model", &self.default_model)?,
            others: others.collect::<anyhow::Result<_>>()?,
            title: name("title_model", &self.title_model)?,
        })
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        if self.answers_at_once == 0 {
            bail!("chat.answers_at_once must be at least 1");
        }
        self.names().map(drop)
    }
}
