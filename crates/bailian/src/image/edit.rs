//! Images from images, as a task ("image2image").

use serde::{Deserialize, Serialize};

use super::ImageOutput;
use crate::media::{Checked, SEEDS, Size};
use crate::setters::setters;
use crate::task::Task;
use crate::validate::require;
use crate::{CallOptions, Client, Error, Extra};

pub(super) const PATH: &str = "/api/v1/services/aigc/image2image/image-synthesis";

/// Asks `wanx2.1-imageedit` for a change to one image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImageEdit {
    /// `wanx2.1-imageedit`.
    pub model: String,
    /// The image and what becomes of it.
    pub input: EditInput,
    /// How.
    pub parameters: EditParameters,
    /// How the call is to be handled.
    #[serde(skip)]
    pub options: CallOptions,
}

/// The image and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditInput {
    /// Which kind of change.
    pub function: EditFunction,
    /// What is wanted; at most 800 characters.
    pub prompt: String,
    /// JPG, PNG, BMP, TIFF or WEBP, sides 512 to 4096, at most 10 MB. No Chinese characters in the address.
    pub base_image_url: String,
    /// White is changed, black stays; as large as the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask_image_url: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What becomes of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EditFunction {
    /// All of it in another style. `strength`.
    StylizationAll,
    /// Parts of it in another material.
    StylizationLocal,
    /// As the prompt says. `strength`.
    DescriptionEdit,
    /// As the prompt says, where the mask is white.
    DescriptionEditWithMask,
    /// Without watermark.
    RemoveWatermark,
    /// Larger, with more around it. `top_scale` and the like.
    Expand,
    /// Sharper. `upscale_factor`.
    SuperResolution,
    /// In colour.
    Colorization,
    /// From its lines. `is_sketch`.
    Doodle,
    /// With a cartoon figure of it.
    ControlCartoonFeature,
    /// Anything else, unchanged.
    #[serde(untagged)]
    Other(String),
}

/// How an image is changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EditParameters {
    /// 1 to 4; 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// 0 to 2147483647.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Whether "AI生成" stands in the corner; off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watermark: Option<bool>,
    /// How far it may leave the image, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strength: Option<f64>,
    /// Growth at the top, 1 is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_scale: Option<f64>,
    /// Growth at the bottom, 1 is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bottom_scale: Option<f64>,
    /// Growth at the left, 1 is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_scale: Option<f64>,
    /// Growth at the right, 1 is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_scale: Option<f64>,
    /// How many times larger; 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upscale_factor: Option<u32>,
    /// Whether the image is a drawing already; off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_sketch: Option<bool>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ImageEdit {
    /// Asks `wanx2.1-imageedit` with its defaults.
    pub fn new(
        function: EditFunction,
        prompt: impl Into<String>,
        base_image_url: impl Into<String>,
    ) -> Self {
        Self {
            model: "wanx2.1-imageedit".to_owned(),
            input: EditInput {
                function,
                prompt: prompt.into(),
                base_image_url: base_image_url.into(),
                mask_image_url: None,
                extra: Extra::new(),
            },
            parameters: EditParameters::default(),
            options: CallOptions::default(),
        }
    }

    setters! {
        in input:
        mask_image_url: String,
    }
    setters! {
        in parameters:
        n: u32,
        seed: i64,
        watermark: bool,
        strength: f64,
        top_scale: f64,
        bottom_scale: f64,
        left_scale: f64,
        right_scale: f64,
        upscale_factor: u32,
        is_sketch: bool,
    }

    /// Checks the documented ranges; fails with the field's name.
    pub fn validate(&self) -> Result<(), Error> {
        let (input, asked) = (&self.input, &self.parameters);
        require(!input.prompt.is_empty(), "prompt", "must not be empty")?;
        let plain = |url: &str| !url.is_empty() && (url.is_ascii() || url.starts_with("data:"));
        require(
            plain(&input.base_image_url),
            "base_image_url",
            "must be an address without Chinese characters",
        )?;
        let masked = input.function == EditFunction::DescriptionEditWithMask;
        require(
            !masked || input.mask_image_url.is_some(),
            "mask_image_url",
            "must be given for this function",
        )?;
        asked.n.within(&(1..=4), "n")?;
        asked.seed.within(&SEEDS, "seed")?;
        asked.strength.within(&(0.0..=1.0), "strength")
    }
}

