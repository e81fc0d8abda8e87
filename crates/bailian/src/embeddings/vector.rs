//! Vectors as lists of numbers or as base64 of their bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Wire {
    Numbers(Vec<f32>),
    Base64(String),
}

/// Reads either form; base64 holds 32-bit floats, the least significant byte first.
pub(super) fn vector<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
    let text = match Wire::deserialize(deserializer)? {
        Wire::Numbers(numbers) => return Ok(numbers),
        Wire::Base64(text) => text,
    };
    let bytes = STANDARD.decode(text).map_err(D::Error::custom)?;
    let (numbers, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(D::Error::custom("not a whole number of 32-bit floats"));
    }
    Ok(numbers
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(value: &serde_json::Value) -> Result<Vec<f32>, serde_json::Error> {
        vector(value)
    }

    #[test]
    fn what_is_no_vector_is_refused() {
        for value in [json!("AAA="), json!("not base64!"), json!({}), json!(["x"])] {
            assert!(read(&value).is_err(), "{value}");
        }
    }

    proptest! {
        #[test]
        fn both_forms_hold_the_same_numbers(numbers in prop::collection::vec(-1.0_f32..1.0, 0..40)) {
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            prop_assert_eq!(read(&json!(STANDARD.encode(bytes))).unwrap(), numbers.clone());
            prop_assert_eq!(read(&json!(numbers)).unwrap(), numbers);
        }
    }
}
