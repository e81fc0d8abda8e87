//! Web search: how the model searches and what it found ("Web search").

use serde::{Deserialize, Serialize};

use crate::lenient::{null_as_default, tokens};
use crate::setters::setters;
use crate::validate::require;
use crate::{Error, Extra};

const MAX_SITES: usize = 25;

/// How the model searches ("Web search").
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchOptions {
    /// Search even if the model sees no need.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forced_search: Option<bool>,
    /// `turbo`, `max`, `agent`, `agent_max`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_strategy: Option<String>,
    /// Vertical sources such as weather.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_search_extension: Option<bool>,
    /// Asks for the sources. Only the native protocol returns them; the compatible mode accepts the option and
    /// says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_source: Option<bool>,
    /// Marks like `[1]` in the text; needs `enable_source`. Native only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_citation: Option<bool>,
    /// `[<number>]` or `[ref_<number>]`. Native only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation_format: Option<String>,
    /// The first event of a stream holds only the sources. Native only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepend_search_result: Option<bool>,
    /// Days: 7, 30, 180 or 365; only with `turbo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freshness: Option<u32>,
    /// At most 25 hosts; only with `turbo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_site_list: Option<Vec<String>>,
    /// A restriction in natural language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intention_options: Option<IntentionOptions>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl SearchOptions {
    /// The model's own way.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        forced_search: bool,
        search_strategy: String,
        enable_search_extension: bool,
        enable_source: bool,
        enable_citation: bool,
        citation_format: String,
        prepend_search_result: bool,
        freshness: u32,
        assigned_site_list: Vec<String>,
        intention_options: IntentionOptions,
    }

    pub(crate) fn validate(&self) -> Result<(), Error> {
        let require = |holds, message| require(holds, "search_options", message);
        let sites = self.assigned_site_list.as_ref().map_or(0, Vec::len);
        require(sites <= MAX_SITES, "at most 25 sites")?;
        let days = self.freshness;
        require(
            days.is_none_or(|days| matches!(days, 7 | 30 | 180 | 365)),
            "freshness is 7, 30, 180 or 365 days",
        )?;
        require(
            self.enable_citation != Some(true) || self.enable_source != Some(false),
            "citations need sources",
        )
    }
}

/// What the search is restricted to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct IntentionOptions {
    /// In natural language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_intervene: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl From<&str> for IntentionOptions {
    fn from(text: &str) -> Self {
        Self {
            prompt_intervene: Some(text.to_owned()),
            extra: Extra::new(),
        }
    }
}

/// What a search found; only the native protocol tells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchInfo {
    /// Sources, by their number in the text.
    #[serde(deserialize_with = "null_as_default")]
    pub search_results: Vec<SearchResult>,
    /// What vertical sources answered.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub extra_tool_info: Vec<Extra>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl SearchInfo {
    /// Whether nothing is in it, as in the later events of a stream.
    pub fn is_empty(&self) -> bool {
        self.search_results.is_empty() && self.extra_tool_info.is_empty()
    }
}

/// One source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchResult {
    /// The number that citations name.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// Its heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Who publishes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
    /// The publisher's picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}
