//! Images asked for by a message: Wan from 2.6 on, Qwen-Image, Z-Image ("Message form").

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ImageAnswer, ImageChoices};
use crate::media::Size;
use crate::setters::setters;
use crate::span::call_span;
use crate::stream::AnswerStream;
use crate::task::Task;
use crate::{CallOptions, Client, Error, Extra};

const AT_ONCE: &str = "/api/v1/services/aigc/multimodal-generation/generation";
const AS_TASK: &str = "/api/v1/services/aigc/image-generation/generation";

/// Asks for images by one message of text and images: to make them, to edit them, or to alternate between
/// words and pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageRequest {
    /// For example `wan2.6-t2i`, `wan2.6-image`, `qwen-image-max`, `qwen-image-edit-plus`, `z-image-turbo`.
    pub model: String,
    /// Images first, then one text.
    pub content: Vec<ImagePart>,
    /// How.
    pub parameters: ImageMessageParameters,
    /// How the call is to be handled.
    pub options: CallOptions,
}

/// A piece of a message, sent or received: text or an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImagePart {
    /// Words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// An address; sent also as [`data_url`](crate::media::data_url).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Anything else, such as `type` in answers.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ImagePart {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::default()
        }
    }

    /// An image by its address.
    pub fn image(image: impl Into<String>) -> Self {
        Self {
            image: Some(image.into()),
            ..Self::default()
        }
    }
}

/// How images are made. Which of these a model knows differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageMessageParameters {
    /// What not to show; 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative_prompt: Option<String>,
    /// Of the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// How many; each is billed. The default of Wan is 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// 0 to 2147483647.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Whether a model enriches the prompt first; on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_extend: Option<bool>,
    /// `direct` or `agent`; Qwen-Image 3.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_extend_mode: Option<String>,
    /// Whether a mark stands in the corner; off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watermark: Option<bool>,
    /// Words and pictures alternate; `wan2.6-image`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_interleave: Option<bool>,
    /// Most pictures among the words, 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_images: Option<u32>,
    /// Set by the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<bool>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ImageRequest {
    /// Asks with the model's defaults.
    pub fn new(model: impl Into<String>, content: impl IntoIterator<Item = ImagePart>) -> Self {
        Self {
            model: model.into(),
            content: content.into_iter().collect(),
            parameters: ImageMessageParameters::default(),
            options: CallOptions::default(),
        }
    }

    /// Asks for images from words.
    pub fn from_text(model: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(model, [ImagePart::text(text)])
    }

    setters! {
        in parameters:
        negative_prompt: String,
        size: Size,
        n: u32,
        seed: i64,
        prompt_extend: bool,
        prompt_extend_mode: String,
        watermark: bool,
        enable_interleave: bool,
        max_images: u32,
    }

    /// How the call is to be handled.
    #[must_use]
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    fn body(&self, stream: bool) -> Value {
        let mut parameters = self.parameters.clone();
        parameters.stream = stream.then_some(true);
        json!({
            "model": self.model,
            "input": {"messages": [{"role": "user", "content": self.content}]},
            "parameters": parameters,
        })
    }
}

impl Client {
    /// Makes images and waits for them, `POST …/aigc/multimodal-generation/generation`.
    ///
    /// ```no_run
    /// # use bailian::image::{ImagePart, ImageRequest};
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let content = [ImagePart::image("oss://…/room.png"), ImagePart::text("把墙刷成绿色")];
    /// let answer = client.make_images(&ImageRequest::new("qwen-image-edit", content)).await?;
    /// for address in answer.output.urls() {
    ///     let _png = client.download(address, 20 * 1024 * 1024).await?.bytes().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn make_images(&self, request: &ImageRequest) -> Result<ImageAnswer, Error> {
        request.validate()?;
        let span = call_span!("bailian.image", "image_generation", request.model);
        self.make(AT_ONCE, &request.body(false), &request.options, &span)
            .await
    }

    /// Makes words and pictures in turn and hands each over as it comes; `wan2.6-image` with
    /// `enable_interleave`.
    ///
    /// ```no_run
    /// # use bailian::image::ImageRequest;
    /// # use futures_util::StreamExt;
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = ImageRequest::from_text("wan2.6-image", "三步做番茄炒蛋，每步配图")
    ///     .enable_interleave(true)
    ///     .max_images(3_u32);
    /// let mut pieces = client.stream_images(&request).await?;
    /// while let Some(piece) = pieces.next().await {
    ///     for part in piece?.output.parts() {
    ///         let _ = (&part.text, &part.image);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn stream_images(
        &self,
        request: &ImageRequest,
    ) -> Result<AnswerStream<ImageAnswer>, Error> {
        request.validate()?;
        let span = call_span!("bailian.image", "image_generation", request.model);
        self.make_streaming(AT_ONCE, &request.body(true), &request.options, &span)
            .await
    }

    /// Hands in images to be made, `POST …/aigc/image-generation/generation`; Wan from 2.6 on, Qwen-Image 3.0.
    ///
    /// ```no_run
    /// # use bailian::image::ImageRequest;
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = ImageRequest::from_text("wan2.6-t2i", "夜市里的灯笼摊").n(1_u32);
    /// let task = client.submit_images(&request).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn submit_images(&self, request: &ImageRequest) -> Result<Task<ImageChoices>, Error> {
        request.validate()?;
        let body = request.body(false);
        self.submit_task(AS_TASK, &request.model, &body, &request.options)
            .await
    }
}
