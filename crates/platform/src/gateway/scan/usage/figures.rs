//! Figures as upstreams write them: under several names, as texts, or absurd.

use bailian::{CompletionTokensDetails, PromptTokensDetails, Usage};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{Reported, UsageShape};

/// What holds the figures: the answer, or what an event wraps.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Envelope {
    #[serde(deserialize_with = "readable")]
    usage: Option<Figures>,
    #[serde(deserialize_with = "readable")]
    response: Option<Wrapped>,
    #[serde(deserialize_with = "readable")]
    message: Option<Wrapped>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wrapped {
    #[serde(deserialize_with = "readable")]
    usage: Option<Figures>,
}

impl Envelope {
    pub(super) fn reported(self, shape: UsageShape) -> Option<Reported> {
        let wrapped = match shape {
            UsageShape::Responses => self.response,
            UsageShape::Anthropic => self.message,
            UsageShape::OpenAi | UsageShape::Native => None,
        };
        let figures = self.usage.or(wrapped.and_then(|wrapped| wrapped.usage))?;
        figures.reported(shape)
    }
}

/// Every figure that some protocol or model states.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Figures {
    #[serde(deserialize_with = "count")]
    prompt_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    completion_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    total_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    input_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    output_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    image_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    video_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    audio_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    cache_read_input_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    cache_creation_input_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    image_count: Option<u64>,
    #[serde(deserialize_with = "count")]
    output_image_count: Option<u64>,
    #[serde(deserialize_with = "count")]
    characters: Option<u64>,
    #[serde(deserialize_with = "milliseconds")]
    duration: Option<u64>,
    #[serde(deserialize_with = "milliseconds")]
    video_duration: Option<u64>,
    #[serde(deserialize_with = "milliseconds")]
    seconds: Option<u64>,
    #[serde(rename = "SR", deserialize_with = "count")]
    resolution: Option<u64>,
    #[serde(deserialize_with = "readable")]
    prompt_tokens_details: Option<Parts>,
    #[serde(deserialize_with = "readable")]
    input_tokens_details: Option<Parts>,
    #[serde(deserialize_with = "readable")]
    completion_tokens_details: Option<Parts>,
    #[serde(deserialize_with = "readable")]
    output_tokens_details: Option<Parts>,
    #[serde(deserialize_with = "readable")]
    x_details: Option<Vec<Detail>>,
    #[serde(deserialize_with = "readable")]
    models: Option<Vec<OfModel>>,
}

/// Parts of the input or of the output.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Parts {
    #[serde(deserialize_with = "count")]
    cached_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    cache_creation_input_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    text_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    image_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    video_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    audio_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    reasoning_tokens: Option<u64>,
    #[serde(deserialize_with = "readable")]
    cache_creation: Option<CacheCreation>,
    #[serde(deserialize_with = "readable")]
    cache_type: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct CacheCreation {
    #[serde(deserialize_with = "count")]
    ephemeral_5m_input_tokens: Option<u64>,
}

/// What the responses protocol tells of its cache beside the figures that are everybody's.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    #[serde(deserialize_with = "readable")]
    prompt_tokens_details: Option<Parts>,
}

/// What one of an application's models used.
#[derive(Default, Deserialize)]
#[serde(default)]
struct OfModel {
    #[serde(deserialize_with = "readable")]
    model_id: Option<String>,
    #[serde(deserialize_with = "count")]
    input_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    output_tokens: Option<u64>,
}

impl Figures {
    fn reported(self, shape: UsageShape) -> Option<Reported> {
        let models = self.models.as_deref().unwrap_or_default();
        let model = models.first().and_then(|first| first.model_id.clone());
        let by_model = apart(models);
        let of_models = |count: fn(&OfModel) -> Option<u64>| {
            models
                .iter()
                .map(count)
                .reduce(|sum, next| Some(sum?.saturating_add(next?)))?
        };
        let output = self.completion_tokens.or(self.output_tokens);
        let output = output.or_else(|| of_models(|model| model.output_tokens));
        let input = self.prompt_tokens.or(self.input_tokens);
        let input = input.or_else(|| of_models(|model| model.input_tokens));
        // Vectors and ranks only state a sum, all of which went in.
        let input = input.or(self.total_tokens.filter(|_| output.is_none()));
        let parts = self.input_parts();
        let input = input.map(|input| match shape {
            UsageShape::Anthropic => [
                self.cache_read_input_tokens,
                self.cache_creation_input_tokens,
            ]
            .into_iter()
            .flatten()
            .fold(input, u64::saturating_add),
            // Vectors of pictures state the text alone as input.
            UsageShape::Native => parts.as_ref().map_or(0, seen).max(input),
            UsageShape::OpenAi | UsageShape::Responses => input,
        });
        let sum = |(input, output): (u64, u64)| input.saturating_add(output);
        let details = self
            .completion_tokens_details
            .or(self.output_tokens_details);
        let usage = Usage {
            prompt_tokens: input,
            completion_tokens: output,
            total_tokens: self.total_tokens.or(input.zip(output).map(sum)),
            prompt_tokens_details: parts,
            completion_tokens_details: details.map(|parts| CompletionTokensDetails {
                reasoning_tokens: parts.reasoning_tokens,
                text_tokens: parts.text_tokens,
                audio_tokens: parts.audio_tokens,
                ..CompletionTokensDetails::default()
            }),
            ..Usage::default()
        };
        let images = self.image_count.or(self.output_image_count);
        let mut reported = Reported {
            usage,
            images: images.filter(|_| input.is_none_or(|tokens| tokens == 0)),
            media_ms: self.duration.or(self.video_duration).or(self.seconds),
            characters: self.characters,
            resolution: self.resolution,
            model,
            by_model,
        };
        reported.keep_parts_within();
        (reported != Reported::default()).then_some(reported)
    }

