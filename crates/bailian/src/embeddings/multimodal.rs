//! Vectors for texts, images and films in one space.

use serde::{Deserialize, Serialize};

use super::vector::vector;
use crate::lenient::{null_as_default, object_or_none, tokens};
use crate::native::NativeAnswer;
use crate::setters::setters;
use crate::span::{call_span, record_tokens};
use crate::validate::require;
use crate::{CallOptions, Client, Error, Extra, PromptTokensDetails};

const PATH: &str = "/api/v1/services/embeddings/multimodal-embedding/multimodal-embedding";

/// Things to be embedded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MultimodalEmbeddingRequest {
    /// For example `qwen3-vl-embedding`.
    pub model: String,
    /// The things.
    pub input: Contents,
    /// What vectors are wanted.
    pub parameters: MultimodalEmbeddingParameters,
    /// How the call is handled, beside its body.
    #[serde(skip)]
    pub options: CallOptions,
}

/// The things of a request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contents {
    /// Each gives a vector.
    pub contents: Vec<EmbeddingContent>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One thing. Several fields at once make one vector of all, with the models that can.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EmbeddingContent {
    /// Text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// An image's `https:`, `data:` or `oss:` URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// A film's URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<String>,
    /// Several images' URLs, for one vector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_images: Option<Vec<String>>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl EmbeddingContent {
    setters! {
        text: String,
        image: String,
        video: String,
        multi_images: Vec<String>,
    }

    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

/// What vectors are wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MultimodalEmbeddingParameters {
    /// Numbers a vector; which are possible depends on the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimension: Option<u32>,
    /// `dense`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_type: Option<String>,
    /// Frames a second that are looked at, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<f64>,
    /// What the vectors are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruct: Option<String>,
    /// One vector of everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_fusion: Option<bool>,
    /// How fine images are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub res_level: Option<u32>,
    /// Most frames of a film.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_video_frames: Option<u32>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl MultimodalEmbeddingRequest {
    /// A request with the model's own number of dimensions.
    pub fn new(
        model: impl Into<String>,
        contents: impl IntoIterator<Item = EmbeddingContent>,
    ) -> Self {
        Self {
            model: model.into(),
            input: Contents {
                contents: contents.into_iter().collect(),
                extra: Extra::new(),
            },
            ..Self::default()
        }
    }

    setters! {
        in parameters:
        dimension: u32,
        output_type: String,
        fps: f64,
        instruct: String,
        enable_fusion: bool,
        res_level: u32,
        max_video_frames: u32,
    }

    /// Checks what holds for every model.
    pub fn validate(&self) -> Result<(), Error> {
        require(!self.model.is_empty(), "model", "must not be empty")?;
        require(
            !self.input.contents.is_empty(),
            "contents",
            "must not be empty",
        )
    }
}

/// The vectors and what they took.
pub type MultimodalEmbeddings = NativeAnswer<MultimodalEmbeddingOutput, MultimodalEmbeddingUsage>;

/// The vectors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MultimodalEmbeddingOutput {
    /// One for each thing, or one of all.
    #[serde(deserialize_with = "null_as_default")]
    pub embeddings: Vec<MultimodalEmbedding>,
    /// Anything else; the oldest model answers `embedding` alone.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One thing's vector.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MultimodalEmbedding {
    /// Which thing.
    #[serde(deserialize_with = "null_as_default")]
    pub index: usize,
    /// The vector.
    #[serde(deserialize_with = "vector")]
    pub embedding: Vec<f32>,
    /// `text`, `image`, `video`, `multi_images`, or `vl` of several at once.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What vectors took. All figures are optional on the wire.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MultimodalEmbeddingUsage {
    /// Text.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Images and films.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub image_tokens: Option<u64>,
    /// As the provider adds them up.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub total_tokens: Option<u64>,
    /// What the input was made of.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub input_tokens_details: Option<PromptTokensDetails>,
    /// Images.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub image_count: Option<u64>,
    /// Anything else, such as `duration` in seconds.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Embeds texts, images and films ("Multimodal embedding").
    ///
    /// ```no_run
    /// use bailian::embeddings::{EmbeddingContent, MultimodalEmbeddingRequest};
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let cat = EmbeddingContent::new().image("https://example.com/cat.png");
    /// let request = MultimodalEmbeddingRequest::new("tongyi-embedding-vision-plus", [cat]);
    /// let vectors = client.embed_contents(request).await?.output.embeddings;
    /// # let _ = vectors;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn embed_contents(
        &self,
        request: MultimodalEmbeddingRequest,
    ) -> Result<MultimodalEmbeddings, Error> {
        request.validate()?;
        self.check(|catalogue| catalogue.check_multimodal_embedding(&request))?;
        let span = call_span!("bailian.embed_contents", "embeddings", request.model);
        let answer: MultimodalEmbeddings =
            self.native(PATH, &request, &request.options, &span).await?;
        if let Some(usage) = &answer.usage {
            record_tokens(&span, usage.total_tokens.or(usage.input_tokens), None);
        }
        Ok(answer)
    }
}
