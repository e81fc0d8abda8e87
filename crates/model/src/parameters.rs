//! How the answers of a conversation are to be written. What is not set is not sent: the model does as it does by itself.

mod draft;
mod switches;

use serde::{Deserialize, Serialize};

pub use draft::ParametersDraft;
pub use switches::{Switch, Switches};

use crate::{ConversationId, FailureCode, Hundredths, ModelChoice};

/// What a person has set for a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parameters {
    /// How freely words are chosen: at least 0, below 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<Hundredths>,
    /// Among how much of what is likely they are chosen: above 0, at most 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<Hundredths>,
    /// The longest answer in tokens, the reasoning left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// The same seed draws the same words, as far as the model can: at most 2³¹ − 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// Whether the model reasons first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thinking: Option<bool>,
    /// The longest reasoning in tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thinking_budget: Option<u32>,
    /// Whether the model may search the web.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub search: bool,
    /// Whether the answer is one JSON object.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub json: bool,
    /// What the model is told in this conversation beside the questions.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub instructions: String,
}

/// Whether a model reasons before it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThinkingAbility {
    /// It can't, or nobody knows whether it can.
    Never,
    /// When it is asked to.
    OnRequest,
    /// Unless it is asked not to.
    ByDefault,
    /// It can't do without.
    Always,
}

/// What a model can do of what can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abilities {
    /// The longest answer in tokens, where that is known.
    pub max_tokens: Option<u32>,
    /// Whether it reasons.
    pub thinking: ThinkingAbility,
    /// The longest reasoning in tokens, where that is known.
    pub max_thinking_tokens: Option<u32>,
    /// It searches the web.
    pub search: bool,
    /// It answers in JSON.
    pub json: bool,
}

impl Abilities {
    /// Whether it can be told to reason or not to.
    pub const fn thinks_as_told(&self) -> bool {
        matches!(
            self.thinking,
            ThinkingAbility::OnRequest | ThinkingAbility::ByDefault
        )
    }
}

impl Parameters {
    /// The longest instructions for a conversation, in characters.
    pub const MAX_INSTRUCTIONS: usize = 4_000;

    /// The largest seed.
    pub const MAX_SEED: u32 = 2_147_483_647;

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Refuses what is more than the model can. What it can't do at all is no fault: it is not sent.
    pub fn check(&self, abilities: &Abilities) -> Result<(), FailureCode> {
        let fits = |set: Option<u32>, most: Option<u32>| {
            set.zip(most).is_none_or(|(set, most)| set <= most)
        };
        if !fits(self.max_tokens, abilities.max_tokens) {
            return Err(FailureCode::InvalidMaxTokens);
        }
        if abilities.thinking != ThinkingAbility::Never
            && !fits(self.thinking_budget, abilities.max_thinking_tokens)
        {
            return Err(FailureCode::InvalidThinkingBudget);
        }
        let is_asked_both = self.json && self.thinking == Some(true);
        if is_asked_both && abilities.json && abilities.thinks_as_told() {
            return Err(FailureCode::JsonWhileThinking);
        }
        Ok(())
    }

    /// What of it is sent to a model: nothing that it can't do, and no number above its limits. JSON and reasoning exclude each
    /// other, so a model that reasons by itself is told not to.
    #[must_use]
    pub fn for_model(&self, abilities: &Abilities) -> Self {
        let at_most = |set: u32, most: Option<u32>| most.map_or(set, |most| set.min(most));
        let json = self.json && abilities.json && abilities.thinking != ThinkingAbility::Always;
        let thinking = match abilities.thinking {
            ThinkingAbility::Never | ThinkingAbility::Always => None,
            ThinkingAbility::OnRequest => self.thinking.filter(|&thinks| !thinks || !json),
            ThinkingAbility::ByDefault if json => Some(false),
            ThinkingAbility::ByDefault => self.thinking,
        };
        let thinks = match abilities.thinking {
            ThinkingAbility::Never => false,
            ThinkingAbility::OnRequest => thinking == Some(true),
            ThinkingAbility::ByDefault => thinking != Some(false),
            ThinkingAbility::Always => true,
        };
        let budget = self.thinking_budget.filter(|_| thinks);
        Self {
            max_tokens: self
                .max_tokens
                .map(|set| at_most(set, abilities.max_tokens)),
            thinking,
            thinking_budget: budget.map(|set| at_most(set, abilities.max_thinking_tokens)),
            search: self.search && abilities.search,
            json,
            ..self.clone()
        }
    }

    /// What of it is sent where a cut answer goes on from its last word, which excludes reasoning. What it begins with is there
    /// already, so neither a search nor a form is asked for again.
    #[must_use]
    pub fn going_on(self) -> Self {
        Self {
            thinking: None,
            thinking_budget: None,
            search: false,
            json: false,
            ..self
        }
    }
}

