//! What the models that make pictures and films take.

use serde::Deserialize;

/// The limits of a model that makes pictures.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Pictures {
    /// How it is asked.
    pub(crate) form: PictureForm,
    /// Whether it answers at once, as a task, or either way.
    pub(crate) mode: Mode,
    pub(crate) sizes: Sizes,
    /// `1024*1024`.
    pub(crate) usual_size: String,
    /// How many pictures can be asked for, and how many are made unless asked.
    pub(crate) most: u32,
    pub(crate) usual: u32,
    /// Characters of the prompt; what is more is cut.
    pub(crate) prompt: usize,
    /// How many pictures must and may be handed in.
    pub(crate) inputs: (usize, usize),
    /// The sides that those may have, in pixels.
    pub(crate) input_sides: (u32, u32),
    pub(crate) usage: PictureUsage,
}

impl Default for Pictures {
    fn default() -> Self {
        Self {
            form: PictureForm::Message,
            mode: Mode::Sync,
            sizes: Sizes::Area {
                least: 512 * 512,
                most: 2048 * 2048,
                ratio: None,
            },
            usual_size: "1024*1024".to_owned(),
            most: 1,
            usual: 1,
            prompt: 800,
            inputs: (0, 0),
            input_sides: (384, 5000),
            usage: PictureUsage::Sides,
        }
    }
}

/// How a model is asked for a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PictureForm {
    /// A prompt, at `text2image`.
    Text,
    /// The function of an edit, at `image2image`.
    Function,
    /// A prompt and pictures, at `image2image`.
    Images,
    /// A picture whose words are to be translated, at `image2image`.
    Translation,
    /// One message of words and pictures.
    Message,
    /// The same; and a prompt at `text2image`, as a task.
    MessageOrText,
    /// A picture to be drawn in a style, at `image-generation`.
    Repaint,
    /// A thing to be put before a background.
    Background,
}

/// When an answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    Sync,
    Task,
    Either,
}

/// The sizes that may be asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sizes {
    Listed(Vec<String>),
    /// Each side within these.
    Sides(u32, u32),
    /// Pixels within these, and perhaps a longest side as a multiple of the other.
    Area {
        least: u32,
        most: u32,
        ratio: Option<u32>,
    },
}

/// How `usage` of a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PictureUsage {
    /// `image_count` and a size, with tokens that are always 0.
    Size,
    /// `width`, `height`, `image_count`; `task_metric` stands in the output.
    Counted,
    /// `width`, `height`, `image_count`.
    Sides,
    /// What came in and what went out.
    Detailed,
}

/// The limits of a model that makes films.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Films {
    pub(crate) form: FilmForm,
    /// `480P`, `720P`, `1080P`.
    pub(crate) tiers: Vec<String>,
    pub(crate) usual_tier: String,
    /// Seconds that may be asked for, the usual ones first.
    pub(crate) seconds: Vec<u32>,
    /// Characters of the prompt; what is more is cut.
    pub(crate) prompt: usize,
    /// Whether a sound may be handed in.
    pub(crate) takes_sound: bool,
    pub(crate) usage: FilmUsage,
}

impl Default for Films {
    fn default() -> Self {
        Self {
            form: FilmForm::Text,
            tiers: vec!["720P".to_owned()],
            usual_tier: "720P".to_owned(),
            seconds: vec![5],
            prompt: 800,
            takes_sound: false,
            usage: FilmUsage::Ratio,
        }
    }
}

/// What a film is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FilmForm {
    /// Words, and a size.
    Text,
    /// Words, a resolution and a ratio.
    TextWithRatio,
    /// The first frame.
    Image,
    /// A list of media, among them the first frame.
    Media,
    /// The first and the last frame.
    KeyFrames,
    /// Pictures and films of who is to appear.
    References,
}

/// How `usage` of a film is written; it differs by generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FilmUsage {
    /// `video_duration`, `video_ratio` (2.1).
    Ratio,
    /// `duration`, `SR` (2.2, 2.5).
    Resolution,
    /// Both ways, in and out (2.6 and later).
    InAndOut,
}
