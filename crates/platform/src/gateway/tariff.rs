//! What one model costs at one place. A call that ends later, in another process or after another start, keeps it beside its reservation:
//! the prices of its beginning hold, whatever has become of them since.

use std::borrow::Cow;

use bailian::{
    Region, Usage,
    capability::{Band, Measure, MicroYuan, ModelCard, TokenPrices, UnitPrices},
};
use model::Operation;
use serde::{Deserialize, Serialize};

use super::{Gateway, price::as_micros, scan::Reported};
use crate::ledger::{Terms, WaitingTask};

/// A model's prices at one place, with all that depends on how much is asked for: tiers, discounts, resolutions, batches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tariff<'a> {
    /// For tokens.
    Tokens(Cow<'a, TokenPrices>),
    /// For pictures, seconds or characters.
    Units(Cow<'a, UnitPrices>),
    /// Nobody says.
    Unknown,
}

impl<'a> Tariff<'a> {
    /// What the catalogue says.
    pub(super) fn of(card: &'a ModelCard, region: &Region) -> Self {
        let Some(region) = region.id() else {
            return Self::Unknown;
        };
        if card.token_prices.is_empty() {
            let mut lists = card.unit_prices.iter();
            let list = lists.find(|list| list.region == region);
            return list.map_or(Self::Unknown, |list| Self::Units(Cow::Borrowed(list)));
        }
        let mut lists = card.token_prices.iter();
        let list = lists.find(|list| list.region == region);
        list.map_or(Self::Unknown, |list| Self::Tokens(Cow::Borrowed(list)))
    }

    /// What it cost, in micro-yuan; `None` where a figure or a price that it needs is not known.
    pub(super) fn cost(&self, operation: Operation, used: &Reported) -> Option<i64> {
        let price = match self {
            Self::Tokens(prices) => of_tokens(prices, operation, used),
            Self::Units(prices) => of_units(prices, operation, used),
            Self::Unknown => None,
        };
        price.map(as_micros)
    }

    /// The same of tokens that may be used.
    pub(super) fn cost_of_tokens(&self, operation: Operation, usage: &Usage) -> Option<i64> {
        match self {
            Self::Tokens(prices) => prices.price(usage, band(operation)).map(as_micros),
            Self::Units(_) | Self::Unknown => None,
        }
    }

    /// As it is kept beside a reservation.
    fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Gateway {
    /// By what a call is booked later that begins now and asks this model.
    pub(super) fn terms(&self, model: &str) -> Terms {
        Terms {
            served_model: Some(model.to_owned()),
            tariff: self.prices().tariff(model).written(),
        }
    }

    /// The prices by which a call is booked: those of its beginning. One that waited before they were kept is booked at today's.
    pub(super) fn tariff_of(&self, waiting: &WaitingTask) -> Tariff<'_> {
        let todays = || self.prices().tariff(&waiting.served_model);
        if waiting.tariff.is_empty() {
            return todays();
        }
        serde_json::from_str(&waiting.tariff).unwrap_or_else(|error| {
            // It must be booked all the same, or its money stays reserved for ever.
            tracing::error!(
                error = &error as &dyn std::error::Error,
                call.id = %waiting.id,
                "the prices that were kept with a call can't be read; today's are taken"
            );
            todays()
        })
    }
}

fn of_tokens(prices: &TokenPrices, operation: Operation, used: &Reported) -> Option<MicroYuan> {
    let mut usage = used.usage.clone();
    if usage.prompt_tokens.is_none() {
        // Vectors and ranks state the sum only, and it is all input.
        let output = usage.completion_tokens.unwrap_or(0);
        usage.prompt_tokens = usage.total_tokens.map(|total| total.saturating_sub(output));
    }
    usage.prompt_tokens?;
    usage.completion_tokens.get_or_insert(0);
    let band = band(operation);
    prices.price(&usage, band).or_else(|| {
        // A model that always reasons has no other price, whether or not it said how much of it was reasoning.
        usage
            .completion_tokens_details
            .get_or_insert_default()
            .reasoning_tokens = Some(1);
        prices.price(&usage, band)
    })
}

fn of_units(prices: &UnitPrices, operation: Operation, used: &Reported) -> Option<MicroYuan> {
    let measure = match (used.images, used.media_ms, used.characters) {
        (Some(images), ..) if operation != Operation::Video => Measure::Images(images),
        (_, Some(ms), _) => Measure::Milliseconds(ms),
        (_, _, Some(characters)) => Measure::Characters(characters),
        _ => return None,
    };
    let variant = used.resolution.map(|lines| format!("{lines}P"));
    let price = prices.price(measure, variant.as_deref());
    price.or_else(|| prices.price(measure, None))
}

fn band(operation: Operation) -> Band {
    match operation {
        Operation::Batch => Band::Batch,
        _ => Band::Usual,
    }
}

#[cfg(test)]
mod tests;
