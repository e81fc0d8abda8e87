//! Refusing what the model's own page rules out, before it costs a round trip.

use super::{Catalogue, Feature, Modality, ModelCard, ModelKind, Streaming, Thinking};
use crate::embeddings::{EmbeddingRequest, MultimodalEmbeddingRequest, TextEmbeddingRequest};
use crate::native::{self, GenerationRequest};
use crate::rerank::RerankRequest;
use crate::validate::require;
use crate::{ChatRequest, Content, ContentPart, Error, ResponseFormat, ToolChoice};

const CHAT_PATH: &str = "/compatible-mode/v1/chat/completions";

/// What both protocols ask of a model that writes text.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own"
)]
struct Asked<'a> {
    streamed: bool,
    max_tokens: Option<u32>,
    enable_thinking: Option<bool>,
    thinking_budget: Option<u32>,
    has_effort: bool,
    has_tools: bool,
    tool_choice: Option<&'a ToolChoice>,
    enable_search: Option<bool>,
    format: Option<&'a ResponseFormat>,
    continues: bool,
    takes: Vec<Modality>,
}

impl Catalogue {
    /// Checks a chat request against its model: kind, media, length, thinking, streaming, tools, search, form.
    ///
    /// Fails with [`InvalidParameter`](crate::ErrorKind::InvalidParameter), which names the field. Models that
    /// the catalogue does not know pass, unless it is [`strict`](Catalogue::strict); so does whatever it does
    /// not know of a model. Which call is made counts: set `stream` or let the call set it.
    pub fn check(&self, request: &ChatRequest) -> Result<(), Error> {
        let Some(card) = self.card(&request.model)? else {
            return Ok(());
        };
        let compatible = !card.native_only
            && (card.paths.is_empty() || card.paths.iter().any(|path| path == CHAT_PATH));
        require(
            compatible && card.writes(),
            "model",
            "this model does not chat here",
        )?;
        let speaks = request
            .modalities
            .iter()
            .flatten()
            .any(|word| word == "audio");
        if speaks {
            let can = card.output.is_empty() || card.output.contains(&Modality::Audio);
            require(can, "modalities", "this model does not speak")?;
            let silent = request.enable_thinking == Some(true);
            require(!silent, "modalities", "no speech while thinking")?;
        }
        let format = request.response_format.as_ref();
        if format.is_some_and(|format| format.kind == "json_object") {
            let said = |message: &crate::Message| message.text().to_lowercase().contains("json");
            require(
                request.messages.iter().any(said),
                "messages",
                "must contain the word json for this response_format",
            )?;
        }
        card.check_text(&Asked {
            streamed: request.stream == Some(true),
            max_tokens: request.max_tokens,
            enable_thinking: request.enable_thinking,
            thinking_budget: request.thinking_budget,
            has_effort: request.reasoning_effort.is_some(),
            has_tools: !request.tools.is_empty(),
            tool_choice: request.tool_choice.as_ref(),
            enable_search: request.enable_search,
            format,
            continues: request
                .messages
                .iter()
                .any(|message| message.partial == Some(true)),
            takes: request.messages.iter().flat_map(media).collect(),
        })
    }

    /// Checks a native request like [`check`](Catalogue::check), and that it goes to the model's own service.
    pub fn check_generation(
        &self,
        request: &GenerationRequest,
        streamed: bool,
    ) -> Result<(), Error> {
        let Some(card) = self.card(&request.model)? else {
            return Ok(());
        };
        let fits = card
            .service
            .is_none_or(|service| service == request.service);
        require(fits, "service", "this model belongs to the other service")?;
        let served =
            card.paths.is_empty() || card.paths.iter().any(|path| path == request.service.path());
        require(
            served && card.writes(),
            "model",
            "this model does not write here",
        )?;
        let parameters = &request.parameters;
        let messages = &request.input.messages;
        card.check_text(&Asked {
            streamed,
            max_tokens: parameters.max_tokens,
            enable_thinking: parameters.enable_thinking,
            thinking_budget: parameters.thinking_budget,
            has_effort: parameters.reasoning_effort.is_some(),
            has_tools: !parameters.tools.is_empty(),
            tool_choice: parameters.tool_choice.as_ref(),
            enable_search: parameters.enable_search,
            format: parameters.response_format.as_ref(),
            continues: messages.iter().any(|message| message.partial == Some(true)),
            takes: messages.iter().flat_map(native_media).collect(),
        })
    }

    /// Checks an embedding request: kind, number of texts, length of vectors.
    pub fn check_embedding(&self, request: &EmbeddingRequest) -> Result<(), Error> {
        let Some(card) = self.card(&request.model)? else {
            return Ok(());
        };
        let compatible = card.kind == ModelKind::TextEmbedding && !card.native_only;
        require(compatible, "model", "this model does not embed texts here")?;
        card.check_vectors("dimensions", request.dimensions)?;
        card.check_items("input", request.input.len())
    }

    /// The same for a native request.
    pub fn check_text_embedding(&self, request: &TextEmbeddingRequest) -> Result<(), Error> {
        let Some(card) = self.card(&request.model)? else {
            return Ok(());
        };
        let embeds = card.kind == ModelKind::TextEmbedding;
        require(embeds, "model", "this model does not embed texts")?;
        card.check_vectors("dimension", request.parameters.dimension)?;
        card.check_items("texts", request.input.texts.len())
    }

    /// The same for texts, images and films.
    pub fn check_multimodal_embedding(
        &self,
        request: &MultimodalEmbeddingRequest,
    ) -> Result<(), Error> {
        let Some(card) = self.card(&request.model)? else {
            return Ok(());
        };
        let embeds = card.kind == ModelKind::MultimodalEmbedding;
        require(embeds, "model", "this model does not embed media")?;
        card.check_vectors("dimension", request.parameters.dimension)?;
        card.check_items("contents", request.input.contents.len())
    }

