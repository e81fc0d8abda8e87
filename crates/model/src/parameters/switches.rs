//! What of the parameters is switched beside the composer, by one press.

use serde::{Deserialize, Serialize};

use super::{Abilities, Parameters, ThinkingAbility};

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Whether the model reasons first.
    Thinking,
    /// Whether it may search the web.
    Search,
}

impl Switch {
    /// All of them, in the order in which they stand.
    pub const ALL: [Self; 2] = [Self::Thinking, Self::Search];

    /// As a request names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Thinking => "thinking",
            Self::Search => "search",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|switch| switch.as_str() == name)
    }
}

/// How they stand: nothing where the model can't be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches {
    /// Whether the model reasons first.
    pub thinking: Option<bool>,
    /// Whether it may search the web.
    pub search: Option<bool>,
}

impl Switches {
    /// With what is set, for a model that can do so much: also by itself, where nothing is set.
    pub fn of(set: &Parameters, abilities: &Abilities) -> Self {
        let fitted = set.for_model(abilities);
        let by_itself = abilities.thinking == ThinkingAbility::ByDefault;
        Self {
            thinking: abilities
                .thinks_as_told()
                .then(|| fitted.thinking.unwrap_or(by_itself)),
            search: abilities.search.then_some(fitted.search),
        }
    }

    /// How that one stands.
    pub const fn get(&self, switch: Switch) -> Option<bool> {
        match switch {
            Switch::Thinking => self.thinking,
            Switch::Search => self.search,
        }
    }
}

impl Parameters {
    /// The same with that one on or off; all else stays.
    #[must_use]
    pub fn switched(self, switch: Switch, on: bool) -> Self {
        match switch {
            Switch::Thinking => Self {
                thinking: Some(on),
                ..self
            },
            Switch::Search => Self { search: on, ..self },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_stands_as_the_model_will_be_asked() {
        let able = |thinking, search| Abilities {
            max_tokens: None,
            thinking,
            max_thinking_tokens: None,
            search,
            json: true,
        };
        let unset = Parameters::default();
        let json = Parameters {
            json: true,
            ..Parameters::default()
        };
        let off = unset.clone().switched(Switch::Thinking, false);
        let on = unset.clone().switched(Switch::Thinking, true);
        for (set, thinking, expected) in [
            (&unset, ThinkingAbility::Never, None),
            (&on, ThinkingAbility::Never, None),
            (&off, ThinkingAbility::Always, None),
            (&unset, ThinkingAbility::OnRequest, Some(false)),
            (&on, ThinkingAbility::OnRequest, Some(true)),
            (&unset, ThinkingAbility::ByDefault, Some(true)),
            (&off, ThinkingAbility::ByDefault, Some(false)),
            (&json, ThinkingAbility::ByDefault, Some(false)),
        ] {
            let switches = Switches::of(set, &able(thinking, false));
            assert_eq!(switches.get(Switch::Thinking), expected, "{thinking:?}");
            assert_eq!(switches.get(Switch::Search), None);
        }
        let search = on.switched(Switch::Search, true);
        assert_eq!(search.thinking, Some(true), "all else stays");
        let switches = Switches::of(&search, &able(ThinkingAbility::Never, true));
        assert_eq!(switches.search, Some(true));
        for switch in Switch::ALL {
            assert_eq!(Switch::named(switch.as_str()), Some(switch));
        }
        assert_eq!(Switch::named("json"), None);
    }
}
