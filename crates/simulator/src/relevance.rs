//! How well a document answers a query, by the words that they share.

use std::collections::HashSet;

use crate::terms;

/// Words of at least this many letters that begin alike are taken for forms of one word.
const STEM: usize = 4;

/// From 0 (nothing in common) to 1 (every word of the query, and little else).
pub(crate) fn score(query: &str, document: &str) -> f64 {
    let wanted: HashSet<String> = terms::of(query).into_iter().collect();
    let found: HashSet<String> = terms::of(document).into_iter().collect();
    if wanted.is_empty() || found.is_empty() {
        return 0.0;
    }
    let weight = |word: &String| match word.chars().count() {
        0 | 1 => 0.5,
        2 | 3 => 1.0,
        _ => 1.5,
    };
    let total: f64 = wanted.iter().map(weight).sum();
    let met: f64 = wanted
        .iter()
        .map(|word| weight(word) * share(word, &found))
        .sum();
    let coverage = met / total;
    let about: f64 = found
        .iter()
        .map(|word| weight(word) * share(word, &wanted))
        .sum();
    let size: f64 = found.iter().map(weight).sum();
    // Nothing is certain, so that scores look as a model's do.
    (0.9 * coverage + 0.08 * about / size).clamp(0.0, 1.0)
}

fn share(word: &str, others: &HashSet<String>) -> f64 {
    if others.contains(word) {
        return 1.0;
    }
    let is_form = |other: &String| {
        other.len() >= STEM && (other.starts_with(word) || word.starts_with(other.as_str()))
    };
    if word.len() >= STEM && word.is_ascii() && others.iter().any(is_form) {
        0.7
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn what_answers_better_scores_higher() {
        let query = "what is a reranker";
        let best = score(query, "A reranker sorts documents by relevance.");
        let form = score(query, "Rerankers sort documents.");
        let none = score(query, "Pancakes need butter.");
        assert!(best > form && form > none, "{best} {form} {none}");
        assert!(score("杭州天气", "今天杭州天气不错") > score("杭州天气", "杭州美食"));
    }

    #[test]
    fn scores_stay_between_nothing_and_one() {
        assert!(score("cat", "cat") <= 1.0);
        assert!(score("cat", "cat") > 0.9);
        for (query, document) in [("", "cat"), ("cat", ""), ("cat", "dog")] {
            assert!(score(query, document).abs() < 1e-9);
        }
    }
}
