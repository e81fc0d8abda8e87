//! One request for every kind of video; which fields it takes depends on the model.

use serde::{Deserialize, Serialize};

use crate::media::Size;
use crate::setters::setters;
use crate::{CallOptions, Extra};

/// Asks for a video. The constructors say what each kind of model needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoRequest {
    /// For example `wan2.6-t2v`, `wan2.6-i2v-flash`, `wan2.2-kf2v-flash`, `wan2.6-r2v`.
    pub model: String,
    /// What to show.
    pub input: VideoInput,
    /// How.
    pub parameters: VideoParameters,
    /// How the call is to be handled.
    #[serde(skip)]
    pub options: CallOptions,
}

/// What to show. Addresses may be `http(s)://`, `oss://`, and for images
/// [`data_url`](crate::media::data_url)s.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VideoInput {
    /// 1500 characters for 2.5 and 2.6, 800 for older models; the provider cuts the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// What not to show; 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative_prompt: Option<String>,
    /// Sound to show, from 2.5 on: WAV or MP3, 3 to 30 s, at most 15 MB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_url: Option<String>,
    /// The first frame, up to 2.6: sides 360 to 2000, at most 10 MB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub img_url: Option<String>,
    /// The first frame of two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_frame_url: Option<String>,
    /// The last frame of two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_frame_url: Option<String>,
    /// Pictures and films whose subjects the prompt calls `character1`, `character2`, … in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reference_urls: Vec<String>,
    /// Frames and references of 2.7.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// An effect, in place of the prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A frame or reference of 2.7.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// For example `first_frame`, `last_frame`, `reference_image`, `driving_audio`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it is.
    pub url: String,
    /// Anything else: `reference_voice`, `reference_description`.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How to show it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VideoParameters {
    /// From words and from references, up to 2.6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// `480P`, `720P`, `1080P`: from frames, and 2.7.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
    /// For example `16:9`; 2.7.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<String>,
    /// Seconds; each is billed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// Whether a model enriches the prompt first; on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_extend: Option<bool>,
    /// `single` or `multi`; 2.6, only with `prompt_extend`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shot_type: Option<String>,
    /// Whether there is sound; off is cheaper. The flash models of 2.6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<bool>,
    /// Whether "AI生成" stands in the corner; off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watermark: Option<bool>,
    /// 0 to 2147483647.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl VideoRequest {
    fn new(model: impl Into<String>, input: VideoInput) -> Self {
        Self {
            model: model.into(),
            input,
            parameters: VideoParameters::default(),
            options: CallOptions::default(),
        }
    }

    /// From words.
    pub fn from_text(model: impl Into<String>, prompt: impl Into<String>) -> Self {
        let input = VideoInput {
            prompt: Some(prompt.into()),
            ..VideoInput::default()
        };
        Self::new(model, input)
    }

    /// From its first frame; the aspect ratio follows the image.
    pub fn from_image(model: impl Into<String>, image: impl Into<String>) -> Self {
        let (model, image) = (model.into(), image.into());
        let mut input = VideoInput::default();
        if model.starts_with("wan2.7") {
            input.media.push(Media {
                kind: "first_frame".to_owned(),
                url: image,
                extra: Extra::new(),
            });
        } else {
            input.img_url = Some(image);
        }
        Self::new(model, input)
    }

    /// From its first frame to its last.
    pub fn between_frames(
        model: impl Into<String>,
        first: impl Into<String>,
        last: impl Into<String>,
    ) -> Self {
        let input = VideoInput {
            first_frame_url: Some(first.into()),
            last_frame_url: Some(last.into()),
            ..VideoInput::default()
        };
        Self::new(model, input)
    }

    /// With the subjects of pictures and films.
    pub fn from_references(
        model: impl Into<String>,
        prompt: impl Into<String>,
        references: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let input = VideoInput {
            prompt: Some(prompt.into()),
            reference_urls: references.into_iter().map(Into::into).collect(),
            ..VideoInput::default()
        };
        Self::new(model, input)
    }

    setters! {
        in input:
        prompt: String,
        negative_prompt: String,
        audio_url: String,
        template: String,
    }
    setters! {
        in parameters:
        size: Size,
        resolution: String,
        ratio: String,
        duration: u32,
        prompt_extend: bool,
        shot_type: String,
        audio: bool,
        watermark: bool,
        seed: i64,
    }

    /// How the call is to be handled.
    #[must_use]
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }
}
