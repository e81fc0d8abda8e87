//! `[bailian]`.

use bailian::ClientOptions;
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
}

impl Default for BailianConfig {
    fn default() -> Self {
        Self {
            api_key: None,
            base_url: "https://dashscope.aliyuncs.com".to_owned(),
            workspace: None,
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
}
