//! What the account remembers of its users: things that they said, and profiles made of them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

/// Everything that is remembered.
#[derive(Debug, Default)]
pub(crate) struct Memories(Mutex<Store>);

#[derive(Debug, Default)]
pub(crate) struct Store {
    pub(crate) nodes: Vec<Node>,
    pub(crate) schemas: Vec<Schema>,
    pub(crate) traits: Vec<Trait>,
}

/// One thing that is remembered of a user.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) library: Option<String>,
    pub(crate) project: Option<String>,
    pub(crate) user: String,
    pub(crate) content: String,
    pub(crate) details: Map<String, Value>,
    /// Seconds since 1970.
    pub(crate) created: u64,
    pub(crate) updated: u64,
}

/// What is to be found out about users.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) attributes: Vec<Attribute>,
}

/// One thing of a schema.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) default: Option<String>,
}

/// What was found out.
#[derive(Clone, Debug)]
pub(crate) struct Trait {
    pub(crate) user: String,
    pub(crate) attribute: String,
    pub(crate) value: String,
}

impl Memories {
    /// All of it, for as long as the guard is held.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// The things that are remembered of a user in a library.
    pub(crate) fn of<'a>(
        &'a self,
        user: &'a str,
        library: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Node> {
        self.nodes
            .iter()
            .filter(move |node| node.user == user && node.library.as_deref() == library)
    }

    /// Finds out what a text says of the attributes of a schema.
    pub(crate) fn learn(&mut self, schema: &str, user: &str, text: &str) {
        let Some(schema) = self.schemas.iter().find(|known| known.id == schema) else {
            return;
        };
        for attribute in &schema.attributes {
            let Some(value) = said_of(&attribute.name, text) else {
                continue;
            };
            let is_it = |known: &Trait| known.user == user && known.attribute == attribute.id;
            self.traits.retain(|known| !is_it(known));
            self.traits.push(Trait {
                user: user.to_owned(),
                attribute: attribute.id.clone(),
                value,
            });
        }
    }

    /// What is known of an attribute.
    pub(crate) fn known(&self, user: &str, attribute: &str) -> Option<&str> {
        self.traits
            .iter()
            .find(|known| known.user == user && known.attribute == attribute)
            .map(|known| known.value.as_str())
    }
}

/// The word after a name: 27 in `my age is 27`, 杭州 in `城市：杭州`.
fn said_of(name: &str, text: &str) -> Option<String> {
    let (_, after) = text.split_once(name)?;
    let links = ["is", "are", "was", "是", "为", "在"];
    let mut rest = after.trim_start_matches(|c: char| !c.is_alphanumeric());
    while let Some(more) = links.iter().find_map(|link| rest.strip_prefix(link)) {
        rest = more.trim_start_matches(|c: char| !c.is_alphanumeric());
    }
    let word: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::said_of;

    #[test]
    fn the_word_after_a_name_is_its_value() {
        let said = |name, text| said_of(name, text);
        assert_eq!(said("age", "My age is 27."), Some("27".to_owned()));
        assert_eq!(
            said("城市", "我的城市：杭州，谢谢"),
            Some("杭州".to_owned())
        );
        assert_eq!(said("plan", "nothing of the kind"), None);
        assert_eq!(said("plan", "the plan is"), None);
    }
}
