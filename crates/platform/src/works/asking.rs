//! A wish in the upstream's words.

use bailian::{
    Client, Error as UpstreamError,
    capability::ModelCard,
    image::{
        EditFunction as Function, ImageChoices, ImageEdit as Edit, ImageFusion, ImageOutput,
        ImagePart, ImageRequest, TextToImage,
    },
    media::{self, Item, MediaUsage, Size},
    video::{VideoOutput, VideoRequest},
};
use model::{
    EditFunction, FailureCode, FileId, FileView, ImageWish, JobFailure, Operation, Pixels, UserId,
    VideoWish, Wish,
};
use serde_json::Value;

use super::{Works, step::Part};
use crate::{Error, files::FilesError, gateway::JobAsk, generation};

/// Sides of an image that is changed by a named function, in pixels.
const EDITED_SIDES: std::ops::RangeInclusive<u32> = 512..=4_096;

/// The largest image that the upstream takes ("Limits of media").
const LARGEST_IMAGE: u64 = 10 * 1024 * 1024;

/// The path of older models, whose tasks have results of their own.
const OLDER: &str = "/text2image/";
/// The path of those that make one image of others.
const FUSED: &str = "/image2image/";
/// The path at which a model that is asked by a message works as a task.
const AS_TASK: &str = "/image-generation/";

/// Why a wish could not be handed in.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    /// The upstream did not take it.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// A file that it needs is not there.
    #[error(transparent)]
    Files(#[from] FilesError),
}

/// What the upstream said.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "it is taken apart where it is made"
)]
pub(super) enum Asked {
    /// It works on it.
    Task {
        id: String,
        request_id: Option<String>,
    },
    /// It is done.
    Done {
        results: Vec<Part>,
        usage: Option<MediaUsage>,
        request_id: Option<String>,
    },
}

/// What a wish is, as far as it decides the price.
pub(super) fn ask_of(wish: &Wish) -> JobAsk<'_> {
    let ask = |operation| JobAsk {
        operation,
        model: wish.model(),
        text_bytes: wish.prompt().len() as u64,
        count: None,
        seconds: None,
        lines: None,
    };
    match wish {
        Wish::Image(image) => JobAsk {
            count: Some(u64::from(image.count)),
            ..ask(Operation::Image)
        },
        Wish::Video(video) => JobAsk {
            seconds: Some(u64::from(video.seconds.unwrap_or(5))),
            lines: Some(video.lines.unwrap_or(480)),
            ..ask(Operation::Video)
        },
        Wish::Speech(_) => ask(Operation::Speech),
    }
}

/// The files that a wish needs.
pub(super) fn files_of(wish: &Wish) -> Vec<FileId> {
    match wish {
        Wish::Image(image) => {
            let edit = image.edit.iter();
            edit.flat_map(|edit| [Some(edit.image), edit.mask])
                .flatten()
                .collect()
        }
        Wish::Video(video) => video.first_frame.into_iter().collect(),
        Wish::Speech(_) => Vec::new(),
    }
}

/// Refuses an image that is too small or too large to be changed, before it costs a way to the upstream ("Limits of media").
pub(super) fn check_size(wish: &Wish, image: &FileView) -> Result<(), Error> {
    let named = match wish {
        Wish::Image(wish) => wish
            .edit
            .as_ref()
            .is_some_and(|edit| edit.function.is_some()),
        Wish::Video(_) | Wish::Speech(_) => false,
    };
    let fits = |side: Option<u32>| side.is_none_or(|side| EDITED_SIDES.contains(&side));
    if named && !(fits(image.width) && fits(image.height)) {
        return Err(Error::Refused(FailureCode::UnfitImage));
    }
    Ok(())
}

/// Whether a wish is handed in as a task, which can be found again; others are answered at once. A model may do both, each at an
/// address of its own.
pub(super) fn is_task(wish: &Wish, card: &ModelCard) -> bool {
    let is_at = |part: &str| card.paths.iter().any(|path| path.contains(part));
    match wish {
        Wish::Image(image) => match &image.edit {
            Some(edit) => edit.function.is_some() || is_at(FUSED) || is_at(AS_TASK),
            None => is_at(OLDER) || is_at(AS_TASK),
        },
        Wish::Video(_) => true,
        Wish::Speech(_) => false,
    }
}

