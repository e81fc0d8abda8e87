//! What a key is to be.

use leptos::prelude::*;
use model::{ApiKey, Permission, PermissionSet};

use crate::{
    api::keys::KeyForm,
    error::Field,
    language::use_words,
    ui::{
        check::Check,
        lines::LinesField,
        moment::day,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// What is typed, as it is typed.
#[derive(Clone, Copy)]
pub struct Typed {
    name: RwSignal<String>,
    scopes: StoredValue<Vec<(Permission, RwSignal<bool>)>>,
    models: RwSignal<String>,
    networks: RwSignal<String>,
    expires: RwSignal<String>,
    requests: RwSignal<String>,
    tokens: RwSignal<String>,
    at_once: RwSignal<String>,
    budget: RwSignal<String>,
    finishes: RwSignal<bool>,
    cache: RwSignal<String>,
}

impl Typed {
    /// Of that key, or of a new one that may call models and no more, by somebody who may do so much.
    pub fn new(own: PermissionSet, key: Option<ApiKey>, offset_minutes: i32) -> Self {
        let scopes = own.iter().map(|permission| {
            let has = key
                .as_ref()
                .map_or(permission == Permission::GatewayUse, |key| {
                    key.scopes.contains(permission)
                });
            (permission, RwSignal::new(has))
        });
        let scopes = StoredValue::new(scopes.collect());
        let text = |text: Option<String>| RwSignal::new(text.unwrap_or_default());
        let number = |number: Option<i64>| text(number.map(|number| number.to_string()));
        let key = key.as_ref();
        let models = key.and_then(|key| key.models.as_ref()).map(|models| {
            let names: Vec<&str> = models.iter().map(model::ModelName::as_str).collect();
            names.join("\n")
        });
        Self {
            name: text(key.map(|key| key.name.clone())),
            scopes,
            models: text(models),
            networks: text(key.map(|key| key.networks.join("\n"))),
            expires: text(
                key.and_then(|key| key.expires_at)
                    .map(|at| day(at, offset_minutes)),
            ),
            requests: number(key.and_then(|key| key.requests_per_minute)),
            tokens: number(key.and_then(|key| key.tokens_per_minute)),
            at_once: number(key.and_then(|key| key.at_once)),
            budget: text(key.and_then(|key| key.budget_per_month).map(yuan)),
            finishes: RwSignal::new(key.is_some_and(|key| key.finishes)),
            cache: number(key.and_then(|key| key.cache_seconds)),
        }
    }

    /// All of it.
    pub fn get(self) -> KeyForm {
        let scopes = self.scopes.with_value(|scopes| {
            let chosen = scopes.iter().filter(|(_, chosen)| chosen.get_untracked());
            chosen.map(|(scope, _)| scope.as_str().to_owned()).collect()
        });
        KeyForm {
            name: self.name.get_untracked(),
            scopes,
            models: self.models.get_untracked(),
            networks: self.networks.get_untracked(),
            expires: self.expires.get_untracked(),
            requests: self.requests.get_untracked(),
            tokens: self.tokens.get_untracked(),
            at_once: self.at_once.get_untracked(),
            budget: self.budget.get_untracked(),
            finishes: self.finishes.get_untracked(),
            cache: self.cache.get_untracked(),
        }
    }
}

/// The fields.
#[component]
pub fn KeyFields(typed: Typed, submission: Submission) -> impl IntoView {
    let words = use_words();
    let scopes = typed.scopes.get_value().into_iter();
    view! {
        <TextField
            name="key[name]"
            label=words.key_name
            kind=Kind::Line("off")
            value=typed.name
            problem=submission.problem_of(Field::Name)
        />
        <fieldset class="fieldset">
            <legend class="field__label">{words.key_scopes}</legend>
            {scopes
                .map(|(scope, checked)| {
                    let label = words.permission(scope);
                    view! { <Check name="key[scopes][]" value=scope.as_str() label checked/> }
                })
                .collect_view()}
        </fieldset>
        <LinesField name="key[models]" label=words.key_models value=typed.models hint=words.key_models_hint/>
        <LinesField
            name="key[networks]"
            label=words.key_networks
            value=typed.networks
            hint=words.key_networks_hint
            problem=submission.problem_of(Field::Networks)
        />
        <TextField
            name="key[expires]"
            label=words.key_expires
            kind=Kind::Day
            value=typed.expires
            hint=words.key_expires_hint
            problem=submission.problem_of(Field::Expiry)
        />
        <fieldset class="fieldset">
            <legend class="field__label">{words.key_limits}</legend>
            <TextField
                name="key[requests]"
                label=words.key_requests
                kind=Kind::Number
                value=typed.requests
                problem=submission.problem_of_number(typed.requests, (1, ApiKey::MOST_REQUESTS))
            />
            <TextField
                name="key[tokens]"
                label=words.key_tokens
                kind=Kind::Number
                value=typed.tokens
                problem=submission.problem_of_number(typed.tokens, (1, ApiKey::MOST_TOKENS))
            />
            <TextField
                name="key[at_once]"
                label=words.key_at_once
                kind=Kind::Number
                value=typed.at_once
                problem=submission.problem_of_number(typed.at_once, (1, ApiKey::MOST_AT_ONCE))
            />
            <TextField
                name="key[budget]"
                label=words.key_budget
                kind=Kind::Optional("off")
                value=typed.budget
                problem=submission.problem_of_yuan(typed.budget, ApiKey::MOST_BUDGET)
                hint=words.optional_hint
            />
        </fieldset>
        <TextField
            name="key[cache]"
            label=words.key_cache
            kind=Kind::Number
            value=typed.cache
            hint=words.key_cache_hint
            problem=submission.problem_of_number(typed.cache, (1, ApiKey::LONGEST_CACHE_SECONDS))
        />
        <Check name="key[finishes]" value="true" label=words.key_finishes checked=typed.finishes/>
    }
}

/// Micro-yuan as yuan, without zeros that say nothing.
fn yuan(micro: i64) -> String {
    let text = format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::yuan;

    #[test]
    fn yuan_are_written_as_short_as_they_are() {
        for (micro, expected) in [
            (0, "0"),
            (1, "0.000001"),
            (12_500_000, "12.5"),
            (10_000_000, "10"),
        ] {
            assert_eq!(yuan(micro), expected);
        }
    }
}
