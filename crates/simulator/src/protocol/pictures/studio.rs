//! Where pictures are made: from an order to files with addresses.

use image::{RgbImage, imageops, imageops::FilterType};

use super::{
    super::{entry::Entry, medium},
    parameters::missing,
    retouch::Retouch,
    trouble::Trouble,
};
use crate::{
    Handle, Refusal,
    calendar::Stamp,
    picture::{self, Idea, Mark},
};

/// The largest file that is taken.
const LARGEST_INPUT: usize = 10 << 20;

/// Pictures to be made.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) idea: Idea,
    pub(super) size: (u32, u32),
    pub(super) count: u32,
    pub(super) mark: Option<Mark>,
    pub(super) work: Work,
    /// What the files are named after.
    pub(super) name: String,
}

/// What is done.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// From words alone.
    Draw,
    /// From words and pictures, the first of which shows most.
    Compose {
        inputs: Vec<RgbImage>,
        strength: f32,
    },
    /// A picture is changed by a function.
    Retouch(Box<Retouch>),
}

impl Order {
    /// What goes wrong with it.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        Trouble::of(&self.idea.prompt)
    }

    /// Makes the picture with this number, stores it, and gives its address.
    pub(super) fn make(&self, handle: &Handle, number: u32) -> Result<String, Refusal> {
        let picture = self.paint(number);
        let failed = |_| Refusal::new(500, "InternalError.Upload", "Failed to upload result.");
        let bytes = picture::png(&picture).map_err(failed)?;
        let day = Stamp::now().beijing_day().replace('-', "");
        let path = format!("1d/{day}/{}-{number}.png", self.name);
        Ok(handle.publish(&path, "image/png", bytes))
    }

    /// Equal orders give equal pictures; each number has the next seed.
    pub(super) fn paint(&self, number: u32) -> RgbImage {
        let idea = Idea {
            seed: self.idea.seed.wrapping_add(number.into()),
            ..self.idea.clone()
        };
        let (width, height) = self.size;
        let painted = match &self.work {
            Work::Draw => picture::draw(&idea, width, height),
            Work::Compose { inputs, strength } => compose(inputs, &idea, self.size, *strength),
            Work::Retouch(retouch) => retouch.apply(&idea),
        };
        match self.mark {
            Some(mark) => picture::stamp(painted, mark),
            None => painted,
        }
    }
}

/// The first picture with the drawing over it; the others stand in a row at the lower edge.
fn compose(
    inputs: &[RgbImage],
    idea: &Idea,
    (width, height): (u32, u32),
    strength: f32,
) -> RgbImage {
    let drawn = picture::draw(idea, width, height);
    let Some((first, others)) = inputs.split_first() else {
        return drawn;
    };
    let first = imageops::resize(first, width, height, FilterType::Triangle);
    let mut mixed = picture::blend(&first, &drawn, strength);
    let side = (width.min(height) / 4).max(1);
    for (place, other) in (0_i64..).zip(others) {
        let other = imageops::resize(other, side, side, FilterType::Triangle);
        let left = i64::from(side / 4) + place * i64::from(side + side / 8);
        imageops::replace(
            &mut mixed,
            &other,
            left,
            i64::from(height - side - side / 4),
        );
    }
    mixed
}

/// Reads a picture that the request points at.
pub(crate) async fn input(
    entry: &Entry,
    model: &str,
    url: &str,
    sides: (u32, u32),
) -> Result<RgbImage, Refusal> {
    let medium = medium::fetch(entry, model, url).await?;
    if medium.content_type.starts_with("text/") {
        let message = "Wrong Content-Type of multimodal url";
        return Err(Refusal::invalid_parameter(message));
    }
    if medium.bytes.len() > LARGEST_INPUT {
        let message = "Invalid file size, The image file size must be smaller than 10MB.";
        return Err(Refusal::new(400, "InvalidFile.Size", message));
    }
    let picture = picture::read(&medium.bytes).ok_or_else(|| {
        let message = "Invalid image type. Please ensure the uploaded file is a valid image.";
        Refusal::new(400, "InvalidImage.FileFormat", message)
    })?;
    let range = sides.0..=sides.1;
    if range.contains(&picture.width()) && range.contains(&picture.height()) {
        return Ok(picture);
    }
    let message = "the size of input image is too small or too large.";
    Err(Refusal::invalid_parameter(message))
}

/// Reads several pictures, in their order.
pub(crate) async fn inputs(
    entry: &Entry,
    model: &str,
    urls: &[String],
    sides: (u32, u32),
) -> Result<Vec<RgbImage>, Refusal> {
    let mut pictures = Vec::new();
    for url in urls {
        pictures.push(input(entry, model, url, sides).await?);
    }
    Ok(pictures)
}

/// The address in a field, when its form is one that is taken.
pub(crate) fn address(entry: &Entry, name: &str, url: Option<&str>) -> Result<String, Refusal> {
    let url = url.ok_or_else(|| missing(name))?;
    medium::check_address(entry, url)?;
    Ok(url.to_owned())
}