/// What a failure means to whoever wished.
pub(crate) fn failure_of(error: &UpstreamError) -> JobFailure {
    JobFailure {
        code: generation::failure_code(error.kind()),
        upstream_code: error.code().map(ToOwned::to_owned),
        reference: error.request_id().map(|id| id.replace('\0', "")),
    }
}

/// What a task resulted in, whichever kind it was.
pub(super) fn results_of(output: Value) -> Vec<Part> {
    if let Ok(video) = serde_json::from_value::<VideoOutput>(output.clone()) {
        return vec![Part::Made {
            url: video.video_url,
            actual_prompt: video.actual_prompt,
        }];
    }
    if let Ok(images) = serde_json::from_value::<ImageOutput>(output.clone()) {
        let part = |item: Item<bailian::image::GeneratedImage>| match item {
            Item::Done(image) => Part::Made {
                url: image.url,
                actual_prompt: image.actual_prompt,
            },
            Item::Failed(failure) => Part::Failed(failure_of(&failure.error())),
        };
        return images.results.into_iter().map(part).collect();
    }
    let choices: ImageChoices = serde_json::from_value(output).unwrap_or_default();
    made_of(&choices)
}

/// Whether what a task resulted in was asked for by this wish: it names the prompt. What names none can't be told from what
/// somebody else asked for.
pub(super) fn is_of(output: &Value, wish: &Wish) -> bool {
    let results = output.get("results").and_then(Value::as_array);
    let outputs = results.into_iter().flatten().chain([output]);
    let mut prompts = outputs.filter_map(|output| output.get("orig_prompt")?.as_str());
    prompts.any(|prompt| !prompt.is_empty() && prompt == wish.prompt())
}

fn made_of(choices: &ImageChoices) -> Vec<Part> {
    let part = |url: &str| Part::Made {
        url: url.to_owned(),
        actual_prompt: None,
    };
    choices.urls().map(part).collect()
}

impl Works {
    /// Hands a wish for images or a video in.
    pub(super) async fn hand_in(
        &self,
        owner: UserId,
        wish: &Wish,
        card: &ModelCard,
    ) -> Result<Asked, AskError> {
        let client = self.0.gateway.client();
        match wish {
            Wish::Image(wish) => self.ask_for_images(client, owner, wish, card).await,
            Wish::Video(wish) => self.ask_for_video(client, owner, wish).await,
            // Speech has parts of its own, see `Making::speak`.
            Wish::Speech(_) => Ok(Asked::Done {
                results: Vec::new(),
                usage: None,
                request_id: None,
            }),
        }
    }

    async fn ask_for_images(
        &self,
        client: &Client,
        owner: UserId,
        wish: &ImageWish,
        card: &ModelCard,
    ) -> Result<Asked, AskError> {
        let is_at = |part: &str| card.paths.iter().any(|path| path.contains(part));
        let image = match &wish.edit {
            Some(edit) => Some(self.data_url(owner, edit.image).await?),
            None => None,
        };
        if let (Some(edit), Some(image)) = (&wish.edit, &image) {
            if let Some(function) = edit.function {
                let mask = match edit.mask {
                    Some(mask) => Some(self.data_url(owner, mask).await?),
                    None => None,
                };
                let request = edited(wish, edit, function, image, mask);
                return Ok(taken(client.submit_image_edit(&request).await?));
            }
            if is_at(FUSED) {
                let mut request = ImageFusion::new(&wish.prompt, [image]);
                request.model.clone_from(&wish.model);
                request.input.negative_prompt = some(&wish.negative_prompt);
                request.parameters.n = Some(wish.count);
                request.parameters.seed = wish.seed.map(i64::from);
                request.parameters.prompt_extend = wish.prompt_extend;
                return Ok(taken(client.submit_image_fusion(&request).await?));
            }
        } else if is_at(OLDER) {
            let mut request = TextToImage::new(&wish.model, &wish.prompt);
            request.input.negative_prompt = some(&wish.negative_prompt);
            let parameters = &mut request.parameters;
            parameters.size = wish.size.map(size);
            parameters.n = Some(wish.count);
            parameters.seed = wish.seed.map(i64::from);
            parameters.prompt_extend = wish.prompt_extend;
            parameters.style.clone_from(&wish.style);
            return Ok(taken(client.submit_text_to_image(&request).await?));
        }
        let image = image.into_iter().map(ImagePart::image);
        let text = [ImagePart::text(&wish.prompt)];
        let mut request = ImageRequest::new(&wish.model, image.chain(text));
        let parameters = &mut request.parameters;
        parameters.negative_prompt = some(&wish.negative_prompt);
        parameters.size = wish.size.map(size);
        parameters.n = Some(wish.count);
        parameters.seed = wish.seed.map(i64::from);
        parameters.prompt_extend = wish.prompt_extend;
        if is_at(AS_TASK) {
            return Ok(taken(client.submit_images(&request).await?));
        }
        let answer = client.make_images(&request).await?;
        Ok(Asked::Done {
            results: made_of(&answer.output),
            usage: answer.usage,
            request_id: answer.request_id,
        })
    }

