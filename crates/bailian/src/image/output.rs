//! What image models answer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tracing::Span;

use super::ImagePart;
use crate::Extra;
use crate::lenient::{null_as_default, object_or_none};
use crate::media::{Item, MediaUsage};
use crate::native::NativeAnswer;
use crate::stream::Piece;

/// The result of a task of the older form: each image succeeds or fails by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImageOutput {
    /// One for each image that was asked for.
    pub results: Vec<Item<GeneratedImage>>,
    /// Anything else, such as `text_results`.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ImageOutput {
    /// The addresses of the images that succeeded; each lives for 24 hours.
    pub fn urls(&self) -> impl Iterator<Item = &str> {
        let images = self.results.iter().filter_map(Item::done);
        images.map(|image| image.url.as_str())
    }
}

/// One image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneratedImage {
    /// Where it lies for 24 hours; for [`Client::download`](crate::Client::download).
    pub url: String,
    /// The prompt as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orig_prompt: Option<String>,
    /// The prompt as the model extended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual_prompt: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The answer to an [`ImageRequest`](super::ImageRequest), and each piece of its stream.
pub type ImageAnswer = NativeAnswer<ImageChoices, MediaUsage>;

/// The result in the form of messages, one for each image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImageChoices {
    /// Each with one message.
    pub choices: Vec<ImageChoice>,
    /// Whether all is said; some models do not tell.
    #[serde(
        default,
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub finished: Option<bool>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ImageChoices {
    /// The addresses of the images; each lives for 24 hours.
    pub fn urls(&self) -> impl Iterator<Item = &str> {
        self.parts().filter_map(|part| part.image.as_deref())
    }

    /// Text and images in their order.
    pub fn parts(&self) -> impl Iterator<Item = &ImagePart> {
        let messages = self.choices.iter().map(|choice| &choice.message);
        messages.flat_map(|message| &message.content)
    }
}

/// One message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageChoice {
    /// Why it ended; the word `null` until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<String>,
    /// What it says and shows.
    #[serde(deserialize_with = "null_as_default")]
    pub message: ImageMessage,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a model says and shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageMessage {
    /// `assistant`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Text and images.
    #[serde(deserialize_with = "null_as_default")]
    pub content: Vec<ImagePart>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Piece for ImageAnswer {
    fn note_ends(&self, ended: &mut BTreeSet<u32>) {
        let reasons = self.output.choices.iter();
        let mut reasons = reasons.filter_map(|choice| choice.finish_reason.as_deref());
        let has_reason = reasons.any(|reason| !reason.is_empty() && reason != "null");
        if has_reason || self.output.finished == Some(true) {
            ended.insert(0);
        }
    }

    fn record(&self, span: &Span) {
        if let Some(usage) = &self.usage {
            usage.record(span);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_stands_beside_what_did_not() {
        let json = r#"{"results":[{"orig_prompt":"a","actual_prompt":"b","url":"https://x/1.png"},{"code":"DataInspectionFailed","message":"m"}]}"#;
        let output: ImageOutput = serde_json::from_str(json).unwrap();
        assert_eq!(output.urls().collect::<Vec<_>>(), ["https://x/1.png"]);
        assert!(output.results[1].result().is_err());
    }

    #[test]
    fn each_generation_s_answer_is_read() {
        for json in [
            r#"{"output":{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":[{"image":"https://x","type":"image"}]}}],"finished":true},"usage":{"image_count":1},"request_id":"r"}"#,
            r#"{"output":{"choices":[{"finish_reason":"stop","message":{"content":[{"image":"https://x"}],"role":"assistant"}}],"task_metric":{"FAILED":0,"SUCCEEDED":1,"TOTAL":1}},"usage":{"height":928,"image_count":1,"width":1664},"request_id":"r"}"#,
            r#"{"output":{"choices":[{"finish_reason":"stop","message":{"content":[{"image":"https://x"}],"role":"assistant"}}],"rewrite_status":"ok"},"usage":{"output_image_count":1},"request_id":"r"}"#,
        ] {
            let answer: ImageAnswer = serde_json::from_str(json).unwrap();
            assert_eq!(answer.output.urls().collect::<Vec<_>>(), ["https://x"]);
            assert_eq!(answer.usage.unwrap().images(), Some(1));
        }
    }
}