/// What the form of parameters needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParametersView {
    /// The conversation; none for the one that is begun next.
    pub conversation: Option<ConversationId>,
    /// The model that answers next.
    pub model: ModelChoice,
    /// What that can do.
    pub abilities: Abilities,
    /// What is set.
    pub parameters: Parameters,
}

/// What a run sent to its model beside the conversation.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says something of its own"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sent {
    /// What was set, as far as the model could do it; without the instructions.
    pub parameters: Parameters,
    /// The person's own instructions went along.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub personal_instructions: bool,
    /// Those for the conversation went along.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub conversation_instructions: bool,
    /// What the assistant is called whose instructions went along, or whose application was asked.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub assistant: String,
    /// An application was asked, which has instructions, model and parameters of its own.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub application: bool,
    /// What the person has models remember went along.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub memory: bool,
    /// What was asked of this answer alone, when the question was answered once more.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub wish: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const HYBRID: Abilities = Abilities {
        max_tokens: Some(1_000),
        thinking: ThinkingAbility::OnRequest,
        max_thinking_tokens: Some(500),
        search: true,
        json: true,
    };

    #[test]
    fn a_models_limits_are_refused_where_it_has_any() {
        let long = Parameters {
            max_tokens: Some(1_001),
            ..Parameters::default()
        };
        assert_eq!(long.check(&HYBRID), Err(FailureCode::InvalidMaxTokens));
        let deep = Parameters {
            thinking_budget: Some(501),
            ..Parameters::default()
        };
        assert_eq!(deep.check(&HYBRID), Err(FailureCode::InvalidThinkingBudget));
        let unknown = Abilities {
            max_tokens: None,
            max_thinking_tokens: None,
            ..HYBRID
        };
        assert_eq!(long.check(&unknown), Ok(()));
        assert_eq!(deep.check(&unknown), Ok(()));
    }

    #[test]
    fn json_and_reasoning_exclude_each_other_where_a_model_can_be_told_both() {
        let both = Parameters {
            json: true,
            thinking: Some(true),
            ..Parameters::default()
        };
        let by_default = Abilities {
            thinking: ThinkingAbility::ByDefault,
            ..HYBRID
        };
        for told in [HYBRID, by_default] {
            assert_eq!(both.check(&told), Err(FailureCode::JsonWhileThinking));
        }
        // What was set for another model stays set and is not sent.
        let no_json = Abilities {
            json: false,
            ..HYBRID
        };
        let [never, always] = [ThinkingAbility::Never, ThinkingAbility::Always]
            .map(|thinking| Abilities { thinking, ..HYBRID });
        for untold in [no_json, never, always] {
            assert_eq!(both.check(&untold), Ok(()), "{untold:?}");
        }
    }

    #[test]
    fn a_model_is_sent_only_what_it_can_do() {
        let all = Parameters {
            max_tokens: Some(9_000),
            thinking: Some(true),
            thinking_budget: Some(9_000),
            search: true,
            ..Parameters::default()
        };
        let sent = all.for_model(&HYBRID);
        assert_eq!(
            (sent.max_tokens, sent.thinking_budget),
            (Some(1_000), Some(500))
        );
        assert_eq!((sent.thinking, sent.search), (Some(true), true));
        let plain = Abilities {
            thinking: ThinkingAbility::Never,
            search: false,
            ..HYBRID
        };
        let sent = all.for_model(&plain);
        assert_eq!(
            (sent.thinking, sent.thinking_budget, sent.search),
            (None, None, false)
        );
        let thinker = Abilities {
            thinking: ThinkingAbility::Always,
            ..HYBRID
        };
        let sent = all.for_model(&thinker);
        assert_eq!((sent.thinking, sent.thinking_budget), (None, Some(500)));
        let unasked = Parameters {
            thinking: None,
            ..all.clone()
        };
        assert_eq!(
            unasked.for_model(&HYBRID).thinking_budget,
            None,
            "it does not think"
        );
    }

    #[test]
    fn who_answers_in_json_does_not_reason() {
        let json = Parameters {
            json: true,
            thinking_budget: Some(9),
            ..Parameters::default()
        };
        let newer = Abilities {
            thinking: ThinkingAbility::ByDefault,
            ..HYBRID
        };
        let sent = json.for_model(&newer);
        assert_eq!(
            (sent.json, sent.thinking, sent.thinking_budget),
            (true, Some(false), None)
        );
        assert_eq!(
            json.for_model(&HYBRID).thinking,
            None,
            "it does not by itself"
        );
        let thinker = Abilities {
            thinking: ThinkingAbility::Always,
            ..HYBRID
        };
        assert!(!json.for_model(&thinker).json);
        let going_on = json.for_model(&newer).going_on();
        assert_eq!((going_on.json, going_on.thinking), (false, None));
    }
}
