//! What models the provider has and how much of them a key may use ("Models").
//!
//! [`Client::models`](crate::Client::models) lists ids only, but on more hosts.

use serde::{Deserialize, Serialize};

use crate::client::Call;
use crate::lenient::{null_as_default, object_or_none, tokens};
use crate::native::NativeAnswer;
use crate::setters::setters;
use crate::span::call_span;
use crate::{Client, Error, Extra};

/// Which models to list. Lists are "all of these".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelQuery {
    /// Part of the name.
    pub name: Option<String>,
    /// The id.
    pub model: Option<String>,
    /// Of the texts: `zh-CN`, `en-US`.
    pub language: Option<String>,
    /// From 1.
    pub page_no: Option<u32>,
    /// 20 by default.
    pub page_size: Option<u32>,
    /// For example `qwen`.
    pub providers: Vec<String>,
    /// For example `TG` (text), `Reasoning`, `VU` (vision), `ASR`, `TTS`.
    pub capabilities: Vec<String>,
    /// For example `function-calling`.
    pub features: Vec<String>,
    /// Smallest context.
    pub context_window: Option<u64>,
    /// For example `international`.
    pub service_site: Option<String>,
}

impl ModelQuery {
    /// All models.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        name: String,
        model: String,
        language: String,
        page_no: u32,
        page_size: u32,
        context_window: u64,
        service_site: String,
    }

    /// Models of this provider too.
    #[must_use]
    pub fn provider(mut self, provider: impl Into<String>) -> Self {
        self.providers.push(provider.into());
        self
    }

    /// Models that can also do this.
    #[must_use]
    pub fn capability(mut self, capability: impl Into<String>) -> Self {
        self.capabilities.push(capability.into());
        self
    }

    /// Models that also have this feature.
    #[must_use]
    pub fn feature(mut self, feature: impl Into<String>) -> Self {
        self.features.push(feature.into());
        self
    }

    fn pairs(self) -> Vec<(&'static str, String)> {
        let single = [
            ("name", self.name),
            ("model", self.model),
            ("language", self.language),
            ("page_no", self.page_no.map(|page| page.to_string())),
            ("page_size", self.page_size.map(|size| size.to_string())),
            (
                "context_window",
                self.context_window.map(|size| size.to_string()),
            ),
            ("service_site", self.service_site),
        ];
        let several = [
            ("providers", self.providers),
            ("capabilities", self.capabilities),
            ("features", self.features),
        ];
        let single = single.into_iter();
        let several = several
            .into_iter()
            .flat_map(|(name, values)| values.into_iter().map(move |value| (name, Some(value))));
        let all = single.chain(several);
        all.filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}

