//! Every text of a body, for whoever looks for words in it. What is stated twice is seen twice, so that nothing is hidden behind
//! what another reader takes for the last or the first.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::ScanError;

/// Hands on each text, with its escapes decoded, and the name of the field in which it stands, itself or in lists. Fails where
/// the body can't be read here; what comes behind that is not seen, though others may be able to read it.
pub fn each_text(json: &[u8], mut note: impl FnMut(&str, &str)) -> Result<(), ScanError> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let texts = Texts {
        name: "",
        note: &mut note,
    };
    texts
        .deserialize(&mut reader)
        .map_err(|_| ScanError::Malformed("it is something else".to_owned()))
}

/// Whether a text may be written with escapes that stand for what is in words: letters, an underscore, a colon, a slash.
/// That Chinese or angle brackets are escaped hides nothing.
pub fn may_hide_words(json: &[u8]) -> bool {
    const HIDING: [&str; 8] = [
        "\\u006", "\\u007", "\\u005f", "\\u005F", "\\u003a", "\\u003A", "\\u002f", "\\u002F",
    ];
    let has = |part: &str| memchr::memmem::find(json, part.as_bytes()).is_some();
    has("\\u00") && HIDING.into_iter().any(has)
}

struct Texts<'n, 'f, F> {
    name: &'n str,
    note: &'f mut F,
}

impl<'de, F: FnMut(&str, &str)> DeserializeSeed<'de> for Texts<'_, '_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(&str, &str)> Visitor<'de> for Texts<'_, '_, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            map.next_value_seed(Texts {
                name: &name,
                note: &mut *self.note,
            })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq
            .next_element_seed(Texts {
                name: self.name,
                note: &mut *self.note,
            })?
            .is_some()
        {}
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        (*self.note)(self.name, text);
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stated_twice_is_seen_twice() {
        let body = r#"{"a":"x","a":["\u0079",{"b":"z"},1,-2,3.5,true,null],"c":"\/"}"#;
        let mut seen = Vec::new();
        each_text(body.as_bytes(), |name, text| {
            seen.push(format!("{name}={text}"));
        })
        .unwrap();
        assert_eq!(seen, ["a=x", "a=y", "b=z", "c=/"]);
        let half = r#"{"a":"\ud800","b":"x"}"#;
        assert!(each_text(half.as_bytes(), |_, _| ()).is_err());
    }

    #[test]
    fn only_what_is_in_words_is_hidden() {
        for hides in [r"\u0066", r"\u002F", r"\u003a", r"\u005f", r"\u0073"] {
            assert!(may_hide_words(hides.as_bytes()), "{hides}");
        }
        for plain in ["", r"\n", r"\u7ec7", r"\u003c", r"\u00e9", r"\u0026"] {
            assert!(!may_hide_words(plain.as_bytes()), "{plain}");
        }
    }
}
