//! Vectors as they are kept, a byte a number, and how near two are. Numbers of eight bits lose next to nothing of a cosine and are a
//! quarter of the size.

use crate::store::Vectors;

/// The largest number.
const MOST: f32 = 127.0;
/// What is farther than that from what was asked for is about something else.
const FAR: f64 = 0.3;
/// What is so much farther than the nearest is not worth showing beside it.
const OF_THE_NEAREST: f64 = 0.7;

/// A vector as it is kept; `None` for one that points nowhere.
pub(super) fn packed(vector: &[f32]) -> Option<Vec<u8>> {
    let largest = vector.iter().fold(0.0_f32, |most, n| most.max(n.abs()));
    if !largest.is_normal() {
        return None;
    }
    let bytes = vector.iter().map(|number| {
        #[expect(clippy::cast_possible_truncation, reason = "within -127 and 127")]
        let number = (number / largest * MOST).round() as i8;
        number.cast_unsigned()
    });
    Some(bytes.collect())
}

/// The cosine of two packed vectors; 0 where they can't be compared.
fn nearness(one: &[u8], other: &[u8]) -> f64 {
    if one.len() != other.len() {
        return 0.0;
    }
    let product = |one: &[u8], other: &[u8]| {
        let pairs = one.iter().zip(other);
        let sum: i32 = pairs
            .map(|(a, b)| i32::from(a.cast_signed()) * i32::from(b.cast_signed()))
            .sum();
        f64::from(sum)
    };
    let lengths = (product(one, one) * product(other, other)).sqrt();
    if lengths > 0.0 {
        product(one, other) / lengths
    } else {
        0.0
    }
}

/// Those that are near, the nearest first.
pub(super) fn nearest<T>(wanted: &[u8], all: Vectors<T>) -> Vec<T> {
    let mut near: Vec<(f64, T)> = all
        .into_iter()
        .map(|(thing, vector)| (nearness(wanted, &vector), thing))
        .filter(|(nearness, _)| *nearness >= FAR)
        .collect();
    near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let least = near
        .first()
        .map_or(FAR, |(first, _)| first * OF_THE_NEAREST);
    near.into_iter()
        .take_while(|(nearness, _)| *nearness >= least)
        .map(|(_, thing)| thing)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cosine(one: &[f32], other: &[f32]) -> f64 {
        let product = |one: &[f32], other: &[f32]| -> f64 {
            one.iter()
                .zip(other)
                .map(|(a, b)| f64::from(*a) * f64::from(*b))
                .sum()
        };
        product(one, other) / (product(one, one) * product(other, other)).sqrt()
    }

    #[test]
    fn what_points_nowhere_has_no_vector() {
        for vector in [&[][..], &[0.0, 0.0], &[f32::NAN], &[f32::INFINITY]] {
            assert_eq!(packed(vector), None, "{vector:?}");
        }
        for (one, other) in [(&[][..], &[][..]), (&[1], &[1, 2]), (&[0], &[0])] {
            assert!(nearness(one, other).abs() < f64::EPSILON);
        }
    }

    #[test]
    fn the_nearest_come_first_and_the_far_not_at_all() {
        let vector = |x: f32, y: f32| packed(&[x, y]).unwrap();
        let all = vec![
            ("near", vector(1.0, 0.4)),
            ("far", vector(0.0, 1.0)),
            ("same", vector(2.0, 0.0)),
            ("opposite", vector(-1.0, 0.0)),
            // Near enough by itself, but not beside the others.
            ("aside", vector(1.0, 1.8)),
        ];
        assert_eq!(nearest(&vector(1.0, 0.0), all), ["same", "near"]);
        let only = vec![("aside", vector(1.0, 1.8))];
        assert_eq!(nearest(&vector(1.0, 0.0), only), ["aside"]);
    }

    proptest! {
        #[test]
        fn packing_keeps_how_near_two_are(
            one in prop::collection::vec(-1.0_f32..1.0, 64),
            other in prop::collection::vec(-1.0_f32..1.0, 64),
        ) {
            let near = nearness(&packed(&one).unwrap(), &packed(&other).unwrap());
            prop_assert!((near - cosine(&one, &other)).abs() < 0.02, "{near}");
        }
    }
}
