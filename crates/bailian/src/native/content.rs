//! What a native message is made of: the key of a part is its modality ("Multimodal generation").

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Extra;

/// A message's content: text for text models, parts for the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// Plain text.
    Text(String),
    /// Text and media.
    Parts(Vec<Part>),
}

/// One part. Exactly one of the modalities is set; `extra` holds its siblings, such as `fps` and `cache_control`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// Text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// An image's `https:`, `data:` or `oss:` URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// A video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<Video>,
    /// The URL of a sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A video file or the images of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Video {
    /// The file's URL.
    File(String),
    /// The images' URLs, in order.
    Frames(Vec<String>),
}

impl Content {
    /// All text in it, without the media.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Parts(parts) => parts
                .iter()
                .filter_map(|part| part.text.as_deref())
                .collect(),
        }
    }

    /// The content as parts, which is the only form that multimodal models are documented to take.
    pub(super) fn into_parts(self) -> Vec<Part> {
        match self {
            Self::Text(text) => vec![Part::text(text)],
            Self::Parts(parts) => parts,
        }
    }
}

impl Part {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::default()
        }
    }

    /// An image by its URL.
    pub fn image(url: impl Into<String>) -> Self {
        Self {
            image: Some(url.into()),
            ..Self::default()
        }
    }

    /// A video file by its URL.
    pub fn video(url: impl Into<String>) -> Self {
        Self {
            video: Some(Video::File(url.into())),
            ..Self::default()
        }
    }

    /// A video as images in their order.
    pub fn frames(urls: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let urls = urls.into_iter().map(Into::into).collect();
        Self {
            video: Some(Video::Frames(urls)),
            ..Self::default()
        }
    }

    /// A sound by its URL.
    pub fn audio(url: impl Into<String>) -> Self {
        Self {
            audio: Some(url.into()),
            ..Self::default()
        }
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

    /// Marks the end of a prefix for the explicit context cache ("Context cache"); at most four marks a request.
    #[must_use]
    pub fn cached(self) -> Self {
        self.with("cache_control", json!({"type": "ephemeral"}))
    }

    /// Sets a sibling of the modality.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
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

impl From<Vec<Part>> for Content {
    fn from(parts: Vec<Part>) -> Self {
        Self::Parts(parts)
    }
}
