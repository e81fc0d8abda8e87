//! Which model an encoded request names.

use std::fmt;

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

/// Requests begin with their model, so almost nothing is read, however large the rest is.
pub(super) fn named_in(json: &[u8]) -> Option<String> {
    let mut found = None;
    let mut reader = serde_json::Deserializer::from_slice(json);
    // Ends with an error as soon as the name is known, which spares reading the rest.
    let _ = reader.deserialize_map(Search(&mut found));
    found
}

struct Search<'a>(&'a mut Option<String>);

impl<'de> Visitor<'de> for Search<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a request")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == "model" {
                *self.0 = Some(map.next_value()?);
                return Err(A::Error::custom("found"));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_found_wherever_it_stands() {
        for (json, model) in [
            (r#"{"model":"qwen-plus","messages":[]}"#, Some("qwen-plus")),
            (
                r#"{"input":{"model":"x"},"model":"qwen-max"}"#,
                Some("qwen-max"),
            ),
            (r#"{"model":"qwen-plus","cut"#, Some("qwen-plus")),
            (r#"{"model":null}"#, None),
            (r#"{"input":{"model":"x"}}"#, None),
            ("[1]", None),
            ("", None),
        ] {
            assert_eq!(named_in(json.as_bytes()).as_deref(), model, "{json}");
        }
    }
}
