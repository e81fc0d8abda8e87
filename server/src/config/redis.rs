//! `[redis]`.

use anyhow::{Context, bail};
use platform::store::Redis;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::Secret;

/// Redis, for several processes that share sessions without asking the database each time.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RedisConfig {
    /// `redis://user:password@host:6379/0`, or `rediss://` over TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Secret>,
    /// What all keys begin with: sites that share a Redis need different ones.
    pub prefix: String,
}

impl Default for RedisConfig {
    fn default() -> Self {
        Self {
            url: None,
            prefix: "liantai:".to_owned(),
        }
    }
}

impl RedisConfig {
    /// Whether there is one.
    pub fn is_set(&self) -> bool {
        self.url.as_ref().is_some_and(|url| !url.is_blank())
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        let url = self.url.as_ref().map(|url| url.reveal().expose_secret());
        let known = [
            "redis://",
            "rediss://",
            "redis-sentinel://",
            "rediss-sentinel://",
        ];
        if let Some(url) = url
            && self.is_set()
            && !known.iter().any(|scheme| url.starts_with(scheme))
        {
            bail!("redis.url must begin with redis:// or rediss://");
        }
        Ok(())
    }

    /// Connects; refuses a server that would throw sessions away when its memory is full.
    pub async fn connect(&self) -> anyhow::Result<Redis> {
        let url = self.url.as_ref().filter(|url| !url.is_blank());
        let url = url.context("redis.url is not set")?;
        Redis::connect(url.reveal(), &self.prefix)
            .await
            .context("redis.url")
    }
}
