//! Assistants that everybody has, in both languages. They are of the server: a browser sees of them what it asks for.

mod chinese;
mod english;

use model::{Assistant, AssistantCard, AssistantKey, AssistantView, Audience};

use crate::mail::Language;

/// One of them.
struct BuiltIn {
    /// Its name in addresses: the language, and what it is.
    key: &'static str,
    name: &'static str,
    emoji: &'static str,
    description: &'static str,
    instructions: &'static str,
    starters: &'static [&'static str],
}

impl BuiltIn {
    fn key(&self) -> AssistantKey {
        AssistantKey::BuiltIn(self.key.to_owned())
    }

    fn card(&self) -> AssistantCard {
        AssistantCard {
            key: self.key(),
            name: self.name.to_owned(),
            emoji: self.emoji.to_owned(),
            description: self.description.to_owned(),
            is_application: false,
            model: None,
            audience: Audience::Everybody,
            picture: None,
            given: Vec::new(),
        }
    }

    fn view(&self) -> AssistantView {
        let starters = self.starters.iter().map(|&starter| starter.to_owned());
        AssistantView {
            key: self.key(),
            assistant: Assistant {
                name: self.name.to_owned(),
                emoji: self.emoji.to_owned(),
                description: self.description.to_owned(),
                instructions: self.instructions.to_owned(),
                starters: starters.collect(),
                ..Assistant::default()
            },
            is_application: false,
            is_mine: false,
            audience: Audience::Everybody,
            group: None,
            picture: None,
        }
    }

    fn has(&self, words: &str) -> bool {
        let has = |text: &str| text.to_lowercase().contains(words);
        has(self.name) || has(self.description)
    }
}

const fn all(language: Language) -> &'static [BuiltIn] {
    match language {
        Language::En => english::ALL,
        Language::Zh => chinese::ALL,
    }
}

/// Those of that language with `words` in name or description.
pub(super) fn cards(language: Language, words: &str) -> Vec<AssistantCard> {
    let words = words.to_lowercase();
    let found = all(language).iter().filter(|one| one.has(&words));
    found.map(BuiltIn::card).collect()
}

/// The one of that name, in whichever language it is.
pub(super) fn named(key: &str) -> Option<AssistantView> {
    let mut both = english::ALL.iter().chain(chinese::ALL);
    both.find(|one| one.key == key).map(BuiltIn::view)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use model::AssistantDraft;

    use super::*;

    #[test]
    fn both_languages_have_the_same_and_each_could_be_somebodys_own() {
        let names = |language| -> Vec<&str> {
            let keys = all(language).iter().map(|one| &one.key[3..]);
            keys.collect()
        };
        assert_eq!(names(Language::En), names(Language::Zh));
        assert!(all(Language::En).len() >= 12);
        let mut keys = HashSet::new();
        for language in [Language::En, Language::Zh] {
            for one in all(language) {
                assert!(keys.insert(one.key), "{}", one.key);
                assert_eq!(one.key.parse(), Ok(one.key()));
                let view = named(one.key).expect("is found by its key");
                let again = AssistantDraft::from(&view.assistant).parse();
                let again = again.map(|(assistant, ..)| assistant);
                assert_eq!(again, Ok(view.assistant), "{}", one.key);
                assert!(
                    !one.emoji.is_empty() && one.starters.len() >= 2,
                    "{}",
                    one.key
                );
            }
        }
    }

    #[test]
    fn they_are_found_by_words_without_regard_to_case() {
        assert_eq!(cards(Language::En, "").len(), all(Language::En).len());
        assert_eq!(cards(Language::En, "TRANSLATOR").len(), 1);
        assert_eq!(cards(Language::Zh, "翻译").len(), 1);
        assert!(cards(Language::En, "nowhere at all").is_empty());
        assert!(named("en-nobody").is_none());
    }
}
