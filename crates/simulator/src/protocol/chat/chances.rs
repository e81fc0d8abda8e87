//! `logprobs`: how likely every token was, and what might have stood in its place.

use serde_json::{Value, json};

use crate::{dice::Dice, tokens};

/// What stands beside the true token where alternatives are told.
const OTHERS: [&str; 4] = ["the", "，", "and", "是"];

/// The chances of the tokens of a piece, with so many alternatives for each, itself the first.
pub(crate) fn of(piece: &str, alternatives: usize) -> Value {
    let content: Vec<Value> = tokens::split(piece)
        .map(|token| {
            let mut dice = Dice::new(0).and(token);
            let likely = -0.01 * fraction(&mut dice);
            let mut told = chance(token, likely);
            let others = (1u32..)
                .zip(OTHERS)
                .filter(|(_, other)| *other != token)
                .map(|(place, other)| chance(other, likely - 2.0 * f64::from(place)));
            let itself = std::iter::once(chance(token, likely));
            told["top_logprobs"] = itself.chain(others).take(alternatives).collect();
            told
        })
        .collect();
    json!({ "content": content })
}

fn chance(token: &str, logprob: f64) -> Value {
    json!({ "token": token, "bytes": token.as_bytes(), "logprob": logprob })
}

/// From 0 to 99.
fn fraction(dice: &mut Dice) -> f64 {
    u32::try_from(dice.below(100)).map_or(0.0, f64::from)
}
