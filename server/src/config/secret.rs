//! A secret in the configuration: read, never printed.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

/// A text that prints as `***`.
#[derive(Clone, Debug)]
pub struct Secret(SecretString);

impl Secret {
    /// For whoever needs it.
    pub fn reveal(&self) -> &SecretString {
        &self.0
    }

    /// Whether it is blank: an empty variable means "not set".
    pub fn is_blank(&self) -> bool {
        self.0.expose_secret().trim().is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str("***")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(Text)
    }
}

/// Takes a text and nothing else. Whatever else stands there may be the secret all the same, such as a password of digits in the
/// environment, and is not quoted in the refusal.
struct Text;

impl Visitor<'_> for Text {
    type Value = Secret;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::from(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Secret, E> {
        Err(no_text())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
        Err(no_text())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
        Err(no_text())
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Secret, E> {
        Err(no_text())
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Secret, E> {
        Err(no_text())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        Err(no_text())
    }
}

fn no_text<E: Error>() -> E {
    E::custom("it must be a text: what looks like a number or a truth value is written in quotes")
}

#[cfg(test)]
mod tests {
    use figment::{
        Figment,
        providers::{Format, Toml},
    };

    use super::*;

    /// CF-08.
    #[test]
    fn what_is_no_text_is_refused_and_not_quoted() {
        let read = |text: &str| {
            let read = Figment::from(Toml::string(text)).extract_inner::<Secret>("key");
            read.map_err(|error| error.to_string())
        };
        let secret = read("key = \"31415926\"").unwrap();
        assert_eq!(secret.reveal().expose_secret(), "31415926");
        for text in ["31415926", "-31415926", "3.1415926", "true"] {
            let refusal = read(&format!("key = {text}")).unwrap_err();
            assert!(refusal.contains("in quotes"), "{refusal}");
            assert!(!refusal.contains("1415926"), "{refusal}");
        }
    }
}
