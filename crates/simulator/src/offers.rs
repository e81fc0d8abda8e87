//! What is published about the models beside their limits: who made them, what they read and write, prices, rates.

use std::{collections::BTreeMap, io};

use serde::Deserialize;

/// One model as the catalogue offers it.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Offer {
    pub(crate) id: String,
    pub(crate) provider: String,
    pub(crate) kind: String,
    pub(crate) reads: Vec<String>,
    pub(crate) writes: Vec<String>,
    pub(crate) context_tokens: Option<u64>,
    pub(crate) features: Vec<String>,
    pub(crate) tiers: Vec<Tier>,
    pub(crate) limit: Rate,
}

impl Default for Offer {
    fn default() -> Self {
        Self {
            id: String::new(),
            provider: "qwen".to_owned(),
            kind: "chat".to_owned(),
            reads: vec!["text".to_owned()],
            writes: vec!["text".to_owned()],
            context_tokens: None,
            features: Vec::new(),
            tiers: Vec::new(),
            limit: Rate::default(),
        }
    }
}

/// Prices up to a length of the question, in yuan for a million tokens.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Tier {
    pub(crate) up_to_input_tokens: Option<u64>,
    #[serde(flatten)]
    pub(crate) prices: BTreeMap<String, f64>,
}

/// How much may be asked in a time, in seconds; what isn't published is `None`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Rate {
    pub(crate) requests: Option<u64>,
    pub(crate) requests_period_s: Option<u64>,
    pub(crate) tokens: Option<u64>,
    pub(crate) tokens_period_s: Option<u64>,
}

/// Reads the offers that are built in.
pub(crate) fn all() -> io::Result<Vec<Offer>> {
    serde_json::from_str(include_str!("../data/offers.json")).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use crate::models;

    #[test]
    fn every_offer_is_of_a_model_that_is_served() -> std::io::Result<()> {
        let models = models::catalogue()?;
        for offer in super::all()? {
            assert!(models::find(&models, &offer.id).is_some(), "{}", offer.id);
        }
        Ok(())
    }
}
