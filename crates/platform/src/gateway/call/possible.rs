//! Figures that an answer can have. What lies beyond is an upstream's slip, and nobody pays for it; what may be true is paid for.

use bailian::capability::{ModelCard, ModelKind, Thinking};

/// Tokens that are believed to have gone in where the catalogue says nothing.
const INPUT: u64 = 10_000_000;
/// Tokens of an answer that are believed where neither request nor catalogue say anything.
const OUTPUT: u64 = 1_000_000;
/// How much longer than that an answer may be: models don't all count alike.
const SLACK: u64 = 10;
/// Tokens of the largest budget for reasoning that any model takes: so many are believed where the catalogue says nothing.
pub const MOST_REASONING: u64 = 262_144;

/// Tokens that can have gone into one call.
pub(in crate::gateway) fn input(card: Option<&ModelCard>) -> u64 {
    // What is said of vectors and ranks are limits of each text, and one call has many.
    let of_each = |card: &&ModelCard| {
        matches!(
            card.kind,
            ModelKind::TextEmbedding | ModelKind::MultimodalEmbedding | ModelKind::Rerank
        )
    };
    let card = card.filter(|card| !of_each(card));
    card.and_then(|card| card.context_tokens.or(card.max_input_tokens))
        .unwrap_or(INPUT)
}

/// Tokens that can have come out, of so many answers that were asked to be no longer than that. Reasoning is not limited by the
/// length that was asked for.
pub(in crate::gateway) fn output(
    card: Option<&ModelCard>,
    asked: Option<u64>,
    answers: u64,
) -> u64 {
    let longest = asked
        .or_else(|| card.and_then(|card| card.max_output_tokens))
        .unwrap_or(OUTPUT);
    let thinking = card.map_or(Some(0), |card| match card.thinking {
        Some(Thinking::Never) => Some(0),
        Some(Thinking::Off | Thinking::On | Thinking::Always) | None => card.max_thinking_tokens,
    });
    longest
        .saturating_mul(SLACK)
        .saturating_add(thinking.unwrap_or(MOST_REASONING))
        .saturating_mul(answers.max(1))
}

#[cfg(test)]
mod tests {
    use bailian::capability::Catalogue;

    use super::*;

    #[test]
    fn what_may_be_true_is_believed() {
        let catalogue = Catalogue::built_in();
        // Ten texts of 8,192 tokens each.
        assert!(input(catalogue.get("text-embedding-v4")) >= 81_920);
        assert!(input(catalogue.get("qwen-plus")) < INPUT);
        assert_eq!(input(None), INPUT);
        // Of many that reason nobody says how much, and a short answer does not shorten that.
        let unsaid = catalogue
            .models()
            .find(|card| card.thinking == Some(Thinking::On) && card.max_thinking_tokens.is_none());
        assert!(unsaid.is_some());
        assert_eq!(output(unsaid, Some(1), 1), SLACK + MOST_REASONING);
        let never = ModelCard {
            thinking: Some(Thinking::Never),
            ..ModelCard::default()
        };
        assert_eq!(output(Some(&never), Some(100), 4), 4_000);
        assert_eq!(output(Some(&never), None, 1), OUTPUT * SLACK);
        assert_eq!(output(None, Some(u64::MAX), u64::MAX), u64::MAX);
    }
}