    async fn ask_for_video(
        &self,
        client: &Client,
        owner: UserId,
        wish: &VideoWish,
    ) -> Result<Asked, AskError> {
        let mut request = match wish.first_frame {
            Some(image) => {
                let image = self.data_url(owner, image).await?;
                VideoRequest::from_image(&wish.model, image)
            }
            None => VideoRequest::from_text(&wish.model, &wish.prompt),
        };
        request.input.prompt = some(&wish.prompt);
        request.input.negative_prompt = some(&wish.negative_prompt);
        let parameters = &mut request.parameters;
        let lines = wish.lines.unwrap_or(480);
        if wish.first_frame.is_some() {
            parameters.resolution = wish.lines.map(|lines| format!("{lines}P"));
        } else {
            parameters.size = Some(film_size(lines, wish.ratio.as_deref()));
        }
        parameters.duration = wish.seconds;
        parameters.seed = wish.seed.map(i64::from);
        parameters.prompt_extend = wish.prompt_extend;
        Ok(taken(client.submit_video(&request).await?))
    }

    async fn data_url(&self, owner: UserId, file: FileId) -> Result<String, FilesError> {
        let view = self.0.files.view(owner, file).await?;
        let bytes = self.0.files.read(owner, file, LARGEST_IMAGE).await?;
        Ok(media::data_url(&view.mime, &bytes))
    }
}

fn edited(
    wish: &ImageWish,
    edit: &model::ImageEdit,
    function: EditFunction,
    image: &str,
    mask: Option<String>,
) -> Edit {
    let named = match function {
        EditFunction::Describe => Function::DescriptionEdit,
        EditFunction::DescribeMasked => Function::DescriptionEditWithMask,
        EditFunction::Restyle => Function::StylizationAll,
        EditFunction::RestyleLocally => Function::StylizationLocal,
        EditFunction::RemoveMarks => Function::RemoveWatermark,
        EditFunction::Expand => Function::Expand,
        EditFunction::Enlarge => Function::SuperResolution,
        EditFunction::Colorize => Function::Colorization,
        EditFunction::Sketch => Function::Doodle,
    };
    let mut request = Edit::new(named, &wish.prompt, image);
    request.input.mask_image_url = mask;
    let parameters = &mut request.parameters;
    parameters.n = Some(wish.count);
    parameters.seed = wish.seed.map(i64::from);
    let hundredths = |number: u32| f64::from(number) / 100.0;
    match function {
        EditFunction::Describe | EditFunction::Restyle => {
            parameters.strength = edit.strength.map(hundredths);
        }
        EditFunction::Expand => {
            let scale = Some(hundredths(edit.expand.unwrap_or(150)));
            parameters.top_scale = scale;
            parameters.bottom_scale = scale;
            parameters.left_scale = scale;
            parameters.right_scale = scale;
        }
        EditFunction::Enlarge => parameters.upscale_factor = Some(edit.enlarge.unwrap_or(2)),
        _ => {}
    }
    request
}

fn taken<O>(task: bailian::task::Task<O>) -> Asked {
    Asked::Task {
        id: task.id,
        request_id: task.request_id,
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.trim().is_empty())
}

fn size(pixels: Pixels) -> Size {
    Size::new(pixels.width, pixels.height)
}

/// The documented size of a video with so many lines and that ratio.
fn film_size(lines: u32, ratio: Option<&str>) -> Size {
    let (width, height, square) = match lines {
        1080 => (1920, 1080, 1440),
        720 => (1280, 720, 960),
        _ => (832, 480, 624),
    };
    match ratio {
        Some("9:16") => Size::new(height, width),
        Some("1:1") => Size::new(square, square),
        _ => Size::new(width, height),
    }
}