/// One page of models.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelPage {
    /// How many there are on all pages.
    #[serde(deserialize_with = "tokens")]
    pub total: Option<u64>,
    /// The models.
    #[serde(deserialize_with = "null_as_default")]
    pub models: Vec<ListedModel>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One model as the provider describes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListedModel {
    /// The id.
    #[serde(deserialize_with = "null_as_default")]
    pub model: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What it can do.
    #[serde(deserialize_with = "null_as_default")]
    pub capabilities: Vec<String>,
    /// What else it knows.
    #[serde(deserialize_with = "null_as_default")]
    pub features: Vec<String>,
    /// By the size of the input; amounts are decimal text.
    #[serde(deserialize_with = "null_as_default")]
    pub prices: Vec<PriceRange>,
    /// Its sizes.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub model_info: Option<ModelSizes>,
    /// The dated model that it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equivalent_snapshot: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Prices for inputs of a certain size.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PriceRange {
    /// `Default`, or such as `32k<Input<=128k`.
    #[serde(deserialize_with = "null_as_default")]
    pub range_name: String,
    /// What costs what.
    #[serde(deserialize_with = "null_as_default")]
    pub prices: Vec<ListedPrice>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One price.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListedPrice {
    /// For example `input_token`.
    #[serde(rename = "type", deserialize_with = "null_as_default")]
    pub kind: String,
    /// Decimal text.
    #[serde(deserialize_with = "null_as_default")]
    pub price: String,
    /// What of, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_unit: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How much a model takes and gives, in tokens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelSizes {
    /// Everything together.
    #[serde(deserialize_with = "tokens")]
    pub context_window: Option<u64>,
    /// Input.
    #[serde(deserialize_with = "tokens")]
    pub max_input_tokens: Option<u64>,
    /// Answer.
    #[serde(deserialize_with = "tokens")]
    pub max_output_tokens: Option<u64>,
    /// Reasoning.
    #[serde(deserialize_with = "tokens")]
    pub max_reasoning_tokens: Option<u64>,
    /// Input while reasoning.
    #[serde(deserialize_with = "tokens")]
    pub reasoning_max_input_tokens: Option<u64>,
    /// Answer while reasoning.
    #[serde(deserialize_with = "tokens")]
    pub reasoning_max_output_tokens: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One page of limits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LimitPage {
    /// How many there are on all pages.
    #[serde(deserialize_with = "tokens")]
    pub total: Option<u64>,
    /// Model by model.
    #[serde(deserialize_with = "null_as_default")]
    pub quotas: Vec<ModelQuota>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How much of a model may be used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelQuota {
    /// The model.
    #[serde(deserialize_with = "null_as_default")]
    pub model: String,
    /// Whose share it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace_id: Option<String>,
    /// The account's limit.
    #[serde(deserialize_with = "object_or_none")]
    pub model_limit: Option<UseLimit>,
    /// The workspace's smaller share, if it has one.
    #[serde(deserialize_with = "object_or_none")]
    pub workspace_limit: Option<UseLimit>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// So many requests and so much usage in each window of time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UseLimit {
    /// Requests.
    #[serde(deserialize_with = "tokens")]
    pub request_limit: Option<u64>,
    /// In so many seconds.
    #[serde(deserialize_with = "tokens")]
    pub request_limit_period: Option<u64>,
    /// Of what `usage_limit_field` names.
    #[serde(deserialize_with = "tokens")]
    pub usage_limit: Option<u64>,
    /// In so many seconds.
    #[serde(deserialize_with = "tokens")]
    pub usage_limit_period: Option<u64>,
    /// For example `total_tokens`.
    pub usage_limit_field: Option<String>,
    /// Tasks that may run at a time.
    #[serde(deserialize_with = "tokens")]
    pub async_user_concurrency_limit: Option<u64>,
    /// Tasks that may wait.
    #[serde(deserialize_with = "tokens")]
    pub async_user_queue_limit: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Lists the provider's models with sizes and prices, `GET /api/v1/models`.
    ///
    /// ```no_run
    /// use bailian::models::ModelQuery;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let query = ModelQuery::new().capability("TG").feature("function-calling").page_size(100_u32);
    /// let models = client.listed_models(query).await?.models;
    /// # let _ = models;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn listed_models(&self, query: ModelQuery) -> Result<ModelPage, Error> {
        let call = Call {
            query: query.pairs(),
            ..Call::get("/api/v1/models", &self.options().timeouts)
        };
        let span = call_span!("bailian.listed_models");
        Ok(self
            .observed::<NativeAnswer<_>>(call, &span)
            .await?
            .0
            .output)
    }

    /// Lists how much of each model the key may use, `GET /api/v1/models/limits`; Beijing only.
    ///
    /// Pages count from 1. Only `model`, `name` and the page of the query count.
    ///
    /// ```no_run
    /// use bailian::models::ModelQuery;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let limits = client.model_limits(ModelQuery::new().model("qwen3-max")).await?.quotas;
    /// # let _ = limits;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn model_limits(&self, query: ModelQuery) -> Result<LimitPage, Error> {
        let call = Call {
            query: query.pairs(),
            ..Call::get("/api/v1/models/limits", &self.options().timeouts)
        };
        let span = call_span!("bailian.model_limits");
        Ok(self
            .observed::<NativeAnswer<_>>(call, &span)
            .await?
            .0
            .output)
    }
}
