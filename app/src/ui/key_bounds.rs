//! What bounds an API key, in words: beside one's own keys and beside everybody's.

use model::ApiKey;

use crate::{
    language::Words,
    ui::figures::{count, exact_yuan},
};

/// What bounds it, as its form calls it; `None` where nothing does.
pub fn key_bounds(words: &Words, key: &ApiKey) -> Option<String> {
    let number = |number: Option<i64>| number.map(count);
    let networks = (!key.networks.is_empty()).then(|| key.networks.join(", "));
    let bounds = [
        (words.key_requests, number(key.requests_per_minute)),
        (words.key_tokens, number(key.tokens_per_minute)),
        (words.key_at_once, number(key.at_once)),
        (words.site_keys_budget, key.budget_per_month.map(exact_yuan)),
        (words.key_networks, networks),
    ];
    let bounds = bounds.into_iter();
    let told = bounds.filter_map(|(label, bound)| Some(format!("{label}: {}", bound?)));
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join(" · "))
}
