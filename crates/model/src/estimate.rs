//! What a question will cost, about: reckoned where it is typed, from numbers that the page got once.

use serde::{Deserialize, Serialize};

use crate::ModelName;

/// Prices are for this many tokens.
const PER_TOKENS: i64 = 1_000_000;

/// What there is to reckon with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstimateBase {
    /// Tokens of the conversation so far, that are sent along.
    pub context_tokens: u32,
    /// The models on offer.
    pub models: Vec<ModelCost>,
}

/// What a model takes and costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelCost {
    /// Which.
    pub model: ModelName,
    /// Tokens that go in at most, where that is known.
    pub window: Option<u32>,
    /// Its prices by the size of what goes in, smallest first; none where they are not known.
    pub tiers: Vec<TierCost>,
}

/// Prices up to a size of what goes in, in micro-yuan for a million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierCost {
    /// The largest, in tokens; none for the last tier.
    pub up_to: Option<u32>,
    /// What goes in.
    pub input: i64,
    /// What the answer costs; where it differs, with the reasoning.
    pub output: Option<i64>,
}

/// What a question comes to with that model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Tokens of what was typed.
    pub typed_tokens: u32,
    /// Tokens that are sent: with the conversation so far, as far as the model takes it.
    pub sent_tokens: u32,
    /// What sending costs, in micro-yuan, where the price is known.
    pub input_cost: Option<i64>,
    /// What a thousand tokens of the answer cost.
    pub thousand_out: Option<i64>,
    /// How it fits the model.
    pub fit: Fit,
}

/// Whether all of it fits the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It does, as far as is known.
    Whole,
    /// The oldest messages will be left out.
    WithoutTheOldest,
    /// The question alone is too long.
    TooLong,
}

/// How much of what a model reads at once a conversation fills.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextUse {
    /// Tokens of the conversation so far, that are sent along.
    pub used: u32,
    /// Tokens that go in at most, where that is known.
    pub window: Option<u32>,
}

impl ContextUse {
    /// In hundredths of what the model takes, rounded up; nothing before there is a conversation, or where it is not known.
    pub fn percent(&self) -> Option<u32> {
        let window = self.window.filter(|window| *window > 0)?;
        if self.used == 0 {
            return None;
        }
        let hundredths = u64::from(self.used).saturating_mul(100);
        let percent = hundredths.div_ceil(u64::from(window)).min(100);
        u32::try_from(percent).ok()
    }

    /// Whether there is more than goes in.
    pub fn is_over(&self) -> bool {
        self.window.is_some_and(|window| self.used > window)
    }
}

impl EstimateBase {
    /// What a question of so many tokens comes to with `model`.
    pub fn of(&self, model: &ModelName, typed_tokens: u32) -> Estimate {
        let cost = self.models.iter().find(|cost| cost.model == *model);
        let all = self.context_tokens.saturating_add(typed_tokens);
        let window = cost.and_then(|cost| cost.window).unwrap_or(u32::MAX);
        let fit = if typed_tokens > window {
            Fit::TooLong
        } else if all > window {
            Fit::WithoutTheOldest
        } else {
            Fit::Whole
        };
        let sent_tokens = all.min(window.max(typed_tokens));
        let tier = cost.and_then(|cost| {
            let fits = |tier: &&TierCost| tier.up_to.is_none_or(|up_to| sent_tokens <= up_to);
            cost.tiers.iter().find(fits).or(cost.tiers.last())
        });
        Estimate {
            typed_tokens,
            sent_tokens,
            // Rounded up, as it is charged.
            input_cost: tier.map(|tier| {
                let millionths = i64::from(sent_tokens).saturating_mul(tier.input);
                millionths / PER_TOKENS + i64::from(millionths % PER_TOKENS != 0)
            }),
            thousand_out: tier.and_then(|tier| Some(tier.output? / 1_000)),
            fit,
        }
    }
}

