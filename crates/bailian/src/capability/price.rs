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
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn prices(tiers: &serde_json::Value) -> TokenPrices {
        serde_json::from_value(json!({"region": "cn-beijing", "tiers": tiers})).unwrap()
    }

    fn used(json: serde_json::Value) -> Usage {
        serde_json::from_value(json).unwrap()
    }

    fn plus() -> TokenPrices {
        prices(&json!([
            {"up_to": 100, "input": 800_000, "output": 2_000_000, "thinking_output": 8_000_000, "cache_hit": 160_000, "cache_write": 1_000_000, "cache_read": 80_000, "batch_input": 400_000, "batch_output": 1_000_000},
            {"up_to": 200, "input": 2_400_000, "output": 20_000_000},
        ]))
    }

    #[test]
    fn the_pages_rules_hold() {
        for (usage, band, expected) in [
            (
                json!({"prompt_tokens": 100, "completion_tokens": 10}),
                Band::Usual,
                Some(100),
            ),
            // The input's length chooses the tier for everything.
            (
                json!({"prompt_tokens": 101, "completion_tokens": 10}),
                Band::Usual,
                Some(443),
            ),
            (
                json!({"prompt_tokens": 100, "completion_tokens": 10, "completion_tokens_details": {"reasoning_tokens": 1}}),
                Band::Usual,
                Some(160),
            ),
            (
                json!({"prompt_tokens": 100, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 50}}),
                Band::Usual,
                Some(48),
            ),
            (
                json!({"prompt_tokens": 100, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 40, "cache_creation_input_tokens": 40, "cache_type": "ephemeral"}}),
                Band::Usual,
                Some(60),
            ),
            (
                json!({"prompt_tokens": 100, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 50}}),
                Band::Batch,
                Some(50),
            ),
            // More was cached than was sent: the provider's figures are wrong, not negative.
            (
                json!({"prompt_tokens": 10, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 99}}),
                Band::Usual,
                Some(2),
            ),
            (
                json!({"prompt_tokens": 0, "completion_tokens": 0}),
                Band::Usual,
                Some(0),
            ),
            (
                json!({"prompt_tokens": 150, "completion_tokens": 1}),
                Band::Batch,
                None,
            ),
            (json!({"completion_tokens": 10}), Band::Usual, None),
            (json!({"prompt_tokens": 10}), Band::Usual, None),
            (
                json!({"prompt_tokens": u64::MAX, "completion_tokens": u64::MAX}),
                Band::Usual,
                Some(u64::MAX),
            ),
        ] {
            let price = plus().price(&used(usage.clone()), band).map(MicroYuan::get);
            assert_eq!(price, expected, "{usage}");
        }
    }

    #[test]
    fn modalities_hours_and_vectors_have_prices_of_their_own() {
        let omni = prices(
            &json!([{"input": 1_000_000, "audio_input": 10_000_000, "image_input": 2_000_000, "output": 3_000_000, "multimodal_output": 6_000_000, "audio_output": 50_000_000}]),
        );
        for (usage, expected) in [
            (
                json!({"prompt_tokens": 10, "completion_tokens": 1, "prompt_tokens_details": {"text_tokens": 10}}),
                Some(13),
            ),
            (
                json!({"prompt_tokens": 10, "completion_tokens": 1, "prompt_tokens_details": {"text_tokens": 4, "audio_tokens": 5, "image_tokens": 1}}),
                Some(62),
            ),
            (
                json!({"prompt_tokens": 10, "completion_tokens": 9, "prompt_tokens_details": {"text_tokens": 10}, "completion_tokens_details": {"text_tokens": 7, "audio_tokens": 2}}),
                Some(110),
            ),
            // Ten tokens of what?
            (json!({"prompt_tokens": 10, "completion_tokens": 1}), None),
        ] {
            let price = omni
                .price(&used(usage.clone()), Band::Usual)
                .map(MicroYuan::get);
            assert_eq!(price, expected, "{usage}");
        }
        let banded = prices(
            &json!([{"input": 1_000_000, "output": 1_000_000, "peak_input": 2_000_000, "peak_output": 2_000_000}]),
        );
        let usage = used(json!({"prompt_tokens": 10, "completion_tokens": 10}));
        assert_eq!(banded.price(&usage, Band::Usual), Some(MicroYuan::new(40)));
        assert_eq!(
            banded.price(&usage, Band::OffPeak),
            Some(MicroYuan::new(20))
        );
        let vectors = prices(&json!([{"input": 500_000}]));
        let usage = used(json!({"prompt_tokens": 3}));
        assert_eq!(vectors.price(&usage, Band::Usual), Some(MicroYuan::new(2)));
    }

    #[test]
    fn units_are_counted_and_never_mixed() {
        let prices = |unit: &str, amounts: serde_json::Value| -> UnitPrices {
            let row = json!({"region": "cn-beijing", "unit": unit, "amounts": amounts});
            serde_json::from_value(row).unwrap()
        };
        let films = prices("second", json!({"720P": 600_000, "1080P": 1_000_000}));
        let film = |measure, variant| films.price(measure, variant).map(MicroYuan::get);
        assert_eq!(
            film(Measure::Milliseconds(5_500), Some("720P")),
            Some(3_300_000)
        );
        assert_eq!(film(Measure::Milliseconds(5_500), None), None);
        assert_eq!(film(Measure::Images(1), Some("720P")), None);
        let speech = prices("ten_thousand_characters", json!({"": 800_000}));
        let spoken = speech.price(Measure::Characters(1), Some("any"));
        assert_eq!(spoken, Some(MicroYuan::new(80)));
    }

    proptest! {
        #[test]
        fn a_price_is_the_exact_sum_rounded_up_once(
            input in 0_u64..200, output in 0_u64..1_000_000, rates in prop::array::uniform2(0_u64..100_000_000),
        ) {
            let prices = prices(&json!([{"input": rates[0], "output": rates[1]}]));
            let usage = used(json!({"prompt_tokens": input, "completion_tokens": output}));
            let price = prices.price(&usage, Band::Usual).unwrap().get();
            let exact = u128::from(input) * u128::from(rates[0]) + u128::from(output) * u128::from(rates[1]);
            prop_assert!(u128::from(price) * 1_000_000 >= exact);
            prop_assert!(u128::from(price) * 1_000_000 < exact + 1_000_000);
        }

        #[test]
        fn no_figures_make_it_panic_or_cost_more_than_without_discounts(
            figures in prop::array::uniform6(any::<u64>()), output in any::<u64>(),
        ) {
            let [input, cached, written, audio, image, video] = figures;
            let usage = used(json!({
                "prompt_tokens": input, "completion_tokens": output,
                "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": audio, "image_tokens": image, "video_tokens": video},
            }));
            let plain = used(json!({"prompt_tokens": input, "completion_tokens": output}));
            let discounted = plus().price(&usage, Band::Usual);
            prop_assert!(discounted.is_some() && discounted <= plus().price(&plain, Band::Usual));
            let mut usage = usage;
            usage.prompt_tokens_details.as_mut().unwrap().cache_creation_input_tokens = Some(written);
            prop_assert!(plus().price(&usage, Band::Usual).is_some());
        }

        #[test]
        fn more_costs_no_less_within_a_tier(input in 0_u64..100, more in 0_u64..100, output in 0_u64..1_000) {
            let price = |input, output| plus().price(&used(json!({"prompt_tokens": input, "completion_tokens": output})), Band::Usual);
            prop_assert!(price(input, output) <= price(input.max(more), output));
            prop_assert!(price(input, output) <= price(input, output + more));
        }
    }
}
