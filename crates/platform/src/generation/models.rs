//! The models that the chat offers, and how each is asked.

use bailian::{
    capability::{self, Catalogue, Feature, Modality},
    native::Service,
};
use model::{Abilities, ModelChoice, ModelName, ThinkingAbility};

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

/// How a model is asked.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is something that models can do or not"
)]
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    pub(super) thinking: Thinking,
    /// Whether it can go on from the beginning of an answer.
    pub(super) continues: bool,
    /// How much of a conversation is sent along, in characters. Half the input limit in tokens, since a Chinese
    /// character costs up to about two.
    pub(super) context_characters: usize,
    /// Whether it takes pictures; what the catalogue doesn't say is for Bailian to refuse.
    pub(super) sees: bool,
    /// Whether it takes sound.
    pub(super) hears: bool,
    /// Whether it can call tools; what the catalogue doesn't say is not tried.
    pub(super) calls: bool,
    /// Whether it takes films.
    pub(super) watches: bool,
    /// Whether it is given documents as they are.
    pub(super) reads_documents: bool,
}

/// The family of models to which documents are given by the ids of their uploads ("qwen-long files"). Of no other one is that documented.
const READERS: &str = "qwen-long";

/// What is sent to a model of which nothing is known.
const CAUTIOUS_CHARACTERS: usize = 24_000;

/// The models on offer, with the default first.
#[derive(Clone, Debug)]
pub(super) struct Models {
    catalogue: Catalogue,
    choices: Vec<ModelChoice>,
}

impl Models {
    /// The default and after it the others in their order.
    pub(super) fn new(catalogue: Catalogue, default: &ModelName, others: &[ModelName]) -> Self {
        let mut models = Self {
            catalogue,
            choices: Vec::new(),
        };
        for name in [default].into_iter().chain(others) {
            if !models.offers(name) {
                let choice = models.choice(name);
                models.choices.push(choice);
            }
        }
        models
    }

    pub(super) fn choices(&self) -> &[ModelChoice] {
        &self.choices
    }

    pub(super) fn offers(&self, name: &ModelName) -> bool {
        self.choices.iter().any(|choice| choice.name == *name)
    }

    /// How `name` is asked. A model that the catalogue doesn't know is asked plainly.
    pub(super) fn spec(&self, name: &ModelName) -> Spec {
        let card = self.catalogue.get(name.as_str());
        let thinking = match card.and_then(|card| card.thinking) {
            Some(capability::Thinking::Always) => Thinking::Always,
            Some(capability::Thinking::On) => Thinking::ByDefault,
            Some(capability::Thinking::Off | capability::Thinking::Never) | None => {
                Thinking::OnRequest
            }
        };
        let prefix = card.and_then(|card| card.has(&Feature::PrefixCompletion));
        let tokens = card.and_then(|card| card.max_input_tokens);
        let takes = |modality| card.and_then(|card| card.takes(&modality)) != Some(false);
        Spec {
            thinking,
            sees: takes(Modality::Image),
            hears: takes(Modality::Audio),
            calls: card.and_then(|card| card.has(&Feature::FunctionCalling)) == Some(true),
            watches: takes(Modality::Video),
            reads_documents: name.as_str().starts_with(READERS),
            continues: thinking != Thinking::Always && prefix != Some(false),
            context_characters: tokens.map_or(CAUTIOUS_CHARACTERS, |tokens| {
                usize::try_from(tokens / 2).unwrap_or(usize::MAX)
            }),
        }
    }

    /// What `name` can do of what can be set. What the catalogue doesn't know is not offered: a wrong guess would fail the answer.
    pub(super) fn abilities(&self, name: &ModelName) -> Abilities {
        let card = self.catalogue.get(name.as_str());
        let knows = |feature| card.and_then(|card| card.has(&feature)) == Some(true);
        let tokens = |most: Option<u64>| most.and_then(|most| u32::try_from(most).ok());
        let thinking = match card.and_then(|card| card.thinking) {
            Some(capability::Thinking::Always) => ThinkingAbility::Always,
            Some(capability::Thinking::On) => ThinkingAbility::ByDefault,
            Some(capability::Thinking::Off) => ThinkingAbility::OnRequest,
            Some(capability::Thinking::Never) | None => ThinkingAbility::Never,
        };
        Abilities {
            max_tokens: tokens(card.and_then(|card| card.max_output_tokens)),
            thinking,
            max_thinking_tokens: tokens(card.and_then(|card| card.max_thinking_tokens)),
            search: knows(Feature::WebSearch),
            // While it reasons it can't, whatever else is known of it.
            json: knows(Feature::StructuredOutputs) && thinking != ThinkingAbility::Always,
        }
    }

    /// Where `name` is served in Bailian's own protocol, if that is known.
    pub(super) fn service(&self, name: &ModelName) -> Option<Service> {
        self.catalogue.get(name.as_str())?.service
    }

    /// The model as it is shown.
    pub(super) fn choice(&self, name: &ModelName) -> ModelChoice {
        let spec = self.spec(name);
        ModelChoice {
            label: label(name.as_str()),
            reasons: spec.thinking != Thinking::OnRequest,
            sees: spec.sees,
            hears: spec.hears,
            watches: spec.watches,
            reads_documents: spec.reads_documents,
            characters: u32::try_from(spec.context_characters).unwrap_or(u32::MAX),
            name: name.clone(),
        }
    }
}

