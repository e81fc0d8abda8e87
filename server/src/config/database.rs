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
    out.serialize_str(&without_password_in_query(masked.as_deref().unwrap_or(url)))
}

/// Postgres takes one in the query as well.
fn without_password_in_query(url: &str) -> String {
    let Some((place, query)) = url.split_once('?') else {
        return url.to_owned();
    };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if name.contains("password") => format!("{name}=***"),
        Some(_) | None => pair.to_owned(),
    });
    format!("{place}?{}", pairs.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CF-08.
    #[test]
    fn a_password_is_masked_wherever_it_stands_in_the_address() {
        for (url, shown) in [
            ("sqlite://data/liantai.db", "sqlite://data/liantai.db"),
            (
                "postgres://lin:hush@db/site?sslmode=verify-full",
                "postgres://lin:***@db/site?sslmode=verify-full",
            ),
            (
                "postgres://db/site?user=lin&password=hush&sslmode=require",
                "postgres://db/site?user=lin&password=***&sslmode=require",
            ),
        ] {
            let config = DatabaseConfig {
                url: url.to_owned(),
                ..DatabaseConfig::default()
            };
            let printed = toml::to_string(&config).unwrap();
            assert!(printed.contains(&format!("\"{shown}\"")), "{printed}");
            assert!(!printed.contains("hush"), "{printed}");
        }
    }
}
