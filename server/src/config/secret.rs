//! A secret in the configuration: read, never printed.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

/// A text that prints as `***`.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
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
