//! The connection to Redis: one, over which commands are pipelined. A command has half a second, so that a Redis that
//! is slow or gone costs a refusal and not a hanging page; a lost connection is made again within a second.

use std::{fmt, time::Duration};

use bytes::Bytes;
use fred::{
    clients::Client,
    error::{Error as FredError, ErrorKind},
    interfaces::{ClientLike, LuaInterface},
    types::{
        Builder, FromValue, InfoKind,
        config::{Config, ReconnectPolicy, UnresponsiveConfig},
    },
};
use secrecy::{ExposeSecret, SecretString};

use super::{Error, Result};

/// What a command may take.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long the first connection may take.
const FIRST: Duration = Duration::from_secs(5);

/// A lost connection is tried again after so long, in milliseconds.
const AGAIN_MS: u32 = 500;

/// An open connection to Redis. Cheap to clone.
#[derive(Clone)]
pub struct Redis {
    client: Client,
    prefix: String,
}

/// Why Redis can't be used.
#[derive(Debug, thiserror::Error)]
pub enum RedisError {
    /// It does not answer, refuses, or the address is not one.
    #[error("Redis can't be reached")]
    Unreachable(#[from] FredError),
    /// It would throw sessions away when its memory is full.
    #[error(
        "Redis would throw sessions away when its memory is full: set maxmemory-policy to noeviction, it is {0}"
    )]
    Evicts(String),
}

impl fmt::Debug for Redis {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Redis(…)")
    }
}

impl Redis {
    /// Connects to `redis://user:password@host:port/database` (`rediss` over TLS) and refuses one that would drop keys
    /// to make room. All keys begin with `prefix`.
    pub async fn connect(
        url: &SecretString,
        prefix: &str,
    ) -> std::result::Result<Self, RedisError> {
        let config = Config::from_url(url.expose_secret())?;
        let client = Builder::from_config(config)
            .with_connection_config(|connection| {
                connection.connection_timeout = Duration::from_secs(1);
                connection.internal_command_timeout = Duration::from_secs(1);
                connection.max_command_attempts = 1;
                // A peer that is gone without a word is found out by its silence.
                connection.unresponsive = UnresponsiveConfig {
                    max_timeout: Some(Duration::from_secs(2)),
                    interval: Duration::from_millis(500),
                };
            })
            .with_performance_config(|performance| performance.default_command_timeout = PATIENCE)
            .set_policy(ReconnectPolicy::new_constant(0, AGAIN_MS))
            .build()?;
        let late = || FredError::new(ErrorKind::Timeout, "no connection in time");
        tokio::time::timeout(FIRST, client.init())
            .await
            .map_err(|_| late())??;
        let this = Self {
            client,
            prefix: prefix.to_owned(),
        };
        let info: String = this.client.info(Some(InfoKind::Memory)).await?;
        match Self::evicts_by(&info) {
            Some(policy) => Err(RedisError::Evicts(policy)),
            None => Ok(this),
        }
    }

    /// Whether Redis answers.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.client.ping::<()>(None).await?)
    }

    /// Closes the connection once what was sent is answered.
    pub async fn close(&self) {
        if let Err(error) = self.client.quit().await {
            tracing::debug!(error = &error as &dyn std::error::Error, "leaving Redis");
        }
    }

    /// The key of that name.
    pub(super) fn key(&self, kind: &str, name: &str) -> String {
        format!("{}{kind}:{name}", self.prefix)
    }

    /// Runs a script, which Redis does as one step.
    pub(super) async fn run<R: FromValue>(
        &self,
        script: &str,
        keys: Vec<String>,
        values: Vec<String>,
    ) -> Result<R> {
        Ok(self.client.eval(script, keys, values).await?)
    }

    /// The same with values that need not be text.
    pub(super) async fn run_with_bytes<R: FromValue>(
        &self,
        script: &str,
        keys: Vec<String>,
        values: Vec<Bytes>,
    ) -> Result<R> {
        Ok(self.client.eval(script, keys, values).await?)
    }

    /// How a server that says so of its memory makes room, if it would at all.
    pub(crate) fn evicts_by(info: &str) -> Option<String> {
        let field = |name: &str| {
            let line = info.lines().find_map(|line| line.strip_prefix(name));
            line.map(str::trim).unwrap_or_default().to_owned()
        };
        let bounded = !matches!(field("maxmemory:").as_str(), "" | "0");
        let policy = field("maxmemory_policy:");
        (bounded && policy != "noeviction").then_some(policy)
    }
}

impl From<FredError> for Error {
    fn from(error: FredError) -> Self {
        Self::Redis(error)
    }
}

#[cfg(test)]
impl Redis {
    /// What FLUSHALL does, for this connection's keys.
    pub(crate) async fn forget_all(&self) -> Result<i64> {
        let script = "local gone = 0
            for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do gone = gone + redis.call('DEL', key) end
            return gone";
        self.run(script, vec![], vec![self.prefix.clone()]).await
    }

    /// All keys and values.
    pub(crate) async fn dump(&self) -> Result<Vec<String>> {
        let script = "local all = {}
            for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
              all[#all + 1] = key
              local is = redis.call('TYPE', key)['ok']
              for _, part in ipairs(redis.call(is == 'hash' and 'HGETALL' or 'SMEMBERS', key)) do all[#all + 1] = part end
            end
            return all";
        self.run(script, vec![], vec![self.prefix.clone()]).await
    }

    /// How long each key lives, in milliseconds.
    pub(crate) async fn lives_ms(&self) -> Result<Vec<i64>> {
        let script = "local all = {}
            for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do all[#all + 1] = redis.call('PTTL', key) end
            return all";
        self.run(script, vec![], vec![self.prefix.clone()]).await
    }
}
