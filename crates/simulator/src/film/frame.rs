//! A picture as decoders hold it: brightness at every pixel, colour at every fourth, in whole blocks.

use image::RgbImage;

use super::parameters::Size;

/// One of the three parts of a picture.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pub(super) samples: Vec<u8>,
    pub(super) width: usize,
}

impl Plane {
    pub(super) fn at(&self, x: usize, y: usize) -> u8 {
        self.samples[y * self.width + x]
    }
}

/// A picture in blocks of 16.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) luma: Plane,
    pub(super) blue: Plane,
    pub(super) red: Plane,
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl Frame {
    /// The picture, its last row and column repeated up to a whole block.
    pub(super) fn of(picture: &RgbImage, size: Size) -> Self {
        let (columns, rows) = (size.columns as usize, size.rows as usize);
        let (width, height) = (columns * 16, rows * 16);
        let (right, bottom) = (picture.width() as usize - 1, picture.height() as usize - 1);
        let bytes = picture.as_raw();
        let mut luma = Vec::with_capacity(width * height);
        let (mut blue, mut red) = (Vec::new(), Vec::new());
        for y in 0..height {
            let row = y.min(bottom) * (right + 1);
            for x in 0..width {
                let start = (row + x.min(right)) * 3;
                let [r, g, b] = [0, 1, 2].map(|part| i32::from(bytes[start + part]));
                luma.push(byte(((47 * r + 157 * g + 16 * b + 128) >> 8) + 16));
                if x % 2 == 0 && y % 2 == 0 {
                    blue.push(byte(((-26 * r - 87 * g + 112 * b + 128) >> 8) + 128));
                    red.push(byte(((112 * r - 102 * g - 10 * b + 128) >> 8) + 128));
                }
            }
        }
        let plane = |samples, width| Plane { samples, width };
        Self {
            luma: plane(luma, width),
            blue: plane(blue, width / 2),
            red: plane(red, width / 2),
            columns,
            rows,
        }
    }
}

/// The nearest that a sample can hold.
pub(super) fn byte(value: i32) -> u8 {
    u8::try_from(value.clamp(0, 255)).unwrap_or(0)
}
