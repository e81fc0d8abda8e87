//! Works: the images, videos and spoken texts that people have made, and the wishes behind them.

use serde::{Deserialize, Serialize};

use crate::{FileId, JobFailure, JobId, JobKind, JobState, Millis, WorkId, call::words};

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pixels {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

words! {
    /// What the editing model does with an image ("Image editing", `function`).
    EditFunction {
        /// Changes what the prompt says, anywhere.
        Describe = "description_edit",
        /// Changes what the prompt says where the mask is white.
        DescribeMasked = "description_edit_with_mask",
        /// Gives all of it another style.
        Restyle = "stylization_all",
        /// Gives a part of it another style.
        RestyleLocally = "stylization_local",
        /// Takes text and marks out.
        RemoveMarks = "remove_watermark",
        /// Goes on beyond its edges.
        Expand = "expand",
        /// Makes it larger and sharper.
        Enlarge = "super_resolution",
        /// Gives colours to black and white.
        Colorize = "colorization",
        /// Makes an image of a sketch.
        Sketch = "doodle",
    }
}

/// How an image is changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImageEdit {
    /// The image, a file of the caller's.
    pub image: FileId,
    /// What is done with it, for models that name their functions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<EditFunction>,
    /// White where it may change: an image of the same size, a file of the caller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<FileId>,
    /// How much of it changes, in hundredths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<u32>,
    /// How far it is expanded to each side, in hundredths of its own side: 100 to 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expand: Option<u32>,
    /// How many times it is enlarged: 1 to 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enlarge: Option<u32>,
}

/// Images that are wished for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImageWish {
    /// The model.
    pub model: String,
    /// What is to be seen.
    pub prompt: String,
    /// What is not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub negative_prompt: String,
    /// How large; the model's own choice otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Pixels>,
    /// How many.
    pub count: u32,
    /// The same seed and prompt make similar images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// Whether the upstream may write the prompt out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_extend: Option<bool>,
    /// A style of the model's, for example `<watercolor>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// The image that is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<ImageEdit>,
}

/// A video that is wished for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VideoWish {
    /// The model.
    pub model: String,
    /// What happens.
    pub prompt: String,
    /// What does not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub negative_prompt: String,
    /// The image that it begins with, a file of the caller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_frame: Option<FileId>,
    /// Lines of the picture: 480, 720, 1080.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<u32>,
    /// Width to height, for example `16:9`, for videos from words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<String>,
    /// How long, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// The same seed and prompt make similar videos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// Whether the upstream may write the prompt out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_extend: Option<bool>,
}

words! {
    /// How speech is kept.
    SpeechFormat {
        /// Small, heard everywhere.
        Mp3 = "mp3",
        /// As it was made.
        Wav = "wav",
        /// Smallest.
        Opus = "opus",
    }
}

/// A text that is to be spoken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpeechWish {
    /// The model.
    pub model: String,
    /// The text.
    pub text: String,
    /// Who speaks, a voice of the model's.
    pub voice: String,
    /// How fast, in hundredths: 50 to 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<u32>,
    /// As what it is kept.
    pub format: SpeechFormat,
}

/// What somebody wishes to have made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Wish {
    /// Images.
    Image(ImageWish),
    /// A video.
    Video(VideoWish),
    /// Speech.
    Speech(SpeechWish),
}

impl Wish {
    /// What is made.
    pub const fn kind(&self) -> JobKind {
        match self {
            Self::Image(_) => JobKind::Image,
            Self::Video(_) => JobKind::Video,
            Self::Speech(_) => JobKind::Speech,
        }
    }

    /// The model that is asked.
    pub fn model(&self) -> &str {
        match self {
            Self::Image(wish) => &wish.model,
            Self::Video(wish) => &wish.model,
            Self::Speech(wish) => &wish.model,
        }
    }

    /// What was written: the prompt, or the text that is spoken.
    pub fn prompt(&self) -> &str {
        match self {
            Self::Image(wish) => &wish.prompt,
            Self::Video(wish) => &wish.prompt,
            Self::Speech(wish) => &wish.text,
        }
    }
}

