//! What is given for the variables of an assistant's instructions, by their names: between giving and asking the instructions may
//! be changed.

use serde::{Deserialize, Serialize};

use super::Assistant;
use crate::{FailureCode, template};

/// What was given for a variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The variable's name.
    pub name: String,
    /// What stands for it.
    pub value: String,
}

impl Given {
    /// Names and values that came beside each other. What is more or longer than instructions can have is left out: they are
    /// checked when they are used.
    pub fn pairs(names: Vec<String>, values: Vec<String>) -> Vec<Self> {
        let pairs = names.into_iter().zip(values);
        let given = pairs.map(|(name, value)| Self { name, value });
        given
            .filter(Self::is_kept)
            .take(Assistant::MAX_VARIABLES)
            .collect()
    }

    fn is_kept(&self) -> bool {
        let is_plain = |text: &str| !text.contains('\0');
        template::is_name(&self.name)
            && is_plain(&self.value)
            && self.value.chars().count() <= Assistant::MAX_VALUE
    }
}

impl Assistant {
    /// What was given, in the order in which the instructions have their variables. Refuses what they don't have any more.
    pub fn in_order(&self, given: &[Given]) -> Result<Vec<String>, FailureCode> {
        let variables = template::variables(&self.instructions);
        let is_known = |one: &Given| variables.iter().any(|found| found.name == one.name);
        if !given.iter().all(is_known) {
            return Err(FailureCode::Outdated);
        }
        let value = |name: &str| {
            let found = given.iter().find(|one| one.name == name);
            found.map(|one| one.value.clone()).unwrap_or_default()
        };
        Ok(variables.iter().map(|found| value(found.name)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(given: &[(&str, &str)]) -> Vec<Given> {
        let (names, values) = given.iter().copied().unzip::<_, _, Vec<_>, Vec<_>>();
        let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
        Given::pairs(owned(names), owned(values))
    }

    #[test]
    fn what_was_given_goes_to_its_name() {
        let assistant = Assistant {
            instructions: "Into {{language|Chinese}}, for {{reader}}, {{language}}.".to_owned(),
            ..Assistant::default()
        };
        for (given, values) in [
            (vec![], ["", ""]),
            (
                vec![("reader", "me"), ("language", "German")],
                ["German", "me"],
            ),
            (vec![("reader", "me")], ["", "me"]),
        ] {
            let expected: Vec<String> = values.map(str::to_owned).into();
            assert_eq!(
                assistant.in_order(&pairs(&given)),
                Ok(expected),
                "{given:?}"
            );
        }
        let changed = pairs(&[("tone", "calm")]);
        assert_eq!(assistant.in_order(&changed), Err(FailureCode::Outdated));
    }

    #[test]
    fn what_no_instructions_can_have_is_not_kept() {
        let long = "字".repeat(Assistant::MAX_VALUE + 1);
        let longest = &long[..long.len() - '字'.len_utf8()];
        let name = "n".repeat(41);
        let given = [
            ("a", "1"),
            ("b", &*long),
            ("c", "x\0"),
            (&*name, "2"),
            ("", "3"),
            ("d", longest),
        ];
        let kept: Vec<String> = pairs(&given).into_iter().map(|one| one.name).collect();
        assert_eq!(kept, ["a", "d"]);
        let names: Vec<String> = (0..20).map(|number| format!("n{number}")).collect();
        let many = Given::pairs(names.clone(), names);
        assert_eq!(many.len(), Assistant::MAX_VARIABLES);
        assert!(Given::pairs(vec!["a".to_owned()], Vec::new()).is_empty());
    }
}
