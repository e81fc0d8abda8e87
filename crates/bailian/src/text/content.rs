//! What a message is made of ("Messages").

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Extra;

/// A message's content: text, or parts for models that see and hear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// Plain text.
    Text(String),
    /// Text and media; text-only models refuse it.
    Parts(Vec<ContentPart>),
}

impl Content {
    /// All text in it, without the media.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Parts(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    ContentPart::Text { text, .. } => Some(text.as_str()),
                    _ => None,
                })
                .collect(),
        }
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<ContentPart>> for Content {
    fn from(parts: Vec<ContentPart>) -> Self {
        Self::Parts(parts)
    }
}

/// One part. `extra` holds the part's siblings of `type`, such as `fps`, `max_pixels` and `cache_control`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContentPart {
    /// Text.
    Text {
        /// The text.
        text: String,
        /// Siblings.
        #[serde(flatten)]
        extra: Extra,
    },
    /// An image.
    ImageUrl {
        /// Where it is.
        image_url: MediaUrl,
        /// Siblings.
        #[serde(flatten)]
        extra: Extra,
    },
    /// A video file.
    VideoUrl {
        /// Where it is.
        video_url: MediaUrl,
        /// Siblings.
        #[serde(flatten)]
        extra: Extra,
    },
    /// A video as a list of images.
    Video {
        /// Where they are.
        video: Vec<String>,
        /// Siblings.
        #[serde(flatten)]
        extra: Extra,
    },
    /// Sound.
    InputAudio {
        /// The sound.
        input_audio: InputAudio,
        /// Siblings.
        #[serde(flatten)]
        extra: Extra,
    },
    /// A part of another kind, unchanged.
    #[serde(untagged)]
    Other(Extra),
}

impl ContentPart {
    /// A text part.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text {
            text: text.into(),
            extra: Extra::new(),
        }
    }

    /// An image: `https:`, `data:` or `oss:` URL.
    pub fn image_url(url: impl Into<String>) -> Self {
        Self::ImageUrl {
            image_url: MediaUrl {
                url: url.into(),
                extra: Extra::new(),
            },
            extra: Extra::new(),
        }
    }

    /// A video file: `https:`, `data:` or `oss:` URL.
    pub fn video_url(url: impl Into<String>) -> Self {
        Self::VideoUrl {
            video_url: MediaUrl {
                url: url.into(),
                extra: Extra::new(),
            },
            extra: Extra::new(),
        }
    }

    /// A video as images in their order.
    pub fn video_frames(urls: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::Video {
            video: urls.into_iter().map(Into::into).collect(),
            extra: Extra::new(),
        }
    }

    /// Sound: URL or `data:;base64,…`, and its format, for example `wav`.
    pub fn input_audio(data: impl Into<String>, format: impl Into<String>) -> Self {
        Self::InputAudio {
            input_audio: InputAudio {
                data: data.into(),
                format: Some(format.into()),
                extra: Extra::new(),
            },
            extra: Extra::new(),
        }
    }

    /// Marks the end of a prefix for the explicit context cache ("Context cache"); at most four marks a request.
    #[must_use]
    pub fn cached(self) -> Self {
        self.with("cache_control", json!({"type": "ephemeral"}))
    }

    /// Frames a second that are looked at: 0.1 to 10.
    #[must_use]
    pub fn fps(self, fps: f64) -> Self {
        self.with("fps", fps)
    }

    /// Fewest and most pixels that an image is scaled to.
    #[must_use]
    pub fn pixels(self, min: u64, max: u64) -> Self {
        self.with("min_pixels", min).with("max_pixels", max)
    }

    /// Sets a sibling of the part's `type`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let (Self::Text { extra, .. }
        | Self::ImageUrl { extra, .. }
        | Self::VideoUrl { extra, .. }
        | Self::Video { extra, .. }
        | Self::InputAudio { extra, .. }
        | Self::Other(extra)) = &mut self;
        extra.insert(name.to_owned(), value.into());
        self
    }
}

/// Where a medium is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaUrl {
    /// `https:`, `data:` (at most 10 MB encoded) or `oss:`.
    pub url: String,
    /// Anything else, such as `detail`.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Sound sent along.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputAudio {
    /// URL, or `data:;base64,…`.
    pub data: String,
    /// For example `wav`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}
