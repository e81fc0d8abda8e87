//! What a call costs: at most before it is made, exactly when it is over.

use bailian::{
    CompletionTokensDetails, PromptTokensDetails, Region, Usage,
    capability::{Catalogue, Measure, MicroYuan, ModelCard, ModelKind, Thinking, Unit, UnitPrices},
};
use model::Operation;

use super::{scan::Reported, tariff::Tariff};

/// Pictures that come when the request does not say how many.
const PICTURES: u64 = 4;
/// Seconds of film at most when the request does not say.
const FILM_SECONDS: u64 = 15;
/// Hours of sound in a recording at most.
const SOUND_HOURS: u64 = 12;
/// Texts of which vectors are made at once, at most, where the catalogue does not say.
const TEXTS: u64 = 25;
/// Tokens that an answer has at most where the catalogue does not say.
const OUTPUT_TOKENS: u64 = 32_768;

/// What goes into a call, as far as it can be seen before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// Never fewer than the tokens of its text.
    pub(super) text_bytes: u64,
    pub(super) has_media: bool,
    /// The longest answer that was asked for, in tokens.
    pub(super) output_tokens: Option<u64>,
    /// How many answers or pictures were asked for.
    pub(super) count: Option<u64>,
    pub(super) seconds: Option<u64>,
    /// Whether reasoning was asked for or forbidden, and how much of it.
    pub(super) thinking: (Option<bool>, Option<u64>),
}

/// The catalogue's prices at one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prices<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) region: &'a Region,
}

impl<'a> Prices<'a> {
    /// The most that a call can cost, in micro-yuan; `None` when the model has no price.
    pub(super) fn at_most(self, model: &str, operation: Operation, extent: Extent) -> Option<i64> {
        let card = self.catalogue.get(model)?;
        let tariff = Tariff::of(card, self.region);
        if let Tariff::Units(prices) = &tariff {
            return units_at_most(prices, operation, extent);
        }
        let input = input_at_most(card, extent);
        let output = output_at_most(card, extent);
        let usage = |input_details, output_details| Usage {
            prompt_tokens: Some(input),
            completion_tokens: Some(output),
            prompt_tokens_details: Some(input_details),
            completion_tokens_details: Some(output_details),
            ..Usage::default()
        };
        let plain = PromptTokensDetails::default;
        let written = PromptTokensDetails {
            cache_creation_input_tokens: Some(input),
            ..plain()
        };
        let heard = PromptTokensDetails {
            audio_tokens: Some(input),
            ..plain()
        };
        let seen = PromptTokensDetails {
            image_tokens: Some(input),
            ..plain()
        };
        let thought = CompletionTokensDetails {
            reasoning_tokens: Some(1),
            ..CompletionTokensDetails::default()
        };
        let spoken = CompletionTokensDetails {
            audio_tokens: Some(output),
            ..CompletionTokensDetails::default()
        };
        let ways = [
            usage(plain(), CompletionTokensDetails::default()),
            usage(written, thought.clone()),
            usage(plain(), thought),
            usage(seen, CompletionTokensDetails::default()),
            usage(heard, spoken.clone()),
            usage(plain(), spoken),
        ];
        let costs = ways.iter();
        costs
            .filter_map(|way| tariff.cost_of_tokens(operation, way))
            .max()
    }

    /// What several models cost together, each by its own price; `None` where that of one is not known.
    pub(super) fn of_each(self, operation: Operation, used: &[Reported]) -> Option<i64> {
        used.iter().try_fold(0_i64, |sum, used| {
            let cost = self.of(used.model.as_deref()?, operation, used)?;
            Some(sum.saturating_add(cost))
        })
    }

    /// What it cost; `None` where that is not known.
    pub(super) fn of(self, model: &str, operation: Operation, used: &Reported) -> Option<i64> {
        self.tariff(model).cost(operation, used)
    }

