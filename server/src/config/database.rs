//! `[database]`.

use platform::store::DbOptions;
use serde::{Deserialize, Serialize};

/// Where things are kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite://data/liantai.db` (made when it is not there) or `postgres://user:password@host/name`.
    #[serde(serialize_with = "without_password")]
    pub url: String,
    /// Connections at most.
    pub connections: u32,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: "sqlite://data/liantai.db".to_owned(),
            connections: 8,
        }
    }
}

impl DatabaseConfig {
    /// For the store.
    pub fn options(&self) -> DbOptions {
        DbOptions {
            url: self.url.clone(),
            connections: self.connections,
        }
    }
}

fn without_password<S: serde::Serializer>(url: &str, out: S) -> Result<S::Ok, S::Error> {
    let masked = url.split_once("://").and_then(|(scheme, rest)| {
        let (login, place) = rest.rsplit_once('@')?;
        let (user, _) = login.split_once(':')?;
        Some(format!("{scheme}://{user}:***@{place}"))
    });
    out.serialize_str(masked.as_deref().unwrap_or(url))
}