/// A work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkView {
    /// Its id.
    pub id: WorkId,
    /// What it is.
    pub kind: JobKind,
    /// The job that made it, while that is remembered.
    pub job: Option<JobId>,
    /// The file: `/files/{id}`.
    pub file: FileId,
    /// What kind of file.
    pub mime: String,
    /// How large it is, in bytes.
    pub bytes: i64,
    /// Its size, for what is seen.
    pub pixels: Option<Pixels>,
    /// How long it takes, in milliseconds, for what is heard or moves.
    pub duration_ms: Option<i64>,
    /// What was wished for.
    pub prompt: String,
    /// The prompt as the upstream wrote it out.
    pub actual_prompt: Option<String>,
    /// The model that made it.
    pub model: String,
    /// When.
    pub created_at: Millis,
}

/// A wish on its way, with what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Making {
    /// The job that carries it.
    pub id: JobId,
    /// What was wished for.
    pub wish: Wish,
    /// Where it is.
    pub state: JobState,
    /// What it does now.
    pub step: MakingStep,
    /// How many of the results are there, where the upstream tells.
    pub done: Option<(u32, u32)>,
    /// Whether it was asked to stop.
    pub cancel_asked: bool,
    /// What was made, in order; a place without a work failed, for the reason that stands in `failed`.
    pub works: Vec<WorkView>,
    /// The parts that have no result.
    pub failed: Vec<JobFailure>,
    /// Why there is nothing.
    pub failure: Option<JobFailure>,
    /// What it can cost at most, in micro-yuan; unknown where there is no price.
    pub at_most: Option<i64>,
    /// What it did cost, in micro-yuan.
    pub cost: Option<i64>,
    /// When it was wished for.
    pub created_at: Millis,
    /// When it ended.
    pub ended_at: Option<Millis>,
}

impl Making {
    /// Whether it has ended with nothing to show for it, or was stopped: then the same can be tried again.
    pub fn came_to_nothing(&self) -> bool {
        let has_failed =
            self.works.is_empty() && (self.failure.is_some() || !self.failed.is_empty());
        self.state.is_final() && (has_failed || self.state == JobState::Cancelled)
    }
}

words! {
    /// What a making does at the moment.
    MakingStep {
        /// It waits for its turn here.
        Waiting = "waiting",
        /// It is being handed in.
        Asking = "asking",
        /// It waits for its turn at the upstream.
        Pending = "pending",
        /// The upstream works on it.
        Working = "working",
        /// The results are being fetched.
        Fetching = "fetching",
        /// It is over.
        Ended = "ended",
    }
}

/// A model that makes images, with what it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImageModel {
    /// Its name.
    pub name: String,
    /// Sizes to choose from; empty where it chooses by itself.
    pub sizes: Vec<Pixels>,
    /// How many images at once.
    pub at_once: u32,
    /// Whether it makes images from words alone.
    pub from_words: bool,
    /// Whether it changes images.
    pub edits: bool,
    /// What it can do with an image, where it names its functions.
    pub functions: Vec<EditFunction>,
    /// Whether a negative prompt is understood.
    pub negative_prompt: bool,
    /// Styles to choose from.
    pub styles: Vec<String>,
    /// What an image costs, in micro-yuan.
    pub price: Option<i64>,
}

/// A model that makes videos, with what it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VideoModel {
    /// Its name.
    pub name: String,
    /// Whether it begins with an image; it makes videos from words alone otherwise.
    pub from_image: bool,
    /// Lines to choose from.
    pub lines: Vec<u32>,
    /// Ratios to choose from; empty where the image decides.
    pub ratios: Vec<String>,
    /// Durations to choose from, in seconds.
    pub seconds: Vec<u32>,
    /// What a second costs by lines, in micro-yuan.
    pub prices: Vec<(u32, i64)>,
}

/// A voice of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Voice {
    /// Its name at the upstream.
    pub name: String,
}

/// A model that speaks, with what it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpeechModel {
    /// Its name.
    pub name: String,
    /// Who may speak.
    pub voices: Vec<Voice>,
    /// As what it can be kept.
    pub formats: Vec<SpeechFormat>,
    /// Whether it can speak slower and faster.
    pub speed: bool,
    /// What ten thousand characters cost, in micro-yuan.
    pub price: Option<i64>,
}

/// What can be made here by the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Offers {
    /// Models for images.
    pub images: Vec<ImageModel>,
    /// Models for videos.
    pub videos: Vec<VideoModel>,
    /// Models for speech.
    pub speech: Vec<SpeechModel>,
}

/// Which works somebody looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkFilter {
    /// Of this kind only.
    pub kind: Option<JobKind>,
    /// With these words in their prompts.
    pub words: Option<String>,
}
