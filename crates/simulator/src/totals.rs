//! What was asked and what it cost, summed by key and model over everything since the start.

use std::collections::BTreeMap;

use crate::{Billed, Outcome};

/// The sums of one key and one model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Total {
    /// The beginning of the key; empty without one.
    pub key: String,
    /// The model, as asked for; empty without one.
    pub model: String,
    /// Requests that arrived.
    pub requests: u64,
    /// Those of them that were answered to their end, without a refusal.
    pub answered: u64,
    /// Those that were refused.
    pub refused: u64,
    /// Those that the simulator broke off.
    pub broken: u64,
    /// Those whose client left before the end.
    pub left: u64,
    /// What they cost together.
    pub billed: Billed,
}

/// Totals by key and model. Keys are known by the number of their first appearance.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    keys: Vec<String>,
    sums: BTreeMap<(u32, String), Total>,
}

impl Totals {
    /// The number of a key.
    pub(crate) fn key(&mut self, key: &str) -> u32 {
        let place = self.keys.iter().position(|known| known == key);
        let place = place.unwrap_or_else(|| {
            self.keys.push(key.to_owned());
            self.keys.len() - 1
        });
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    pub(crate) fn arrived(&mut self, key: u32, model: &str) {
        self.of(key, model).requests += 1;
    }

    pub(crate) fn ended(&mut self, key: u32, model: &str, status: Option<u16>, outcome: Outcome) {
        let total = self.of(key, model);
        match outcome {
            Outcome::Open => {}
            Outcome::Answered if status.is_some_and(|status| status >= 400) => total.refused += 1,
            Outcome::Answered => total.answered += 1,
            Outcome::Broken => total.broken += 1,
            Outcome::ClientLeft { .. } => total.left += 1,
        }
    }

    /// Adds what a request costs, in place of what it was thought to cost `before`.
    pub(crate) fn billed(&mut self, key: u32, before: Option<&Billed>, billed: &Billed) {
        if let Some(before) = before {
            let sum = &mut self.of(key, &before.model).billed;
            sum.input_tokens -= before.input_tokens;
            sum.output_tokens -= before.output_tokens;
            sum.cached_tokens -= before.cached_tokens;
            sum.images -= before.images;
            sum.seconds -= before.seconds;
            sum.characters -= before.characters;
        }
        let sum = &mut self.of(key, &billed.model).billed;
        sum.input_tokens += billed.input_tokens;
        sum.output_tokens += billed.output_tokens;
        sum.cached_tokens += billed.cached_tokens;
        sum.images += billed.images;
        sum.seconds += billed.seconds;
        sum.characters += billed.characters;
    }

    pub(crate) fn all(&self) -> Vec<Total> {
        self.sums.values().cloned().collect()
    }

    fn of(&mut self, key: u32, model: &str) -> &mut Total {
        let shown = self.keys.get(usize::try_from(key).unwrap_or(usize::MAX));
        let shown = shown.map_or("", String::as_str);
        self.sums
            .entry((key, model.to_owned()))
            .or_insert_with(|| Total {
                key: shown.to_owned(),
                model: model.to_owned(),
                billed: Billed {
                    model: model.to_owned(),
                    ..Billed::default()
                },
                ..Total::default()
            })
    }
}

#[cfg(test)]
mod tests {
    use super::Totals;
    use crate::{Billed, Outcome};

    #[test]
    fn a_bill_that_is_corrected_counts_once() {
        let mut totals = Totals::default();
        let key = totals.key("sk-abc…");
        totals.arrived(key, "qwen-plus");
        let bill = |input_tokens| Billed {
            model: "qwen-plus".to_owned(),
            input_tokens,
            ..Billed::default()
        };
        totals.billed(key, None, &bill(10));
        totals.billed(key, Some(&bill(10)), &bill(25));
        totals.ended(key, "qwen-plus", Some(200), Outcome::Answered);
        let all = totals.all();
        assert_eq!(all.len(), 1);
        assert_eq!(
            (all[0].key.as_str(), all[0].requests, all[0].answered),
            ("sk-abc…", 1, 1)
        );
        assert_eq!(all[0].billed.input_tokens, 25);
    }

    #[test]
    fn keys_and_models_are_summed_apart() {
        let mut totals = Totals::default();
        let [one, two] = ["sk-one…", "sk-two…"].map(|key| totals.key(key));
        totals.arrived(one, "a");
        totals.arrived(two, "a");
        totals.arrived(two, "b");
        totals.arrived(two, "b");
        let all: Vec<_> = totals
            .all()
            .into_iter()
            .map(|total| (total.key, total.model, total.requests))
            .collect();
        let expected = [
            ("sk-one…", "a", 1),
            ("sk-two…", "a", 1),
            ("sk-two…", "b", 2),
        ];
        assert_eq!(
            all,
            expected.map(|(key, model, count)| (key.to_owned(), model.to_owned(), count))
        );
    }
}
