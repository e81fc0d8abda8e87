//! The words of a text, for whatever compares texts by their meaning without a model.

use crate::tokens::is_cjk;

/// Words that say nothing about what a text is about.
const STOP_WORDS: [&str; 32] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "how", "in", "is", "it", "of",
    "on", "or", "that", "the", "this", "to", "was", "were", "what", "when", "where", "which",
    "who", "why", "with", "的", "了",
];

/// Words in lower case, without those that say nothing; of Chinese writing every character and every pair of neighbours.
///
/// A text of nothing but such words keeps them.
pub(crate) fn of(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let runs = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|run| !run.is_empty());
    let all: Vec<String> = runs.flat_map(words).collect();
    let telling = |word: &String| !STOP_WORDS.contains(&word.as_str());
    if all.iter().any(telling) {
        all.into_iter().filter(telling).collect()
    } else {
        all
    }
}

/// Cuts a run where one kind of writing meets another: `用Rust写` holds three.
fn words(run: &str) -> Vec<String> {
    let characters: Vec<char> = run.chars().collect();
    let mut words = Vec::new();
    for part in characters.chunk_by(|&one, &next| is_cjk(one) == is_cjk(next)) {
        if part.first().copied().is_some_and(is_cjk) {
            words.extend(part.iter().map(char::to_string));
            words.extend(part.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else {
            words.push(part.iter().collect());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn words_are_cut_by_their_writing() {
        assert_eq!(of("The Cat, the HAT!"), ["cat", "hat"]);
        assert_eq!(of("用Rust写"), ["用", "rust", "写"]);
        assert_eq!(of("春眠"), ["春", "眠", "春眠"]);
        assert_eq!(of("what is this"), ["what", "is", "this"]);
        assert!(of(" …").is_empty());
    }
}