/// Asks `wan2.5-i2i-preview` for an image made of others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImageFusion {
    /// `wan2.5-i2i-preview`.
    pub model: String,
    /// The images and what is wanted of them.
    pub input: FusionInput,
    /// How.
    pub parameters: FusionParameters,
    /// How the call is to be handled.
    #[serde(skip)]
    pub options: CallOptions,
}

/// Images and what is wanted of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FusionInput {
    /// What is wanted.
    pub prompt: String,
    /// Addresses, or [`data_url`](crate::media::data_url)s.
    pub images: Vec<String>,
    /// What is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative_prompt: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How images are joined.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FusionParameters {
    /// Of the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// How many; each is billed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// 0 to 2147483647.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Whether a model enriches the prompt first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_extend: Option<bool>,
    /// Whether "AI生成" stands in the corner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watermark: Option<bool>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ImageFusion {
    /// Asks `wan2.5-i2i-preview` with its defaults.
    pub fn new(
        prompt: impl Into<String>,
        images: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            model: "wan2.5-i2i-preview".to_owned(),
            input: FusionInput {
                prompt: prompt.into(),
                images: images.into_iter().map(Into::into).collect(),
                ..FusionInput::default()
            },
            parameters: FusionParameters::default(),
            options: CallOptions::default(),
        }
    }

    setters! {
        in input:
        negative_prompt: String,
    }
    setters! {
        in parameters:
        size: Size,
        n: u32,
        seed: i64,
        prompt_extend: bool,
        watermark: bool,
    }

    /// Checks what holds for every such model; fails with the field's name.
    pub fn validate(&self) -> Result<(), Error> {
        require(!self.input.images.is_empty(), "images", "must not be empty")?;
        self.parameters.seed.within(&SEEDS, "seed")
    }
}

impl Client {
    /// Hands in a change to an image, `POST …/aigc/image2image/image-synthesis`.
    ///
    /// ```no_run
    /// # use bailian::image::{EditFunction, ImageEdit};
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = ImageEdit::new(
    ///     EditFunction::DescriptionEditWithMask,
    ///     "一只陶瓷猫",
    ///     "https://example.com/room.jpg",
    /// )
    /// .mask_image_url("https://example.com/room-mask.png");
    /// let task = client.submit_image_edit(&request).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn submit_image_edit(&self, request: &ImageEdit) -> Result<Task<ImageOutput>, Error> {
        request.validate()?;
        self.submit_task(PATH, &request.model, request, &request.options)
            .await
    }

    /// Hands in images to be joined into another, `POST …/aigc/image2image/image-synthesis`.
    ///
    /// ```no_run
    /// # use bailian::image::ImageFusion;
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let images = ["https://example.com/cat.png", "https://example.com/hat.png"];
    /// let task = client.submit_image_fusion(&ImageFusion::new("戴上帽子", images)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn submit_image_fusion(
        &self,
        request: &ImageFusion,
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
    fn a_function_is_written_with_its_own_parameters() {
        let request = ImageEdit::new(EditFunction::Expand, "wider", "https://x/a.jpg")
            .left_scale(1.5)
            .n(1_u32);
        assert_eq!(
            serde_json::to_value(&request).unwrap(),
            json!({
                "model": "wanx2.1-imageedit",
                "input": {"function": "expand", "prompt": "wider", "base_image_url": "https://x/a.jpg"},
                "parameters": {"n": 1, "left_scale": 1.5}
            })
        );
        let other: EditFunction = serde_json::from_value(json!("reframe")).unwrap();
        assert_eq!(other, EditFunction::Other("reframe".to_owned()));
    }

    #[test]
    fn what_the_provider_would_refuse_is_named() {
        let editing = || ImageEdit::new(EditFunction::DescriptionEdit, "x", "https://x/a.jpg");
        let masked = EditFunction::DescriptionEditWithMask;
        for (request, field) in [
            (editing().n(5_u32), "n"),
            (editing().strength(1.5), "strength"),
            (editing().seed(-1), "seed"),
            (
                ImageEdit::new(masked, "x", "https://x/a.jpg"),
                "mask_image_url",
            ),
            (
                ImageEdit::new(EditFunction::Colorization, "", "https://x"),
                "prompt",
            ),
            (
                ImageEdit::new(EditFunction::Doodle, "x", "https://x/图.jpg"),
                "base_image_url",
            ),
        ] {
            let error = request.validate().unwrap_err();
            assert!(error.message().starts_with(field), "{request:?}");
        }
        assert!(editing().validate().is_ok());
        assert!(ImageFusion::new("x", [""; 0]).validate().is_err());
    }
}
