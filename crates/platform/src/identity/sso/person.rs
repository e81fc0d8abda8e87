//! Somebody elsewhere, as their provider tells of them, and what follows from it.

use model::{DisplayName, Email};
use serde_json::{Map, Value};

use super::{Provider, RoleRule};

/// Somebody elsewhere.
pub(super) struct Person {
    pub(super) subject: String,
    pub(super) email: Option<Email>,
    /// Whether the provider vouches for the address.
    pub(super) verified: bool,
    pub(super) name: Option<String>,
    /// All that was said, for the rules.
    pub(super) claims: Map<String, Value>,
    /// Whether two factors were shown there.
    pub(super) two_factors: bool,
    /// When they last proved there who they are, in seconds.
    pub(super) proved_at_s: Option<i64>,
}

impl Person {
    /// The address, if the provider vouches for it.
    pub(super) fn verified_email(&self) -> Option<&Email> {
        self.email.as_ref().filter(|_| self.verified)
    }

    /// What to call them: as they are called there, else what stands before the `@`.
    pub(super) fn display_name(&self, email: &Email) -> Option<DisplayName> {
        let local = email.as_str().split('@').next();
        [self.name.as_deref(), local]
            .into_iter()
            .flatten()
            .find_map(|text| {
                let fit: String = text
                    .chars()
                    .filter(|c| !c.is_control())
                    .take(DisplayName::MAX)
                    .collect();
                DisplayName::parse(fit).ok()
            })
    }
}

impl Provider {
    /// Whether people with such an address may come. An address that is not verified says nothing.
    pub(super) fn admits(&self, person: &Person) -> bool {
        if self.allowed_domains.is_empty() {
            return true;
        }
        let key = person.verified_email().map(Email::key);
        let domain = key.as_deref().and_then(|key| key.rsplit_once('@'));
        domain.is_some_and(|(_, domain)| self.allowed_domains.iter().any(|it| it == domain))
    }

    /// Each role that rules govern, once, and whether the person has it by one of them.
    pub(super) fn ruled(&self, person: &Person) -> Vec<(&str, bool)> {
        let mut ruled: Vec<(&str, bool)> = Vec::new();
        for rule in &self.role_rules {
            let holds = rule.holds(&person.claims);
            match ruled.iter_mut().find(|(role, _)| *role == rule.role) {
                Some((_, held)) => *held |= holds,
                None => ruled.push((&rule.role, holds)),
            }
        }
        ruled
    }
}

impl RoleRule {
    fn holds(&self, claims: &Map<String, Value>) -> bool {
        match find(claims, &self.claim) {
            Some(Value::Array(values)) => values.iter().any(|value| says(value, &self.value)),
            Some(value) => says(value, &self.value),
            None => false,
        }
    }
}

/// A claim whose whole name that is (names may be addresses, with dots), else the one at the path.
pub(super) fn find<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    claims.get(path).or_else(|| {
        let (first, rest) = path.split_once('.')?;
        find(claims.get(first)?.as_object()?, rest)
    })
}

/// A text, number or truth value as text.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn says(value: &Value, wanted: &str) -> bool {
    text_of(value).is_some_and(|text| text == wanted)
}

/// Some providers write truth as a text.
pub(super) fn is_true(value: Option<&Value>) -> bool {
    value.is_some_and(|value| says(value, "true"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_looks_at_a_claim_by_its_name_or_at_its_path_and_compares_the_whole_value() {
        let claims = serde_json::json!({
            "groups": ["staff", "admins"],
            "realm": { "roles": ["ops"] },
            "https://id.example/level": 3,
        });
        let claims = claims.as_object().unwrap();
        for (claim, value, holds) in [
            ("groups", "admins", true),
            ("groups", "admin", false),
            ("groups", "adminsx", false),
            ("realm.roles", "ops", true),
            ("realm", "ops", false),
            ("https://id.example/level", "3", true),
            ("nothing.there", "ops", false),
        ] {
            let rule = RoleRule {
                claim: claim.to_owned(),
                value: value.to_owned(),
                role: "operator".to_owned(),
            };
            assert_eq!(rule.holds(claims), holds, "{claim} = {value}");
        }
    }
}
