//! Images from words, as a task: Wan up to 2.5, and Qwen-Image in its older form ("text2image").

use serde::{Deserialize, Serialize};

use super::ImageOutput;
use crate::media::{Checked, SEEDS, Size};
use crate::setters::setters;
use crate::task::Task;
use crate::validate::require;
use crate::{CallOptions, Client, Error, Extra};

const PATH: &str = "/api/v1/services/aigc/text2image/image-synthesis";

/// Asks for images from words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextToImage {
    /// For example `wan2.5-t2i-preview`, `wan2.2-t2i-flash`, `wanx-v1`, `qwen-image`.
    pub model: String,
    /// What to paint.
    pub input: TextToImageInput,
    /// How.
    pub parameters: TextToImageParameters,
    /// How the call is to be handled.
    #[serde(skip)]
    pub options: CallOptions,
}

/// What to paint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextToImageInput {
    /// At most 2000 characters for 2.5, 800 for older models; the provider cuts the rest.
    pub prompt: String,
    /// What not to paint; 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative_prompt: Option<String>,
    /// A picture to follow; `wanx-v1` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ref_img: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How to paint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextToImageParameters {
    /// Wan 2.2 and older: 512 to 1440 each side. 2.5: up to 1440×1440 pixels, 1:4 to 4:1. Qwen: five sizes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// 1 to 4, each is billed; the provider's default is 4. Qwen: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// 0 to 2147483647; further images get the next ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Whether a model enriches the prompt first; on, takes 3 to 4 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_extend: Option<bool>,
    /// Whether "AI生成" stands in the corner; off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watermark: Option<bool>,
    /// `wanx-v1` only, for example `<watercolor>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// How closely `ref_img` is followed, 0 to 1; `wanx-v1` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ref_strength: Option<f64>,
    /// `repaint` or `refonly`; `wanx-v1` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ref_mode: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The sizes of Qwen-Image before 2.0.
pub(super) const QWEN_SIZES: [Size; 5] = [
    Size::new(1664, 928),
    Size::new(1472, 1104),
    Size::new(1328, 1328),
    Size::new(1104, 1472),
    Size::new(928, 1664),
];

impl TextToImage {
    /// Asks with the model's defaults.
    pub fn new(model: impl Into<String>, prompt: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            input: TextToImageInput {
                prompt: prompt.into(),
                ..TextToImageInput::default()
            },
            parameters: TextToImageParameters::default(),
            options: CallOptions::default(),
        }
    }

    setters! {
        in input:
        negative_prompt: String,
        ref_img: String,
    }
    setters! {
        in parameters:
        size: Size,
        n: u32,
        seed: i64,
        prompt_extend: bool,
        watermark: bool,
        style: String,
        ref_strength: f64,
        ref_mode: String,
    }

    /// How the call is to be handled.
    #[must_use]
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Checks the documented ranges; fails with the field's name.
    pub fn validate(&self) -> Result<(), Error> {
        let asked = &self.parameters;
        require(!self.model.is_empty(), "model", "you must provide a model")?;
        require(!self.input.prompt.is_empty(), "prompt", "must not be empty")?;
        asked.seed.within(&SEEDS, "seed")?;
        asked.ref_strength.within(&(0.0..=1.0), "ref_strength")?;
        let qwen = self.model.starts_with("qwen-image");
        asked.n.within(&(1..=if qwen { 1 } else { 4 }), "n")?;
        let Some(size) = asked.size else {
            return Ok(());
        };
        if qwen {
            return require(QWEN_SIZES.contains(&size), "size", "not one of the five");
        }
        if self.model.starts_with("wan2.5") {
            let holds = size.pixels() <= 1440 * 1440 && size.is_within_ratio(4);
            return require(holds, "size", "at most 1440*1440 pixels, 1:4 to 4:1");
        }
        let sides = 512..=1440;
        let holds = sides.contains(&size.width) && sides.contains(&size.height);
        let older = ["wan2.2", "wan2.1", "wanx2"];
        let is_older = older.iter().any(|start| self.model.starts_with(start));
        require(
            holds || !is_older,
            "size",
            "each side must be in [512, 1440]",
        )
    }
}

impl Client {
    /// Hands in images to be made, `POST …/aigc/text2image/image-synthesis`. Each that succeeds is billed.
    ///
    /// ```no_run
    /// # use bailian::image::TextToImage;
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = TextToImage::new("wan2.2-t2i-flash", "雾中的灯塔").n(1_u32);
    /// let task = client.submit_text_to_image(&request).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn submit_text_to_image(
        &self,
        request: &TextToImage,
    ) -> Result<Task<ImageOutput>, Error> {
        request.validate()?;
        self.submit_task(PATH, &request.model, request, &request.options)
            .await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_set_is_sent() {
        let request = TextToImage::new("wan2.2-t2i-flash", "fog")
            .negative_prompt("people")
            .size((1024, 768))
            .n(2_u32);
        assert_eq!(
            serde_json::to_value(&request).unwrap(),
            json!({
                "model": "wan2.2-t2i-flash",
                "input": {"prompt": "fog", "negative_prompt": "people"},
                "parameters": {"size": "1024*768", "n": 2}
            })
        );
    }

    #[test]
    fn what_the_provider_would_refuse_is_named() {
        let asking = |model: &str| TextToImage::new(model, "x");
        for (request, field) in [
            (asking(""), "model"),
            (TextToImage::new("wanx-v1", ""), "prompt"),
            (asking("wan2.2-t2i-plus").n(0_u32), "n"),
            (asking("wan2.2-t2i-plus").n(5_u32), "n"),
            (asking("wan2.2-t2i-plus").seed(-1), "seed"),
            (asking("wan2.2-t2i-plus").size((511, 1000)), "size"),
            (asking("wan2.5-t2i-preview").size((1441, 1440)), "size"),
            (asking("wan2.5-t2i-preview").size((2000, 400)), "size"),
            (asking("qwen-image").size((1024, 1024)), "size"),
            (asking("qwen-image-plus").n(2_u32), "n"),
            (asking("wanx-v1").ref_strength(1.1), "ref_strength"),
        ] {
            let error = request.validate().unwrap_err();
            assert!(error.message().starts_with(field), "{request:?}");
        }
        for request in [
            asking("wan2.2-t2i-plus")
                .size((512, 1440))
                .n(4_u32)
                .seed(2_147_483_647),
            asking("wan2.5-t2i-preview").size((960, 1696)),
            asking("qwen-image").size((928, 1664)).n(1_u32),
            asking("some-new-model").size((4000, 4000)),
        ] {
            assert!(request.validate().is_ok(), "{request:?}");
        }
    }
}
