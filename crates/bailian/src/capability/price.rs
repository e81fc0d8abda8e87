//! What a request cost, exactly.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::MicroYuan;
use crate::{CompletionTokensDetails, PromptTokensDetails, Usage};

/// Prices are written for this many tokens.
const PER_TOKENS: u64 = 1_000_000;

/// What tokens cost in a region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenPrices {
    /// The region's id.
    pub region: String,
    /// By the size of the input, smallest first. The tier holds for the whole request.
    pub tiers: Vec<Tier>,
}

/// What tokens cost up to a size of the input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tier {
    /// Largest input; none for the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_to: Option<u64>,
    /// The prices.
    #[serde(flatten)]
    pub rates: Rates,
}

/// Prices of a million tokens each; what is absent has no price of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Rates {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thinking_input: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thinking_output: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multimodal_output: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_input: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_input: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_output: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_hit: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_input: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_output: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_thinking_input: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_thinking_output: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_input: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_output: Option<MicroYuan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_cache_hit: Option<MicroYuan>,
}

/// Which of a model's prices holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Band {
    /// At once. Models with a higher price at certain hours, which the provider does not print, are taken at
    /// the higher: what is charged is never more.
    #[default]
    Usual,
    /// At once, at the hours of the lower price.
    OffPeak,
    /// In a batch, which has no cache discount.
    Batch,
}

/// What pictures, seconds and characters cost in a region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitPrices {
    /// The region's id.
    pub region: String,
    /// What is counted.
    pub unit: Unit,
    /// By resolution or mode; the empty word is the price without one.
    pub amounts: BTreeMap<String, MicroYuan>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Pictures.
    Image,
    /// Seconds of film or sound.
    Second,
    /// Characters; the price is for 10,000.
    TenThousandCharacters,
    /// Voices made.
    Voice,
}

/// How much of what is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Pictures.
    Images(u64),
    /// Film or sound.
    Milliseconds(u64),
    /// Characters.
    Characters(u64),
    /// Voices made.
    Voices(u64),
}

impl TokenPrices {
    /// What a request cost; `None` if a figure or a price that it needs is not known.
    pub fn price(&self, usage: &Usage, band: Band) -> Option<MicroYuan> {
        let input = usage.prompt_tokens?;
        let tier = self
            .tiers
            .iter()
            .find(|tier| tier.up_to.is_none_or(|up_to| input <= up_to));
        let rates = &tier.or(self.tiers.last())?.rates;
        let output = match usage.completion_tokens {
            // Vectors and ranks have no output, neither in the answer nor in the price.
            None if rates.output.is_none() => 0,
            count => count?,
        };
        let none = (
            PromptTokensDetails::default(),
            CompletionTokensDetails::default(),
        );
        let of_input = usage.prompt_tokens_details.as_ref().unwrap_or(&none.0);
        let of_output = usage.completion_tokens_details.as_ref().unwrap_or(&none.1);
        let thinks = of_output.reasoning_tokens.is_some_and(|count| count > 0);
        let told_apart = usage.prompt_tokens_details.is_some();
        if rates.audio_input.is_some() && !told_apart && input > 0 {
            return None;
        }
        let for_input = rates.for_input(input, of_input, thinks, band)?;
        let for_output = rates.for_output(output, of_input, of_output, thinks, band)?;
        Some(MicroYuan::of_sum(
            for_input.saturating_add(for_output),
            PER_TOKENS,
        ))
    }
}

impl Rates {
    fn for_input(
        &self,
        tokens: u64,
        of: &PromptTokensDetails,
        thinks: bool,
        band: Band,
    ) -> Option<u128> {
        let plain = match (band, thinks) {
            (Band::Batch, true) => self.batch_thinking_input.or(self.batch_input),
            (Band::Batch, false) => self.batch_input,
            (Band::Usual, _) if self.peak_input.is_some() => self.peak_input,
            (_, true) => self.thinking_input.or(self.input),
            (_, false) => self.input,
        };
        let mut left = tokens;
        let mut sum = 0_u128;
        let mut take = |count: Option<u64>, rate: Option<MicroYuan>| {
            let count = count.unwrap_or(0).min(left);
            left -= count;
            sum = sum.saturating_add(charge(rate, count)?);
            Some(())
        };
        if band != Band::Batch {
            let written = of.cache_creation_input_tokens;
            take(written, self.cache_write.or(plain))?;
            take(of.cached_tokens, self.cached(of, band).or(plain))?;
            take(of.audio_tokens, self.audio_input.or(plain))?;
            let seen = of
                .image_tokens
                .unwrap_or(0)
                .saturating_add(of.video_tokens.unwrap_or(0));
            take(Some(seen), self.image_input.or(plain))?;
        }
        take(Some(u64::MAX), plain)?;
        Some(sum)
    }

    /// Hits in the explicit cache are cheaper than those in the implicit one; a request uses one of them.
    fn cached(&self, of: &PromptTokensDetails, band: Band) -> Option<MicroYuan> {
        let explicit = of.cache_creation_input_tokens.is_some()
            || of
                .extra
                .get("cache_type")
                .is_some_and(|kind| !kind.is_null());
        if explicit {
            return self.cache_read;
        }
        let peak = self.peak_cache_hit.filter(|_| band == Band::Usual);
        peak.or(self.cache_hit)
    }

    fn for_output(
        &self,
        tokens: u64,
        of_input: &PromptTokensDetails,
        of: &CompletionTokensDetails,
        thinks: bool,
        band: Band,
    ) -> Option<u128> {
        // Of a spoken answer only the sound is billed.
        if let Some(spoken) = of.audio_tokens.filter(|count| *count > 0) {
            return charge(self.audio_output, spoken);
        }
        let parts = [
            of_input.image_tokens,
            of_input.video_tokens,
            of_input.audio_tokens,
        ];
        let has_media = parts.into_iter().flatten().any(|count| count > 0);
        let rate = match (band, thinks) {
            (Band::Batch, true) => self.batch_thinking_output.or(self.batch_output),
            (Band::Batch, false) => self.batch_output,
            (Band::Usual, _) if self.peak_output.is_some() => self.peak_output,
            (_, true) => self.thinking_output.or(self.output),
            (_, false) if has_media => self.multimodal_output.or(self.output),
            (_, false) => self.output,
        };
        charge(rate, tokens)
    }
}

/// Nothing costs nothing, whether or not it had a price.
fn charge(rate: Option<MicroYuan>, count: u64) -> Option<u128> {
    if count == 0 {
        return Some(0);
    }
    Some(rate?.times(count))
}

impl UnitPrices {
    /// What a result cost. `variant` is a resolution or mode, which many models need.
    pub fn price(&self, measure: Measure, variant: Option<&str>) -> Option<MicroYuan> {
        let amount = variant.and_then(|variant| self.amounts.get(variant));
        let amount = amount.or_else(|| self.amounts.get(""))?;
        let (count, per) = match (measure, self.unit) {
            (Measure::Images(count), Unit::Image) | (Measure::Voices(count), Unit::Voice) => {
                (count, 1)
            }
            (Measure::Milliseconds(count), Unit::Second) => (count, 1_000),
            (Measure::Characters(count), Unit::TenThousandCharacters) => (count, 10_000),
            _ => return None,
        };
        Some(MicroYuan::of_sum(amount.times(count), per))
    }
}

#[cfg(test)]
mod tests;
