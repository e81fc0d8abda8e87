//! What is documented for the models that are asked by a message.

use super::{ImageRequest, text_to_image::QWEN_SIZES};
use crate::Error;
use crate::media::{Checked, SEEDS, Size};
use crate::validate::require;

/// From 768² to 1280² pixels.
const INTERLEAVED: std::ops::RangeInclusive<u64> = 768 * 768..=1280 * 1280;
/// From 512² to 2048² pixels.
const FREE: std::ops::RangeInclusive<u64> = 512 * 512..=2048 * 2048;

impl ImageRequest {
    /// Checks the documented ranges of the request's model; fails with the field's name. Models that are not
    /// known here are only checked for what holds for all.
    pub fn validate(&self) -> Result<(), Error> {
        let asked = &self.parameters;
        require(!self.model.is_empty(), "model", "you must provide a model")?;
        let texts = self.content.iter().filter(|part| part.text.is_some());
        require(
            texts.count() == 1,
            "content",
            "there must be exactly one text",
        )?;
        asked.seed.within(&SEEDS, "seed")?;
        match self.model.as_str() {
            model if model.starts_with("wan2.6-image") => self.validate_wan_image(),
            model if model.starts_with("wan2.6-t2i") => {
                require(self.images() == 0, "content", "no image")?;
                asked.n.within(&(1..=4), "n")?;
                self.size_is(|size| size.is_within_ratio(4), "1:4 to 4:1")
            }
            model if model.starts_with("qwen-image-edit") => {
                require(
                    (1..=3).contains(&self.images()),
                    "content",
                    "one to three images",
                )?;
                let single = model == "qwen-image-edit";
                asked.n.within(&(1..=if single { 1 } else { 6 }), "n")
            }
            model if model.starts_with("qwen-image-2") || model.starts_with("qwen-image-3") => {
                asked.n.within(&(1..=6), "n")?;
                self.size_is(
                    |size| FREE.contains(&size.pixels()) && size.is_within_ratio(8),
                    "512*512 to 2048*2048 pixels, 1:8 to 8:1",
                )
            }
            model if model.starts_with("qwen-image") => {
                asked.n.within(&(1..=1), "n")?;
                self.size_is(|size| QWEN_SIZES.contains(&size), "not one of the five")
            }
            _ => Ok(()),
        }
    }

    fn validate_wan_image(&self) -> Result<(), Error> {
        let asked = &self.parameters;
        let images = self.images();
        if asked.enable_interleave == Some(true) {
            require(images <= 1, "content", "at most one image")?;
            asked.n.within(&(1..=1), "n")?;
            asked.max_images.within(&(1..=5), "max_images")?;
        } else {
            require((1..=4).contains(&images), "content", "one to four images")?;
            asked.n.within(&(1..=4), "n")?;
        }
        self.size_is(
            |size| INTERLEAVED.contains(&size.pixels()),
            "768*768 to 1280*1280 pixels",
        )
    }

    fn images(&self) -> usize {
        let images = self.content.iter().filter(|part| part.image.is_some());
        images.count()
    }

    fn size_is(&self, holds: impl Fn(Size) -> bool, message: &str) -> Result<(), Error> {
        require(self.parameters.size.is_none_or(holds), "size", message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::ImagePart;

    fn asking(model: &str, images: usize) -> ImageRequest {
        let images = (0..images).map(|_| ImagePart::image("https://x/a.png"));
        ImageRequest::new(model, images.chain([ImagePart::text("x")]))
    }

    #[test]
    fn what_the_provider_would_refuse_is_named() {
        for (request, field) in [
            (asking("", 0), "model"),
            (ImageRequest::new("wan2.6-t2i", []), "content"),
            (asking("wan2.6-t2i", 1), "content"),
            (asking("wan2.6-t2i", 0).n(5_u32), "n"),
            (asking("wan2.6-t2i", 0).size((2000, 400)), "size"),
            (asking("wan2.6-image", 0), "content"),
            (asking("wan2.6-image", 5), "content"),
            (asking("wan2.6-image", 2).enable_interleave(true), "content"),
            (
                asking("wan2.6-image", 1).enable_interleave(true).n(2_u32),
                "n",
            ),
            (
                asking("wan2.6-image", 0)
                    .enable_interleave(true)
                    .max_images(6_u32),
                "max_images",
            ),
            (asking("wan2.6-image", 1).size((1440, 1440)), "size"),
            (asking("qwen-image-max", 0).n(2_u32), "n"),
            (asking("qwen-image", 0).size((1024, 1024)), "size"),
            (asking("qwen-image-2.0-pro", 0).size((511, 511)), "size"),
            (asking("qwen-image-3.0", 0).size((4000, 400)), "size"),
            (asking("qwen-image-edit", 0), "content"),
            (asking("qwen-image-edit", 1).n(2_u32), "n"),
            (asking("z-image-turbo", 0).seed(-1), "seed"),
        ] {
            let error = request.validate().unwrap_err();
            assert!(error.message().starts_with(field), "{request:?}");
        }
    }

    #[test]
    fn what_the_provider_accepts_passes() {
        for request in [
            asking("wan2.6-t2i", 0).size((1280, 1280)).n(4_u32),
            asking("wan2.6-image", 4).n(4_u32).size((800, 1200)),
            asking("wan2.6-image", 0)
                .enable_interleave(true)
                .max_images(5_u32),
            asking("qwen-image-plus", 0).size((1664, 928)),
            asking("qwen-image-3.0-pro", 0).size((2048, 2048)).n(6_u32),
            asking("qwen-image-edit-plus", 3).n(6_u32),
            asking("z-image-turbo", 0).size((1120, 1440)),
        ] {
            assert!(request.validate().is_ok(), "{request:?}");
        }
    }
}