    fn input_parts(&self) -> Option<PromptTokensDetails> {
        let detail = self.x_details.as_ref().and_then(|details| details.first());
        let places = [
            self.prompt_tokens_details.as_ref(),
            self.input_tokens_details.as_ref(),
            detail.and_then(|detail| detail.prompt_tokens_details.as_ref()),
        ];
        // Figures of 0 in one place must not hide those of another.
        let largest = |count: fn(&Parts) -> Option<u64>| {
            places.iter().copied().flatten().filter_map(count).max()
        };
        let created = largest(|parts| {
            let of_5m = parts
                .cache_creation
                .as_ref()
                .and_then(|cache| cache.ephemeral_5m_input_tokens);
            parts.cache_creation_input_tokens.or(of_5m)
        });
        let mut details = PromptTokensDetails {
            cached_tokens: largest(|parts| parts.cached_tokens).or(self.cache_read_input_tokens),
            // Anthropic's protocol always states it. Its being there is what tells the dearer cache from the other.
            cache_creation_input_tokens: created
                .or(self.cache_creation_input_tokens.filter(|count| *count > 0)),
            text_tokens: largest(|parts| parts.text_tokens),
            image_tokens: largest(|parts| parts.image_tokens).or(self.image_tokens),
            video_tokens: largest(|parts| parts.video_tokens).or(self.video_tokens),
            audio_tokens: largest(|parts| parts.audio_tokens).or(self.audio_tokens),
            ..PromptTokensDetails::default()
        };
        let cache_type = places
            .iter()
            .copied()
            .flatten()
            .find_map(|parts| parts.cache_type.clone());
        if let Some(cache_type) = cache_type {
            details
                .extra
                .insert("cache_type".to_owned(), cache_type.into());
        }
        let is_told =
            places.iter().any(Option::is_some) || details != PromptTokensDetails::default();
        is_told.then_some(details)
    }
}

/// What each of several models used; nothing where one of them is not named, or its figures aren't there.
fn apart(models: &[OfModel]) -> Vec<Reported> {
    if models.len() < 2 {
        return Vec::new();
    }
    let parts = models.iter().map(|one| {
        Some(Reported {
            usage: Usage {
                prompt_tokens: Some(one.input_tokens?),
                completion_tokens: Some(one.output_tokens?),
                ..Usage::default()
            },
            model: Some(one.model_id.clone()?),
            ..Reported::default()
        })
    });
    parts.collect::<Option<_>>().unwrap_or_default()
}

/// All that the parts of an input come to.
fn seen(parts: &PromptTokensDetails) -> u64 {
    [
        parts.text_tokens,
        parts.image_tokens,
        parts.video_tokens,
        parts.audio_tokens,
    ]
    .into_iter()
    .flatten()
    .fold(0, u64::saturating_add)
}

/// What can be read as it should be; anything else in its place reads as nothing.
fn readable<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

/// A whole number that is not negative, also as a text.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text = <&RawValue>::deserialize(deserializer)?.get();
    let text = text.trim_matches('"').trim();
    let whole = |number: f64| (number.fract() == 0.0).then(|| saturated(number));
    Ok(text.parse().ok().or_else(|| amount(text).and_then(whole)))
}

/// Seconds that are not negative, as milliseconds.
fn milliseconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text = <&RawValue>::deserialize(deserializer)?.get();
    let seconds = amount(text.trim_matches('"').trim());
    Ok(seconds.map(|seconds| saturated((seconds * 1_000.0).ceil())))
}

/// A number that is not negative. A digit must begin it: `inf` is a number to Rust and to nobody else.
fn amount(text: &str) -> Option<f64> {
    let is_number = text.starts_with(|first: char| first.is_ascii_digit());
    let number: f64 = text.parse().ok().filter(|_| is_number)?;
    number.is_finite().then_some(number)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is not negative, and the cast saturates"
)]
fn saturated(number: f64) -> u64 {
    number as u64
}
