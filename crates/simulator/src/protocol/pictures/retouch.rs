//! The functions of `wanx2.1-imageedit`.

use image::RgbImage;

use super::{
    super::native::body::Body,
    parameters::{flag, fraction, number, wrong_type},
};
use crate::{
    Refusal,
    picture::{self, Edges, Idea},
};

/// A picture and what is done to it.
#[derive(Clone, Debug)]
pub(super) struct Retouch {
    pub(super) base: RgbImage,
    pub(super) mask: Option<RgbImage>,
    pub(super) function: Function,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Function {
    Stylize { strength: f32 },
    StylizeLocally,
    Describe { strength: f32 },
    DescribeMasked,
    RemoveWatermark,
    Expand(Edges),
    Enlarge { factor: u32 },
    Colorize,
    Doodle { is_sketch: bool },
    Cartoon,
}

impl Function {
    /// Reads the function and its parameters.
    pub(super) fn read(body: &Body<'_>, name: &str) -> Result<Self, Refusal> {
        let strength = || fraction(body, "strength", 0.0..=1.0, 0.5);
        let scale = |side: &str| fraction(body, side, 1.0..=2.0, 1.0);
        Ok(match name {
            "stylization_all" => Self::Stylize {
                strength: strength()?,
            },
            "stylization_local" => Self::StylizeLocally,
            "description_edit" => Self::Describe {
                strength: strength()?,
            },
            "description_edit_with_mask" => Self::DescribeMasked,
            "remove_watermark" => Self::RemoveWatermark,
            "expand" => Self::Expand(Edges {
                top: scale("top_scale")?,
                bottom: scale("bottom_scale")?,
                left: scale("left_scale")?,
                right: scale("right_scale")?,
            }),
            "super_resolution" => Self::Enlarge {
                factor: number(body, "upscale_factor", 1..=4)?.unwrap_or(1),
            },
            "colorization" => Self::Colorize,
            "doodle" => Self::Doodle {
                is_sketch: flag(body, "is_sketch", false)?,
            },
            "control_cartoon_feature" => Self::Cartoon,
            _ => return Err(wrong_type("function")),
        })
    }
}

impl Retouch {
    /// The changed picture.
    pub(super) fn apply(&self, idea: &Idea) -> RgbImage {
        let base = &self.base;
        let drawn = || picture::draw(idea, base.width(), base.height());
        match self.function {
            Function::Stylize { strength } => {
                picture::blend(&picture::cartoon(base), &drawn(), strength * 0.4)
            }
            Function::StylizeLocally => picture::tint(base, hue(idea), 0.5),
            Function::Describe { strength } => picture::blend(base, &drawn(), strength),
            Function::DescribeMasked => {
                let mask = self.mask.clone().unwrap_or_else(|| RgbImage::new(1, 1));
                picture::repaint(base, &drawn(), &mask)
            }
            Function::RemoveWatermark => self.without_corner(),
            Function::Expand(edges) => picture::expand(base, edges),
            Function::Enlarge { factor } => picture::enlarge(base, factor),
            Function::Colorize => {
                picture::colorize(base, [38, 28, 60], hue(idea).map(|value| value / 2 + 127))
            }
            Function::Doodle { is_sketch: true } => picture::blend(&drawn(), base, 0.35),
            Function::Doodle { is_sketch: false } => {
                picture::blend(&drawn(), &picture::sketch(base), 0.45)
            }
            Function::Cartoon => picture::cartoon(base),
        }
    }

    /// Marks stand in the lower right corner.
    fn without_corner(&self) -> RgbImage {
        let (width, height) = self.base.dimensions();
        let mask = RgbImage::from_fn(width, height, |x, y| {
            let is_corner = x > width - width / 3 && y > height - height / 8;
            image::Rgb([if is_corner { 255 } else { 0 }; 3])
        });
        picture::repaint(&self.base, &picture::smooth(&self.base), &mask)
    }
}

/// A colour out of the words.
fn hue(idea: &Idea) -> [u8; 3] {
    let one = picture::draw(idea, 8, 8);
    one.get_pixel(4, 1).0
}
