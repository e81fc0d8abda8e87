//! The models that the chat offers, and how each is asked.

use model::{ModelChoice, ModelName};

/// How a model thinks, and so whether it can be asked to go on from a given text: Bailian's prefix continuation
/// excludes thinking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thinking {
    /// Only when asked to.
    OnRequest,
    /// Unless told not to.
    ByDefault,
    /// Always.
    Always,
}

/// A model of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    name: &'static str,
    label: &'static str,
    pub(super) thinking: Thinking,
    /// How much of a conversation is sent along, in characters. Half the input limit in tokens, since a Chinese
    /// character costs up to about two.
    pub(super) context_characters: usize,
}

const TABLE: &[Spec] = &[
    Spec {
        name: "qwen-plus",
        label: "Qwen Plus",
        thinking: Thinking::OnRequest,
        context_characters: 400_000,
    },
    Spec {
        name: "qwen3.5-plus",
        label: "Qwen 3.5 Plus",
        thinking: Thinking::ByDefault,
        context_characters: 400_000,
    },
    Spec {
        name: "qwen3-max",
        label: "Qwen 3 Max",
        thinking: Thinking::OnRequest,
        context_characters: 120_000,
    },
    Spec {
        name: "qwen-flash",
        label: "Qwen Flash",
        thinking: Thinking::OnRequest,
        context_characters: 400_000,
    },
    Spec {
        name: "qwq-plus",
        label: "QwQ Plus",
        thinking: Thinking::Always,
        context_characters: 48_000,
    },
];

/// The models on offer, with the default first.
#[derive(Clone, Debug)]
pub(super) struct Models {
    choices: Vec<ModelChoice>,
}

impl Models {
    /// The table's models, and `default` (which may be another model of Bailian's) before them.
    pub(super) fn with_default(default: &ModelName) -> Self {
        let rest = TABLE.iter().filter(|spec| spec.name != default.as_str());
        let rest = rest.filter_map(|spec| ModelName::parse(spec.name).ok());
        let choices = [default.clone()]
            .into_iter()
            .chain(rest)
            .map(choice)
            .collect();
        Self { choices }
    }

    pub(super) fn choices(&self) -> &[ModelChoice] {
        &self.choices
    }

    pub(super) fn offers(&self, name: &ModelName) -> bool {
        self.choices.iter().any(|choice| choice.name == *name)
    }
}

/// How `name` is asked. A model that the table doesn't know is asked plainly.
pub(super) fn spec(name: &ModelName) -> Spec {
    let plain = Spec {
        name: "",
        label: "",
        thinking: Thinking::OnRequest,
        context_characters: 24_000,
    };
    TABLE
        .iter()
        .copied()
        .find(|spec| spec.name == name.as_str())
        .unwrap_or(plain)
}

fn choice(name: ModelName) -> ModelChoice {
    let spec = spec(&name);
    let label = if spec.label.is_empty() {
        name.as_str()
    } else {
        spec.label
    };
    ModelChoice {
        label: label.to_owned(),
        reasons: spec.thinking != Thinking::OnRequest,
        name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_comes_first_and_once() -> Result<(), model::conversation::InvalidModelName> {
        let models = Models::with_default(&ModelName::parse("qwen-flash")?);
        let names: Vec<_> = models
            .choices()
            .iter()
            .map(|choice| choice.name.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "qwen-flash",
                "qwen-plus",
                "qwen3.5-plus",
                "qwen3-max",
                "qwq-plus"
            ]
        );
        Ok(())
    }

    #[test]
    fn a_default_from_outside_the_table_is_offered_under_its_name()
    -> Result<(), model::conversation::InvalidModelName> {
        let models = Models::with_default(&ModelName::parse("qwen3.8-max")?);
        assert_eq!(models.choices()[0].label, "qwen3.8-max");
        assert!(
            models.offers(&ModelName::parse("qwen3.8-max")?)
                && !models.offers(&ModelName::parse("gpt-4o")?)
        );
        Ok(())
    }
}
