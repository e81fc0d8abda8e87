//! `[bailian]`.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use bailian::{
    Client, ClientOptions, Region,
    pool::{Pool, Upstream},
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
    /// More accounts that share programs' calls, by names of your own.
    pub upstreams: BTreeMap<String, UpstreamConfig>,
}

/// One more account. Its region must be that of the first, because prices differ between regions.
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
    /// Its share among those of its priority.
    #[serde(default = "one")]
    pub weight: u32,
    /// Those with the lowest number are asked first.
    #[serde(default)]
    pub priority: u32,
    /// The models that it serves; all of them when the list is empty.
    #[serde(default)]
    pub models: Vec<String>,
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
            let url = upstream.base_url.as_ref().unwrap_or(&self.base_url);
            ensure!(
                Region::of_url(url) == Region::of_url(&self.base_url),
                "{key}.base_url is in another region, where other prices hold"
            );
        }
        Ok(())
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
            let client =
                Client::new(others).with_context(|| format!("bailian.upstreams.{name}"))?;
            let member = Upstream::new(name.as_str(), client)
                .weight(upstream.weight)
                .priority(upstream.priority);
            all.push(if upstream.models.is_empty() {
                member
            } else {
                member.models(upstream.models.iter().cloned())
            });
        }
        Ok(Some(Pool::new(all).context("bailian.upstreams")?))
    }
}