    /// Checks a request for ranks: kind and number of documents.
    pub fn check_rerank(&self, request: &RerankRequest) -> Result<(), Error> {
        let Some(card) = self.card(&request.model)? else {
            return Ok(());
        };
        let ranks = card.kind == ModelKind::Rerank;
        require(ranks, "model", "this model does not rank")?;
        card.check_items("documents", request.documents.len())
    }
}

impl ModelCard {
    /// Whether it answers in text to what it is told, as far as is known.
    fn writes(&self) -> bool {
        !matches!(
            self.kind,
            ModelKind::TextEmbedding
                | ModelKind::MultimodalEmbedding
                | ModelKind::Rerank
                | ModelKind::OmniRealtime
        )
    }

    fn check_text(&self, asked: &Asked) -> Result<(), Error> {
        let within = |asked: Option<u32>, most: Option<u64>| {
            asked
                .zip(most)
                .is_none_or(|(asked, most)| u64::from(asked) <= most)
        };
        require(
            within(asked.max_tokens, self.max_output_tokens),
            "max_tokens",
            "more than the model writes",
        )?;
        require(
            within(asked.thinking_budget, self.max_thinking_tokens),
            "thinking_budget",
            "more than the model thinks",
        )?;
        for modality in &asked.takes {
            let takes = self.takes(modality) != Some(false);
            require(takes, "messages", "the model does not take such media")?;
        }
        self.check_thinking(asked)?;
        self.check_features(asked)
    }

    fn check_thinking(&self, asked: &Asked) -> Result<(), Error> {
        let wanted = asked.enable_thinking;
        let (never, always) = (
            self.thinking == Some(Thinking::Never),
            self.thinking == Some(Thinking::Always),
        );
        require(
            !never || wanted != Some(true),
            "enable_thinking",
            "the model cannot think",
        )?;
        require(
            !always || wanted != Some(false),
            "enable_thinking",
            "the model always thinks",
        )?;
        let newest = self.id.starts_with("qwen3.8-");
        require(
            !newest || !asked.has_effort || asked.thinking_budget.is_none(),
            "reasoning_effort",
            "excludes thinking_budget",
        )?;
        let thinks = wanted.unwrap_or(matches!(
            self.thinking,
            Some(Thinking::On | Thinking::Always)
        ));
        let streamed = match self.streaming {
            Some(Streaming::Required) => asked.streamed,
            Some(Streaming::RequiredForThinking) => asked.streamed || !thinks,
            None => true,
        };
        require(streamed, "stream", "the model answers only piece by piece")
    }

    fn check_features(&self, asked: &Asked) -> Result<(), Error> {
        let lacks = |feature| self.has(&feature) == Some(false);
        let thinks = asked.enable_thinking == Some(true);
        if asked.has_tools {
            require(
                !lacks(Feature::FunctionCalling),
                "tools",
                "the model knows no tools",
            )?;
        }
        if let Some(ToolChoice(choice)) = asked.tool_choice {
            let qwen = self.provider.as_deref() == Some("qwen");
            require(!qwen || choice != "required", "tool_choice", "auto or none")?;
            require(
                !thinks || choice.is_string(),
                "tool_choice",
                "auto or none while thinking",
            )?;
        }
        if asked.enable_search == Some(true) {
            require(
                !lacks(Feature::WebSearch),
                "enable_search",
                "the model does not search",
            )?;
        }
        if asked
            .format
            .is_some_and(|format| format.kind.starts_with("json"))
        {
            let structured = !lacks(Feature::StructuredOutputs);
            require(
                structured,
                "response_format",
                "the model knows no such form",
            )?;
        }
        if asked
            .format
            .is_some_and(|format| format.kind == "json_object")
        {
            require(!thinks, "response_format", "no JSON while thinking")?;
        }
        if asked.continues {
            let continues = !lacks(Feature::PrefixCompletion);
            require(continues, "messages", "the model does not continue a text")?;
        }
        Ok(())
    }

    fn check_vectors(&self, field: &str, dimensions: Option<u32>) -> Result<(), Error> {
        let known = dimensions
            .is_none_or(|count| self.dimensions.is_empty() || self.dimensions.contains(&count));
        require(known, field, "the model makes no vectors of this length")
    }

    fn check_items(&self, field: &str, count: usize) -> Result<(), Error> {
        let fits = self.max_items.is_none_or(|most| count <= most);
        require(fits, field, "more than the model takes at a time")
    }
}

fn media(message: &crate::Message) -> Vec<Modality> {
    let Some(Content::Parts(parts)) = &message.content else {
        return Vec::new();
    };
    let modality = |part: &ContentPart| match part {
        ContentPart::ImageUrl { .. } => Some(Modality::Image),
        ContentPart::VideoUrl { .. } | ContentPart::Video { .. } => Some(Modality::Video),
        ContentPart::InputAudio { .. } => Some(Modality::Audio),
        ContentPart::Text { .. } | ContentPart::Other(_) => None,
    };
    parts.iter().filter_map(modality).collect()
}

fn native_media(message: &native::Message) -> Vec<Modality> {
    let Some(native::Content::Parts(parts)) = &message.content else {
        return Vec::new();
    };
    let modalities = |part: &native::Part| {
        [
            part.image.is_some().then_some(Modality::Image),
            part.video.is_some().then_some(Modality::Video),
            part.audio.is_some().then_some(Modality::Audio),
        ]
    };
    parts.iter().flat_map(modalities).flatten().collect()
}

#[cfg(test)]
mod tests;
