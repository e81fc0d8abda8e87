//! `[bailian]`.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, ensure};
use bailian::{
    Client, ClientOptions, Pacing, Region,
    pool::{Pool, PoolPolicy, Upstream},
};
use platform::gateway::UPSTREAM;
use serde::{Deserialize, Serialize};

use super::Secret;

/// The upstream.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct BailianConfig {
    /// The API key (`sk-…`); `DASHSCOPE_API_KEY` is taken as well. Without one the built-in simulator answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<Secret>,
    /// The region's address: `https://dashscope.aliyuncs.com` (Beijing) or
    /// `https://dashscope-intl.aliyuncs.com` (Singapore).
    pub base_url: String,
    /// The workspace's id, for keys that need it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// Its share of programs' calls among those of its priority.
    pub weight: u32,
    /// Those with the lowest number are asked first, the others while none of these can be.
    pub priority: u32,
    /// Requests a minute to it, all models together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Tokens a minute to it, input and output, all models together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u32>,
    /// How long a call waits for its turn, in milliseconds, when all accounts are used up or throttled.
    pub wait_at_most_ms: u64,
    /// The same limits for single models, by name: the provider's are of an account and a model.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub model_limits: BTreeMap<String, ModelLimitConfig>,
    /// More keys that share programs' calls, by names of your own. What a key has made at Bailian is remembered by its name:
    /// it keeps it when the key itself is replaced by another one of the account.
    pub upstreams: BTreeMap<String, UpstreamConfig>,
}

/// One more key. Its region must be that of the first, because prices differ between regions.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamConfig {
    /// Its API key.
    pub api_key: Secret,
    /// Its address; the first one's without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// The workspace's id, for keys that need it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// The upstream whose account it belongs to as well (`bailian` is the first), or a name that several have in common: what
    /// one of them has made is there for the others. An account of its own without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Its share among those of its priority.
    #[serde(default = "one")]
    pub weight: u32,
    /// Those with the lowest number are asked first.
    #[serde(default)]
    pub priority: u32,
    /// The models that it serves; all of them when the list is empty.
    #[serde(default)]
    pub models: Vec<String>,
    /// Requests a minute to it, all models together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Tokens a minute to it, input and output, all models together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u32>,
    /// The same limits for single models, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub model_limits: BTreeMap<String, ModelLimitConfig>,
}

/// How much a model may be asked in a minute.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelLimitConfig {
    /// Requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Tokens, input and output together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u32>,
}

fn by_model(limits: &BTreeMap<String, ModelLimitConfig>) -> BTreeMap<String, Pacing> {
    let pacing = |limit: &ModelLimitConfig| Pacing {
        requests_per_minute: limit.requests_per_minute,
        tokens_per_minute: limit.tokens_per_minute,
    };
    let limits = limits.iter();
    limits
        .map(|(model, limit)| (model.clone(), pacing(limit)))
        .collect()
}

const fn one() -> u32 {
    1
}

impl Default for BailianConfig {
    fn default() -> Self {
        Self {
            api_key: None,
            base_url: "https://dashscope.aliyuncs.com".to_owned(),
            workspace: None,
            weight: 1,
            priority: 0,
            requests_per_minute: None,
            tokens_per_minute: None,
            wait_at_most_ms: 2_000,
            model_limits: BTreeMap::new(),
            upstreams: BTreeMap::new(),
        }
    }
}

impl BailianConfig {
    /// For the client, when there is a key.
    pub fn options(&self) -> Option<ClientOptions> {
        let key = self.api_key.as_ref().filter(|key| !key.is_blank())?;
        let mut options = ClientOptions::new(self.base_url.as_str(), key.reveal().clone());
        options.workspace.clone_from(&self.workspace);
        Some(options)
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        ensure!(self.weight > 0, "bailian.weight must be at least 1");
        for (name, upstream) in &self.upstreams {
            let key = format!("bailian.upstreams.{name}");
            ensure!(name != UPSTREAM, "{key}: this name is the first one's");
            ensure!(!upstream.api_key.is_blank(), "{key}.api_key is empty");
            ensure!(upstream.weight > 0, "{key}.weight must be at least 1");
            if let Some(account) = &upstream.account {
                ensure!(!account.trim().is_empty(), "{key}.account is empty");
                let other = self.upstreams.get(account).filter(|_| account != name);
                let elsewhere = other.and_then(|other| other.account.as_ref());
                ensure!(
                    elsewhere.is_none_or(|elsewhere| elsewhere == account),
                    "{key}.account names an upstream that belongs to another account"
                );
            }
            let url = upstream.base_url.as_ref().unwrap_or(&self.base_url);
            ensure!(
                Region::of_url(url) == Region::of_url(&self.base_url),
                "{key}.base_url is in another region, where other prices hold"
            );
        }
        Ok(())
    }

    /// Lets the first account's client keep to what is set for it, whoever answers there.
    pub fn pace(&self, options: &mut ClientOptions) {
        options.pacing = Pacing {
            requests_per_minute: self.requests_per_minute,
            tokens_per_minute: self.tokens_per_minute,
        };
        options.model_pacing = by_model(&self.model_limits);
        options.pacing_wait = self.wait_at_most();
    }

    fn wait_at_most(&self) -> Duration {
        Duration::from_millis(self.wait_at_most_ms)
    }

    /// All accounts together, where there are several; `first` is asked as `options` say.
    pub fn pool(&self, first: &Client, options: &ClientOptions) -> anyhow::Result<Option<Pool>> {
        if self.upstreams.is_empty() {
            return Ok(None);
        }
        let mut all = vec![
            Upstream::new(UPSTREAM, first.clone())
                .weight(self.weight)
                .priority(self.priority),
        ];
        for (name, upstream) in &self.upstreams {
            let url = upstream.base_url.as_ref().unwrap_or(&self.base_url);
            let mut others = ClientOptions::new(url.as_str(), upstream.api_key.reveal().clone());
            others.workspace.clone_from(&upstream.workspace);
            others.catalogue.clone_from(&options.catalogue);
            others.pacing = Pacing {
                requests_per_minute: upstream.requests_per_minute,
                tokens_per_minute: upstream.tokens_per_minute,
            };
            others.model_pacing = by_model(&upstream.model_limits);
            others.pacing_wait = self.wait_at_most();
            let client =
                Client::new(others).with_context(|| format!("bailian.upstreams.{name}"))?;
            let member = Upstream::new(name.as_str(), client)
                .weight(upstream.weight)
                .priority(upstream.priority);
            let member = match &upstream.account {
                Some(account) => member.account(account.as_str()),
                None => member,
            };
            all.push(if upstream.models.is_empty() {
                member
            } else {
                member.models(upstream.models.iter().cloned())
            });
        }
        let policy = PoolPolicy {
            wait_at_most: self.wait_at_most(),
            ..PoolPolicy::default()
        };
        let pool = Pool::with_policy(all, policy).context("bailian.upstreams")?;
        Ok(Some(pool))
    }
}