    /// What the model costs.
    pub(super) fn tariff(self, model: &str) -> Tariff<'a> {
        let card = self.catalogue.get(model);
        card.map_or(Tariff::Unknown, |card| Tariff::of(card, self.region))
    }
}

/// Pictures, seconds or characters.
fn units_at_most(prices: &UnitPrices, operation: Operation, extent: Extent) -> Option<i64> {
    let measure = match prices.unit {
        Unit::Image => Measure::Images(extent.count.unwrap_or(PICTURES)),
        Unit::Second if operation == Operation::Video => {
            Measure::Milliseconds(extent.seconds.unwrap_or(FILM_SECONDS).saturating_mul(1_000))
        }
        Unit::Second => Measure::Milliseconds(
            extent
                .seconds
                .unwrap_or(SOUND_HOURS * 3_600)
                .saturating_mul(1_000),
        ),
        Unit::TenThousandCharacters => Measure::Characters(extent.text_bytes),
        Unit::Voice => Measure::Voices(1),
    };
    let variants = prices.amounts.keys();
    let amounts = variants.filter_map(|variant| prices.price(measure, Some(variant)));
    amounts.map(as_micros).max()
}

/// Tokens that go in at most.
fn input_at_most(card: &ModelCard, extent: Extent) -> u64 {
    let limit = card.max_input_tokens.or(card.context_tokens);
    let limit = limit.map(|limit| limit.saturating_mul(texts_at_most(card)));
    if extent.has_media {
        // What pictures come to can't be seen here; the model's own limit holds.
        return limit.unwrap_or(1_000_000);
    }
    let text = extent.text_bytes.max(1);
    let text = match card.kind {
        // The question is counted with each of the texts that are ranked by it.
        ModelKind::Rerank => text.saturating_mul(items_at_most(card)),
        _ => text,
    };
    limit.map_or(text, |limit| text.min(limit))
}

/// How many texts share what the catalogue says of the input: of vectors that is each text's.
fn texts_at_most(card: &ModelCard) -> u64 {
    match card.kind {
        ModelKind::TextEmbedding | ModelKind::MultimodalEmbedding => items_at_most(card),
        _ => 1,
    }
}

fn items_at_most(card: &ModelCard) -> u64 {
    card.max_items
        .map_or(TEXTS, |items| u64::try_from(items).unwrap_or(u64::MAX))
}

fn output_at_most(card: &ModelCard, extent: Extent) -> u64 {
    let has_output = card
        .token_prices
        .iter()
        .flat_map(|prices| &prices.tiers)
        .any(|tier| {
            let rates = &tier.rates;
            rates.output.is_some()
                || rates.thinking_output.is_some()
                || rates.audio_output.is_some()
        });
    if !has_output {
        return 0;
    }
    let thinking = thinking_at_most(card, extent);
    let answer = extent
        .output_tokens
        .or(card.max_output_tokens)
        .unwrap_or(OUTPUT_TOKENS);
    answer
        .saturating_add(thinking)
        .saturating_mul(extent.count.unwrap_or(1).max(1))
}

/// Reasoning is not limited by the length that was asked for, but by how much the model has room for.
fn thinking_at_most(card: &ModelCard, extent: Extent) -> u64 {
    let (asked, budget) = extent.thinking;
    let thinks = match card.thinking {
        Some(Thinking::Always) => true,
        Some(Thinking::On) => asked != Some(false),
        Some(Thinking::Off | Thinking::Never) | None => asked == Some(true),
    };
    if !thinks {
        return 0;
    }
    let most = match (budget, card.max_thinking_tokens) {
        (Some(budget), Some(most)) => budget.min(most),
        (Some(most), None) | (None, Some(most)) => most,
        // Where nobody says, it is no shorter than an answer.
        (None, None) => card.max_output_tokens.unwrap_or(0).max(OUTPUT_TOKENS),
    };
    most.min(card.context_tokens.unwrap_or(u64::MAX))
}

pub(super) fn as_micros(price: MicroYuan) -> i64 {
    i64::try_from(price.get()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
