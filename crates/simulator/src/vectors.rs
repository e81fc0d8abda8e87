//! Vectors of texts: no model is behind them, but texts that share words lie nearer to each other than texts that don't.

use crate::{dice::Dice, terms};

/// Every feature touches this many of a vector's numbers, so that even short texts fill it somewhat.
const SPREAD: usize = 12;

/// The vector of a text, of length 1; the same text always has the same one.
///
/// Its features are the words and the pieces of three letters in them, which `ship` and `ships` share.
pub(crate) fn text(text: &str, dimensions: usize) -> Vec<f32> {
    let mut vector = vec![0.0; dimensions];
    // Spaces and case count a little, so that different texts are never quite the same.
    add(&mut vector, text, 0.1);
    for word in terms::of(text) {
        let framed: Vec<char> = format!("^{word}$").chars().collect();
        let pieces = framed
            .windows(3)
            .map(|piece| piece.iter().collect::<String>());
        for piece in pieces {
            add(&mut vector, &piece, 0.5);
        }
        add(&mut vector, &word, 1.0);
    }
    to_unit_length(&mut vector);
    vector
}

/// Adds a feature at places and with signs that only depend on it.
pub(crate) fn add(vector: &mut [f32], feature: &str, weight: f32) {
    let mut dice = Dice::new(0).and(feature);
    for _ in 0..SPREAD {
        let sign = if dice.next() & 1 == 0 {
            weight
        } else {
            -weight
        };
        let place = dice.below(vector.len());
        if let Some(number) = vector.get_mut(place) {
            *number += sign;
        }
    }
}

/// Scales a vector so that the product of two is their cosine.
pub(crate) fn to_unit_length(vector: &mut [f32]) {
    let length = vector
        .iter()
        .map(|number| number * number)
        .sum::<f32>()
        .sqrt();
    if length > 0.0 {
        for number in vector {
            *number /= length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    fn nearness(one: &str, other: &str, dimensions: usize) -> f32 {
        let (one, other) = (text(one, dimensions), text(other, dimensions));
        one.iter().zip(&other).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn vectors_are_of_unit_length_and_repeat() {
        for words in ["", "春眠不觉晓", "Hello brave world"] {
            let vector = text(words, 64);
            assert_eq!(vector.len(), 64);
            let length: f32 = vector.iter().map(|number| number * number).sum();
            assert!((length - 1.0).abs() < 1e-4, "{words}: {length}");
            assert_eq!(vector, text(words, 64));
        }
        assert_ne!(text("a", 64), text("A ", 64));
    }

    #[test]
    fn similar_texts_are_nearer_than_others() {
        for dimensions in [64, 1024] {
            for (subject, near, far) in [
                (
                    "The ship sails to Hangzhou",
                    "Ships are sailing to Hangzhou today",
                    "A recipe for pancakes with butter",
                ),
                ("杭州的天气很好", "今天杭州天气不错", "如何编写数据库查询"),
            ] {
                let (near, far) = (
                    nearness(subject, near, dimensions),
                    nearness(subject, far, dimensions),
                );
                assert!(near > far + 0.15, "{subject}: {near} {far}");
            }
        }
    }
}
