//! Vectors for texts in the native protocol, dense, sparse or both.

use serde::{Deserialize, Serialize};

use super::EmbeddingUsage;
use super::vector::vector;
use crate::lenient::{null_as_default, tokens};
use crate::native::NativeAnswer;
use crate::setters::setters;
use crate::span::{call_span, record_tokens};
use crate::validate::require;
use crate::{CallOptions, Client, Error, Extra};

const PATH: &str = "/api/v1/services/embeddings/text-embedding/text-embedding";

/// Texts to be embedded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextEmbeddingRequest {
    /// For example `text-embedding-v4`.
    pub model: String,
    /// The texts.
    pub input: Texts,
    /// What vectors are wanted.
    pub parameters: TextEmbeddingParameters,
    /// How the call is handled, beside its body.
    #[serde(skip)]
    pub options: CallOptions,
}

/// The texts of a request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Texts {
    /// v3 and v4 take at most 10 of 8,192 tokens, v1 and v2 25 of 2,048.
    pub texts: Vec<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What vectors are wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextEmbeddingParameters {
    /// `document` or `query`, for texts that are searched and for texts that search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_type: Option<String>,
    /// Numbers a vector; which are possible depends on the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimension: Option<u32>,
    /// `dense`, `sparse` or `dense&sparse`; v3 and v4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_type: Option<String>,
    /// What the vectors are for, in English; v4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruct: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl TextEmbeddingRequest {
    /// A request for dense vectors of documents.
    pub fn new(
        model: impl Into<String>,
        texts: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            model: model.into(),
            input: Texts {
                texts: texts.into_iter().map(Into::into).collect(),
                extra: Extra::new(),
            },
            ..Self::default()
        }
    }

    setters! {
        in parameters:
        text_type: String,
        dimension: u32,
        output_type: String,
        instruct: String,
    }

    /// Checks what holds for every model.
    pub fn validate(&self) -> Result<(), Error> {
        require(!self.model.is_empty(), "model", "must not be empty")?;
        require(
            !self.input.texts.is_empty() || !self.input.extra.is_empty(),
            "texts",
            "must not be empty",
        )
    }
}

/// The vectors and what they took.
pub type TextEmbeddings = NativeAnswer<TextEmbeddingOutput, EmbeddingUsage>;

/// The vectors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextEmbeddingOutput {
    /// One for each text.
    #[serde(deserialize_with = "null_as_default")]
    pub embeddings: Vec<TextEmbedding>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One text's vectors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextEmbedding {
    /// Which text.
    #[serde(deserialize_with = "null_as_default")]
    pub text_index: usize,
    /// The dense vector, if asked for.
    #[serde(deserialize_with = "vector", skip_serializing_if = "Vec::is_empty")]
    pub embedding: Vec<f32>,
    /// The sparse vector, if asked for.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub sparse_embedding: Vec<SparseValue>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One place of a sparse vector that is not zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SparseValue {
    /// The place.
    #[serde(deserialize_with = "tokens")]
    pub index: Option<u64>,
    /// The value.
    pub value: f32,
    /// The word that it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Embeds texts natively ("Text embedding"), which also knows sparse vectors and what a text is for.
    ///
    /// ```no_run
    /// use bailian::embeddings::TextEmbeddingRequest;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = TextEmbeddingRequest::new("text-embedding-v4", ["风急天高猿啸哀"])
    ///     .text_type("query")
    ///     .output_type("dense&sparse");
    /// let vectors = client.embed_texts(request).await?.output.embeddings;
    /// # let _ = vectors;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn embed_texts(
        &self,
        request: TextEmbeddingRequest,
    ) -> Result<TextEmbeddings, Error> {
        request.validate()?;
        self.check(|catalogue| catalogue.check_text_embedding(&request))?;
        let span = call_span!("bailian.embed_texts", "embeddings", request.model);
        let answer: TextEmbeddings = self.native(PATH, &request, &request.options, &span).await?;
        if let Some(usage) = &answer.usage {
            record_tokens(&span, usage.total_tokens, None);
        }
        Ok(answer)
    }
}
