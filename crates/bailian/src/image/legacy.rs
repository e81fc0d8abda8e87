//! Special purposes, each with a request of its own: text in images translated, portraits repainted,
//! backgrounds made.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ImageOutput, edit};
use crate::media::Checked;
use crate::task::Task;
use crate::validate::require;
use crate::{CallOptions, Client, Error, Extra};

const REPAINT: &str = "/api/v1/services/aigc/image-generation/generation";
const BACKGROUND: &str = "/api/v1/services/aigc/background-generation/generation/";

/// Asks `qwen-mt-image` to translate the text in an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageTranslation {
    /// The image.
    pub image_url: String,
    /// The language in it, for example `en`.
    pub source_lang: String,
    /// The language wanted, for example `zh`.
    pub target_lang: String,
    /// `domainHint`, `sensitives`, `terminologies` (`src`, `tgt`), `config`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<Value>,
}

/// The result of [`ImageTranslation`]. Only recordings of the request were published: the address is where
/// such results usually have it, the rest is in `extra`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranslatedImage {
    /// Where the image lies for 24 hours.
    #[serde(default)]
    pub image_url: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Asks `wanx-style-repaint-v1` for a portrait in another style.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StyleRepaint {
    /// The portrait.
    pub image_url: String,
    /// Which style.
    pub style_index: i32,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Asks `wanx-background-generation-v2` for a background behind a cut-out subject.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BackgroundGeneration {
    /// The subject.
    pub base_image_url: String,
    /// A picture to follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ref_image_url: Option<String>,
    /// What to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ref_prompt: Option<String>,
    /// What not to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neg_ref_prompt: Option<String>,
    /// Words to set into the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Smaller words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_title: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
    /// How; sent beside the input.
    #[serde(skip)]
    pub parameters: BackgroundParameters,
}

/// How a background is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BackgroundParameters {
    /// How many; each is billed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// Anything else: `noise_level`, `ref_prompt_weight`.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Hands in an image whose text is to be translated, `POST …/aigc/image2image/image-synthesis`.
    ///
    /// ```no_run
    /// # use bailian::image::ImageTranslation;
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = ImageTranslation {
    ///     image_url: "https://example.com/menu.jpg".to_owned(),
    ///     source_lang: "en".to_owned(),
    ///     target_lang: "zh".to_owned(),
    ///     ext: None,
    /// };
    /// let task = client.submit_image_translation(&request).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn submit_image_translation(
        &self,
        request: &ImageTranslation,
    ) -> Result<Task<TranslatedImage>, Error> {
        require(
            !request.image_url.is_empty(),
            "image_url",
            "must not be empty",
        )?;
        let model = "qwen-mt-image";
        let body = json!({"model": model, "input": request});
        self.submit_task(edit::PATH, model, &body, &CallOptions::default())
            .await
    }

    /// Hands in a portrait to be repainted, `POST …/aigc/image-generation/generation`.
    ///
    /// ```no_run
    /// # use bailian::image::StyleRepaint;
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = StyleRepaint {
    ///     image_url: "https://example.com/me.jpg".to_owned(),
    ///     style_index: 3,
    ///     extra: bailian::Extra::new(),
    /// };
    /// let task = client.submit_style_repaint(&request).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn submit_style_repaint(
        &self,
        request: &StyleRepaint,
    ) -> Result<Task<ImageOutput>, Error> {
        require(
            !request.image_url.is_empty(),
            "image_url",
            "must not be empty",
        )?;
        let model = "wanx-style-repaint-v1";
        let body = json!({"model": model, "input": request});
        self.submit_task(REPAINT, model, &body, &CallOptions::default())
            .await
    }

    /// Hands in a subject that needs a background, `POST …/aigc/background-generation/generation/`.
    ///
    /// ```no_run
    /// # use bailian::image::BackgroundGeneration;
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = BackgroundGeneration {
    ///     base_image_url: "https://example.com/bottle.png".to_owned(),
    ///     ref_prompt: Some("雪山".to_owned()),
    ///     ..BackgroundGeneration::default()
    /// };
    /// let task = client.submit_background_generation(&request).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn submit_background_generation(
        &self,
        request: &BackgroundGeneration,
    ) -> Result<Task<ImageOutput>, Error> {
        let is_given = !request.base_image_url.is_empty();
        require(is_given, "base_image_url", "must not be empty")?;
        request.parameters.n.within(&(1..=4), "n")?;
        let model = "wanx-background-generation-v2";
        let body = json!({"model": model, "input": request, "parameters": request.parameters});
        self.submit_task(BACKGROUND, model, &body, &CallOptions::default())
            .await
    }
}