/// `Qwen 3.5 Plus` for `qwen3.5-plus`; a snapshot keeps its date.
fn label(id: &str) -> String {
    let word = |word: &str| match word {
        "qwq" => "QwQ".to_owned(),
        "qvq" => "QVQ".to_owned(),
        "vl" | "glm" | "mt" | "ocr" => word.to_uppercase(),
        "deepseek" => "DeepSeek".to_owned(),
        "minimax" => "MiniMax".to_owned(),
        _ => {
            let mut rest = word.chars();
            let first = rest.next().map(|first| first.to_uppercase().to_string());
            format!("{}{}", first.unwrap_or_default(), rest.as_str())
        }
    };
    let mut words: Vec<String> = Vec::new();
    for part in id.split('-') {
        // The version stands apart from the family's name.
        let digits = part.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
        let (name, version) = part.split_at(digits);
        let versioned = name.len() > 1 && version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        match words.last_mut() {
            Some(last) if is_number(last) && is_number(part) => {
                *last = format!("{last}-{part}");
            }
            _ if versioned => words.extend([word(name), version.to_owned()]),
            _ => words.push(word(part)),
        }
    }
    words.join(" ")
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> ModelName {
        ModelName::parse(name).expect("a name")
    }

    fn models(default: &str, others: &[&str]) -> Models {
        let others: Vec<_> = others.iter().map(|other| name(other)).collect();
        Models::new(Catalogue::built_in(), &name(default), &others)
    }

    #[test]
    fn the_default_comes_first_and_once() {
        let models = models("qwen-flash", &["qwen-plus", "qwen-flash", "qwq-plus"]);
        let names: Vec<_> = models
            .choices()
            .iter()
            .map(|choice| choice.name.as_str())
            .collect();
        assert_eq!(names, ["qwen-flash", "qwen-plus", "qwq-plus"]);
        assert!(!models.offers(&name("gpt-4o")));
    }

    #[test]
    fn ids_are_shown_as_people_write_them() {
        for (id, shown) in [
            ("qwen-plus", "Qwen Plus"),
            ("qwen3.5-plus", "Qwen 3.5 Plus"),
            ("qwen3-max", "Qwen 3 Max"),
            ("qwq-plus", "QwQ Plus"),
            ("qwen3-vl-plus", "Qwen 3 VL Plus"),
            ("deepseek-v3.2", "DeepSeek V3.2"),
            ("qwen-plus-2025-12-01", "Qwen Plus 2025-12-01"),
            ("mine", "Mine"),
        ] {
            assert_eq!(label(id), shown);
        }
    }

    #[test]
    fn models_are_asked_as_the_catalogue_says() {
        let models = models("qwen-plus", &[]);
        let plus = models.spec(&name("qwen-plus"));
        assert_eq!((plus.thinking, plus.continues), (Thinking::OnRequest, true));
        assert_eq!(plus.context_characters, 997_952 / 2);
        assert_eq!((plus.sees, plus.hears), (false, false));
        let newer = models.spec(&name("qwen3.5-plus"));
        assert_eq!(
            (newer.thinking, newer.continues),
            (Thinking::ByDefault, true)
        );
        assert_eq!((newer.sees, newer.hears), (true, false));
        let omni = models.spec(&name("qwen3.5-omni-plus"));
        assert_eq!((omni.sees, omni.hears, omni.watches), (true, true, true));
        let reader = models.spec(&name("qwen-long"));
        assert_eq!((reader.reads_documents, reader.watches), (true, false));
        assert!(!plus.reads_documents);
        let thinker = models.spec(&name("qwq-plus"));
        assert_eq!(
            (thinker.thinking, thinker.continues),
            (Thinking::Always, false)
        );
        let unheard = models.spec(&name("unheard-of"));
        assert_eq!(
            (unheard.thinking, unheard.continues),
            (Thinking::OnRequest, true)
        );
        assert_eq!(unheard.context_characters, CAUTIOUS_CHARACTERS);
        assert_eq!((unheard.sees, unheard.hears), (true, true));
    }

    #[test]
    fn models_can_be_set_as_the_catalogue_says() {
        let models = models("qwen-plus", &[]);
        let plus = models.abilities(&name("qwen-plus"));
        assert_eq!(plus.thinking, ThinkingAbility::OnRequest);
        assert_eq!(
            (plus.max_tokens, plus.max_thinking_tokens),
            (Some(32_768), Some(81_920))
        );
        assert!(plus.search && plus.json);
        let thinker = models.abilities(&name("qwq-plus"));
        assert_eq!(thinker.thinking, ThinkingAbility::Always);
        assert!(!thinker.json);
        // The catalogue knows that this one answers in JSON, which it can't while it reasons.
        let structured = models.abilities(&name("qwen3-vl-8b-thinking"));
        assert_eq!(structured.thinking, ThinkingAbility::Always);
        assert!(!structured.json);
        let unheard = models.abilities(&name("unheard-of"));
        assert_eq!(
            (unheard.thinking, unheard.max_tokens),
            (ThinkingAbility::Never, None)
        );
        assert!(!unheard.search && !unheard.json);
    }
}