/// Tokens of a text, about: two for three characters of Chinese, Japanese or Korean, one for four of what is written in Latin
/// letters, digits and signs, and one for two of any other script. Measured tokenizers lie around that, and the model counts for itself.
pub fn tokens_of(text: &str) -> u32 {
    let (mut wide, mut narrow, mut other) = (0_u64, 0_u64, 0_u64);
    for c in text.chars() {
        match c {
            '\u{0}'..='\u{24f}' | '\u{2000}'..='\u{206f}' => narrow += 1,
            '\u{1100}'..='\u{11ff}'
            | '\u{2e80}'..='\u{9fff}'
            | '\u{a960}'..='\u{a97f}'
            | '\u{ac00}'..='\u{d7ff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{fe30}'..='\u{fe4f}'
            | '\u{ff00}'..='\u{ffef}'
            | '\u{20000}'..='\u{3ffff}' => wide += 1,
            _ => other += 1,
        }
    }
    // In twelfths, so that what is left of each is not lost.
    let twelfths = wide * 8 + narrow * 3 + other * 6;
    u32::try_from(twelfths.div_ceil(12)).unwrap_or(u32::MAX)
}

/// Tokens of a text file of so many bytes, about: three bytes of Chinese and four of English come to nearly the same.
pub fn tokens_of_bytes(bytes: i64) -> u32 {
    u32::try_from(bytes.max(0) / 4).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_is_told_in_hundredths() {
        for (used, window, percent, is_over) in [
            (0, Some(1_000), None, false),
            (5, None, None, false),
            (5, Some(0), None, true),
            (1, Some(1_000_000), Some(1), false),
            (250, Some(1_000), Some(25), false),
            (1_000, Some(1_000), Some(100), false),
            (u32::MAX, Some(1_000), Some(100), true),
        ] {
            let context = ContextUse { used, window };
            assert_eq!(context.percent(), percent, "{used} of {window:?}");
            assert_eq!(context.is_over(), is_over, "{used} of {window:?}");
        }
    }

    fn base(
        context_tokens: u32,
    ) -> Result<(EstimateBase, ModelName), crate::conversation::InvalidModelName> {
        let model = ModelName::parse("qwen-plus")?;
        let tier = |up_to, input, output| TierCost {
            up_to,
            input,
            output,
        };
        let cost = ModelCost {
            model: model.clone(),
            window: Some(1_000_000),
            tiers: vec![
                tier(Some(131_072), 800_000, Some(2_000_000)),
                tier(None, 2_400_000, Some(20_000_000)),
            ],
        };
        let base = EstimateBase {
            context_tokens,
            models: vec![cost],
        };
        Ok((base, model))
    }

    #[test]
    fn tokens_are_told_by_script() {
        for (text, tokens) in [
            ("", 0),
            ("春眠不", 2),
            ("春眠不觉晓", 4),
            ("four", 1),
            ("four letters", 3),
            ("да", 1),
            ("🙂", 1),
            ("春 a", 2),
        ] {
            assert_eq!(tokens_of(text), tokens, "{text}");
        }
        assert_eq!(tokens_of_bytes(-1), 0);
        assert_eq!(tokens_of_bytes(4_000), 1_000);
    }

    #[test]
    fn the_tier_of_all_that_is_sent_holds() -> Result<(), crate::conversation::InvalidModelName> {
        let (small, model) = base(1_000)?;
        let estimate = small.of(&model, 24);
        assert_eq!(
            (estimate.sent_tokens, estimate.input_cost),
            (1_024, Some(820))
        );
        assert_eq!(
            (estimate.thousand_out, estimate.fit),
            (Some(2_000), Fit::Whole)
        );
        let (large, model) = base(131_072)?;
        let estimate = large.of(&model, 1);
        assert_eq!(estimate.thousand_out, Some(20_000));
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_told() -> Result<(), crate::conversation::InvalidModelName> {
        let (full, model) = base(999_999)?;
        assert_eq!(full.of(&model, 2).fit, Fit::WithoutTheOldest);
        assert_eq!(full.of(&model, 2).sent_tokens, 1_000_000);
        assert_eq!(full.of(&model, 1_000_001).fit, Fit::TooLong);
        let unknown = full.of(&ModelName::parse("unheard-of")?, 5);
        assert_eq!((unknown.fit, unknown.input_cost), (Fit::Whole, None));
        Ok(())
    }
}
