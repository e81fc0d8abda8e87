//! The configuration: `Leptos.toml`, each key overridable by `LIANTAI__SECTION__KEY`. One struct a section; an unknown
//! key or a bad value stops the start with the place and what would be valid.

mod bailian;
mod chat;
mod database;
mod files;
mod gateway;
mod identity;
mod mail;
mod redis;
mod secret;
mod security;
mod server;
mod simulator;
mod sso;
mod telemetry;
mod works;

use std::path::Path;

use anyhow::{Context, bail};
use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use serde::{Deserialize, Serialize};

pub use bailian::{BailianConfig, ModelLimitConfig, UpstreamConfig};
pub use chat::ChatConfig;
pub use database::DatabaseConfig;
pub use files::{FilesConfig, S3Config};
pub use gateway::{AnswersIn, GatewayConfig, LimitsIn};
pub use identity::{IdentityConfig, SessionsIn};
pub use mail::{MailConfig, SmtpEncryption};
pub use redis::RedisConfig;
pub use secret::Secret;
pub use security::SecurityConfig;
pub use server::ServerConfig;
pub use simulator::SimulatorConfig;
pub use sso::{RoleRuleConfig, SsoConfig, SsoConfigs, providers};
pub use telemetry::{LogFormat, TelemetryConfig};
pub use works::WorksConfig;

/// Where the configuration is looked for when nobody says.
const FILE: &str = "Leptos.toml";

/// Everything that can be set before the start.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Addresses, limits, proxies.
    pub server: ServerConfig,
    /// Where things are kept.
    pub database: DatabaseConfig,
    /// What people keep.
    pub files: FilesConfig,
    /// Where sessions can be kept instead.
    pub redis: RedisConfig,
    /// The upstream.
    pub bailian: BailianConfig,
    /// The stand-in for the upstream.
    pub simulator: SimulatorConfig,
    /// Models and limits of the chat.
    pub chat: ChatConfig,
    /// Images, videos and speech.
    pub works: WorksConfig,
    /// Calls from programs.
    pub gateway: GatewayConfig,
    /// The master key.
    pub security: SecurityConfig,
    /// Accounts and sessions.
    pub identity: IdentityConfig,
    /// How letters leave.
    pub mail: MailConfig,
    /// Where else people can sign in.
    pub sso: SsoConfigs,
    /// The log.
    pub telemetry: TelemetryConfig,
}

impl Config {
    /// Reads `file` (or `Leptos.toml` where that is there), then the environment, and checks the whole.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let figment = match file {
            Some(file) => Figment::from(Toml::file_exact(file)),
            None => Figment::from(Toml::file(FILE)),
        };
        let bailian_key = Env::raw()
            .only(&["DASHSCOPE_API_KEY"])
            .map(|_| "bailian.api_key".into());
        let config: Self = figment
            .merge(bailian_key.split("."))
            .merge(Env::prefixed("LIANTAI__").split("__"))
            .extract()
            .context("reading the configuration")?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        if let Some(url) = &self.server.public_url
            && !is_origin(url)
        {
            bail!(
                "server.public_url: {url:?} must be an origin like https://ai.example.com, without a path"
            );
        }
        if !(self.database.url.starts_with("sqlite://")
            || self.database.url.starts_with("postgres"))
        {
            bail!("database.url must begin with sqlite:// or postgres://");
        }
        if self.database.connections == 0 {
            bail!("database.connections must be at least 1");
        }
        self.files.check()?;
        self.security.check()?;
        self.chat.check()?;
        self.bailian.check()?;
        self.gateway.check()?;
        self.works.check()?;
        self.mail.check()?;
        self.redis.check()?;
        if self.identity.sessions == SessionsIn::Redis && !self.redis.is_set() {
            bail!("redis.url must be set when identity.sessions is \"redis\"");
        }
        if self.gateway.limits == LimitsIn::Redis && !self.redis.is_set() {
            bail!("redis.url must be set when gateway.limits is \"redis\"");
        }
        if self.gateway.answers == AnswersIn::Redis && !self.redis.is_set() {
            bail!("redis.url must be set when gateway.answers is \"redis\"");
        }
        sso::check(&self.sso)?;
        self.identity.check()
    }
}

fn is_origin(url: &str) -> bool {
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_configuration_is_a_valid_one() -> anyhow::Result<()> {
        let config: Config = Figment::from(Toml::string("")).extract()?;
        config.check()
    }

    #[test]
    fn an_unknown_key_is_named() {
        let problem = Figment::from(Toml::string("[server]\nadress = 1"))
            .extract::<Config>()
            .expect_err("a typo");
        assert!(problem.to_string().contains("adress"), "{problem}");
    }

    #[test]
    fn the_commented_file_is_valid_and_says_the_defaults() -> anyhow::Result<()> {
        let file = include_str!("../../Leptos.toml");
        // A key is commented out with "#key", a remark begins with "# ".
        let lines = file.lines().map(|line| {
            line.strip_prefix('#')
                .filter(|rest| !rest.starts_with(' '))
                .unwrap_or(line)
        });
        let set = lines.collect::<Vec<_>>().join("\n");
        let config: Config = Figment::from(Toml::string(&set)).extract()?;
        config.check()?;
        assert_eq!(
            toml::to_string(&config)?,
            toml::to_string(&Config::default())?
        );
        Ok(())
    }

    #[test]
    fn secrets_are_masked_when_printed() -> anyhow::Result<()> {
        let config: Config =
            Figment::from(Toml::string("[bailian]\napi_key = \"sk-0123456789abcdef\""))
                .extract()?;
        assert!(!toml::to_string(&config)?.contains("0123456789"));
        assert!(!format!("{config:?}").contains("0123456789"));
        Ok(())
    }
}
