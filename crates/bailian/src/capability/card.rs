//! What is known of a model.

use serde::{Deserialize, Serialize};

use super::{MediaLimits, TokenPrices, UnitPrices};
use crate::native::Service;

/// A row of the catalogue. What is absent is not known, which is not the same as "no".
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelCard {
    /// As a request names it.
    pub id: String,
    /// Other ids of the same model, such as the snapshot that it stands for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// What it is for.
    pub kind: ModelKind,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What it takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub input: Vec<Modality>,
    /// What it gives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub output: Vec<Modality>,
    /// Everything together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_tokens: Option<u64>,
    /// Most input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_input_tokens: Option<u64>,
    /// Longest answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u64>,
    /// Longest reasoning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_thinking_tokens: Option<u64>,
    /// What else it knows; empty if the catalogue says nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<Feature>,
    /// Whether it reasons before it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thinking: Option<Thinking>,
    /// Whether it answers whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub streaming: Option<Streaming>,
    /// Which of the two native services for text it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
    /// Whether the compatible mode refuses it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub native_only: bool,
    /// How long its vectors can be, its own choice first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<u32>,
    /// Most texts or documents a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_items: Option<usize>,
    /// Where media models are called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// How media models are called: with nothing but `async`, the header of tasks is compulsory; without it, refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallForm>,
    /// How large pictures, films and texts for them may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaLimits>,
    /// What tokens cost, region by region.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_prices: Vec<TokenPrices>,
    /// What pictures, seconds and characters cost, region by region.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unit_prices: Vec<UnitPrices>,
    /// When the provider's page said so.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub as_of: String,
}

/// What a model is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ModelKind {
    /// Text from text.
    Chat,
    /// Text from text, images and films.
    VisionChat,
    /// Text and speech from everything.
    OmniChat,
    /// The same over a line of its own.
    OmniRealtime,
    /// Text in pictures.
    Ocr,
    /// Text in another language.
    Translation,
    /// Vectors of texts.
    TextEmbedding,
    /// Vectors of texts, images and films.
    MultimodalEmbedding,
    /// Ranks of documents.
    Rerank,
    /// Text that goes on or fills a gap.
    Completion,
    /// Anything else, such as the kinds of media models.
    #[serde(untagged)]
    Other(String),
}

impl Default for ModelKind {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

/// What goes in or comes out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Modality {
    /// Text.
    Text,
    /// Images.
    Image,
    /// Films.
    Video,
    /// Sound.
    Audio,
    /// Anything else.
    #[serde(untagged)]
    Other(String),
}

/// What a model knows beside answering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Feature {
    /// Tools.
    FunctionCalling,
    /// JSON.
    StructuredOutputs,
    /// Searching the web.
    WebSearch,
    /// Continuing a text.
    PrefixCompletion,
    /// The context cache.
    Cache,
    /// Batches.
    Batch,
    /// Anything else.
    #[serde(untagged)]
    Other(String),
}

/// Whether a model reasons before it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thinking {
    /// It cannot.
    Never,
    /// If asked to.
    Off,
    /// Unless asked not to.
    On,
    /// It cannot do without.
    Always,
}

/// Whether a model answers whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Streaming {
    /// Only piece by piece.
    Required,
    /// While thinking only piece by piece.
    RequiredForThinking,
}

/// How a media model can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallForm {
    /// With the answer at once.
    Sync,
    /// As a task.
    Async,
    /// Piece by piece.
    Stream,
    /// Over a WebSocket.
    Socket,
}

impl ModelCard {
    /// Whether it has a feature; `None` if the catalogue does not say.
    pub fn has(&self, feature: &Feature) -> Option<bool> {
        (!self.features.is_empty()).then(|| self.features.contains(feature))
    }

    /// Whether it takes something; `None` if the catalogue does not say.
    pub fn takes(&self, modality: &Modality) -> Option<bool> {
        (!self.input.is_empty()).then(|| self.input.contains(modality))
    }
}
