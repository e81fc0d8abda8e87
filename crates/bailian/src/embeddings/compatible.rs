//! Vectors in the OpenAI-compatible mode, `POST /compatible-mode/v1/embeddings`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::vector::vector;
use crate::lenient::{null_as_default, object_or_none, tokens};
use crate::setters::setters;
use crate::span::{call_span, record_tokens};
use crate::validate::require;
use crate::{CallOptions, Client, Error, Extra};

const PATH: &str = "/compatible-mode/v1/embeddings";

/// Texts to be embedded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EmbeddingRequest {
    /// For example `text-embedding-v4`.
    pub model: String,
    /// The texts: v3 and v4 take at most 10 of 8,192 tokens, v1 and v2 25 of 2,048.
    pub input: Vec<String>,
    /// Numbers a vector; which are possible depends on the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<u32>,
    /// `float`, the only documented form; `base64` is read too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding_format: Option<String>,
    /// How the call is handled, beside its body.
    #[serde(skip)]
    pub options: CallOptions,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl EmbeddingRequest {
    /// A request with the model's own number of dimensions.
    pub fn new(
        model: impl Into<String>,
        input: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            model: model.into(),
            input: input.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    setters! {
        dimensions: u32,
        encoding_format: String,
    }

    /// Sets a field that has no name here.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// Checks what holds for every model.
    pub fn validate(&self) -> Result<(), Error> {
        require(!self.model.is_empty(), "model", "must not be empty")?;
        require(!self.input.is_empty(), "input", "must not be empty")?;
        require(
            self.dimensions.is_none_or(|count| count > 0),
            "dimensions",
            "must be at least 1",
        )
    }
}

/// The vectors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Embeddings {
    /// One for each text.
    pub data: Vec<Embedding>,
    /// The model that answered.
    #[serde(default, deserialize_with = "null_as_default")]
    pub model: String,
    /// Tokens.
    #[serde(
        default,
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub usage: Option<EmbeddingUsage>,
    /// The id of the request, from the answer's head; not part of the body.
    #[serde(skip)]
    pub request_id: Option<String>,
    /// Anything else, such as `id`.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One text's vector.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Embedding {
    /// Which text.
    #[serde(default, deserialize_with = "null_as_default")]
    pub index: usize,
    /// The vector.
    #[serde(deserialize_with = "vector")]
    pub embedding: Vec<f32>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What vectors took.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EmbeddingUsage {
    /// Input; absent natively.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub prompt_tokens: Option<u64>,
    /// The same, as there is no output.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub total_tokens: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Embeds texts ("Embeddings").
    ///
    /// More texts than the model takes are [`InvalidParameter`](crate::ErrorKind::InvalidParameter).
    ///
    /// ```no_run
    /// use bailian::embeddings::EmbeddingRequest;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = EmbeddingRequest::new("text-embedding-v4", ["春眠不觉晓"]).dimensions(1024_u32);
    /// let vectors = client.embed(request).await?.data;
    /// # let _ = vectors;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn embed(&self, request: EmbeddingRequest) -> Result<Embeddings, Error> {
        request.validate()?;
        self.check(|catalogue| catalogue.check_embedding(&request))?;
        let span = call_span!("bailian.embed", "embeddings", request.model);
        let timeouts = &self.options().timeouts;
        let call = request.options.post(PATH, &request, timeouts)?;
        let (mut answer, request_id) = self.observed::<Embeddings>(call, &span).await?;
        if let Some(usage) = &answer.usage {
            record_tokens(&span, usage.prompt_tokens.or(usage.total_tokens), None);
        }
        answer.request_id = request_id;
        Ok(answer)
    }
}
