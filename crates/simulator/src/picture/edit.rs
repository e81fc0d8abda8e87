//! Pictures made of pictures.

use image::{
    Rgb, RgbImage,
    imageops::{self, FilterType},
};

use super::canvas::{Color, mix, real, whole};

/// How much is added on each side, as a multiple of the size; 1 adds nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Edges {
    pub(crate) top: f32,
    pub(crate) bottom: f32,
    pub(crate) left: f32,
    pub(crate) right: f32,
}

/// Brings a colour over the whole picture.
pub(crate) fn tint(picture: &RgbImage, color: Color, strength: f32) -> RgbImage {
    map(picture, |pixel| {
        mix(pixel, shaded(color, brightness(pixel)), strength)
    })
}

/// Mixes two pictures of the same size.
pub(crate) fn blend(below: &RgbImage, above: &RgbImage, strength: f32) -> RgbImage {
    let mut mixed = below.clone();
    for (pixel, other) in mixed.pixels_mut().zip(above.pixels()) {
        pixel.0 = mix(pixel.0, other.0, strength);
    }
    mixed
}

/// Puts `above` where the mask is white; the mask is brought to the picture's size.
pub(crate) fn repaint(below: &RgbImage, above: &RgbImage, mask: &RgbImage) -> RgbImage {
    let (width, height) = below.dimensions();
    let resized;
    let mask = if mask.dimensions() == below.dimensions() {
        mask
    } else {
        resized = imageops::resize(mask, width, height, FilterType::Nearest);
        &resized
    };
    let mut mixed = below.clone();
    for ((pixel, other), mask) in mixed.pixels_mut().zip(above.pixels()).zip(mask.pixels()) {
        pixel.0 = mix(pixel.0, other.0, f32::from(brightness(mask.0)) / 255.0);
    }
    mixed
}

/// Adds space on each side and continues the picture into it by its reflection, softened.
pub(crate) fn expand(picture: &RgbImage, edges: Edges) -> RgbImage {
    let (width, height) = picture.dimensions();
    let more = |size: u32, scale: f32| whole(real(size) * (scale - 1.0).max(0.0)).unsigned_abs();
    let (left, right) = (more(width, edges.left), more(width, edges.right));
    let (top, bottom) = (more(height, edges.top), more(height, edges.bottom));
    let inside = |place: u32, before: u32, size: u32| {
        let far = place.abs_diff(before) % (2 * size);
        let reflected = if far < size { far } else { 2 * size - 1 - far };
        reflected.min(size - 1)
    };
    let around = RgbImage::from_fn(left + width + right, top + height + bottom, |x, y| {
        *picture.get_pixel(inside(x, left, width), inside(y, top, height))
    });
    let mut around = smooth(&around);
    imageops::replace(&mut around, picture, left.into(), top.into());
    around
}

/// The picture at a multiple of its size.
pub(crate) fn enlarge(picture: &RgbImage, factor: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    imageops::resize(
        picture,
        width * factor,
        height * factor,
        FilterType::Triangle,
    )
}

/// The picture without its finest details, as after a stain was rubbed out.
pub(crate) fn smooth(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let small = imageops::resize(
        picture,
        (width / 8).max(1),
        (height / 8).max(1),
        FilterType::Triangle,
    );
    imageops::resize(&small, width, height, FilterType::Triangle)
}

/// Colours for a picture that has none: from a dark to a light one, by brightness.
pub(crate) fn colorize(picture: &RgbImage, dark: Color, light: Color) -> RgbImage {
    map(picture, |pixel| {
        mix(dark, light, f32::from(brightness(pixel)) / 255.0)
    })
}

/// Few colours, and edges drawn in.
pub(crate) fn cartoon(picture: &RgbImage) -> RgbImage {
    let flat = map(picture, |pixel| pixel.map(|value| (value / 48) * 48 + 15));
    along_edges(picture, &flat, [30, 26, 34], 60)
}

/// Pencil on paper.
pub(crate) fn sketch(picture: &RgbImage) -> RgbImage {
    let paper = map(picture, |pixel| {
        let value = 200 + brightness(pixel) / 5;
        [value, value, value.saturating_sub(6)]
    });
    along_edges(picture, &paper, [60, 58, 60], 24)
}

fn along_edges(picture: &RgbImage, on: &RgbImage, color: Color, threshold: u8) -> RgbImage {
    let mut drawn = on.clone();
    for (x, y, pixel) in drawn.enumerate_pixels_mut() {
        let here = brightness(picture.get_pixel(x, y).0);
        let right = picture
            .get_pixel_checked(x + 1, y)
            .map_or(here, |pixel| brightness(pixel.0));
        let below = picture
            .get_pixel_checked(x, y + 1)
            .map_or(here, |pixel| brightness(pixel.0));
        if here.abs_diff(right).max(here.abs_diff(below)) > threshold {
            *pixel = Rgb(color);
        }
    }
    drawn
}

fn map(picture: &RgbImage, color: impl Fn(Color) -> Color) -> RgbImage {
    let mut mapped = picture.clone();
    mapped
        .pixels_mut()
        .for_each(|pixel| pixel.0 = color(pixel.0));
    mapped
}

fn brightness([red, green, blue]: Color) -> u8 {
    let sum = u32::from(red) * 77 + u32::from(green) * 150 + u32::from(blue) * 29;
    u8::try_from(sum >> 8).unwrap_or(u8::MAX)
}

fn shaded(color: Color, brightness: u8) -> Color {
    mix(
        [0, 0, 0],
        mix(color, [255, 255, 255], 0.25),
        f32::from(brightness) / 200.0,
    )
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::{Edges, enlarge, expand, repaint};

    fn plain(color: [u8; 3]) -> RgbImage {
        RgbImage::from_pixel(40, 20, Rgb(color))
    }

    #[test]
    fn only_what_the_mask_shows_is_repainted() {
        let mask = RgbImage::from_fn(40, 20, |x, _| Rgb([if x < 20 { 255 } else { 0 }; 3]));
        let painted = repaint(&plain([10; 3]), &plain([200; 3]), &mask);
        assert!(painted.get_pixel(5, 5).0[0] > 190);
        assert_eq!(painted.get_pixel(30, 5).0, [10; 3]);
    }

    #[test]
    fn expanding_keeps_the_picture_and_adds_around_it() {
        let mut picture = plain([90; 3]);
        picture.put_pixel(0, 0, Rgb([1, 2, 3]));
        let edges = Edges {
            top: 1.5,
            bottom: 1.0,
            left: 2.0,
            right: 1.0,
        };
        let wide = expand(&picture, edges);
        assert_eq!(wide.dimensions(), (80, 30));
        assert_eq!(wide.get_pixel(40, 10).0, [1, 2, 3]);
        assert_eq!(enlarge(&picture, 2).dimensions(), (80, 40));
    }
}
