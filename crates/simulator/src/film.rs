//! Films that browsers play: H.264 in MP4, made of few pictures and much motion.
//!
//! Each shot is one picture, written whole where it can't be foretold from its edge; all other frames only say from
//! where in it their blocks are taken, as a camera would move. So a film is as large as its pictures, whatever its
//! length, and is made as fast as they are drawn.

mod bits;
mod camera;
mod frame;
mod motion;
mod mp4;
mod parameters;
mod still;

use std::ops::Range;

use image::RgbImage;

use self::{camera::Camera, frame::Frame};

/// Frames a second, as documented.
const RATE: u32 = 30;

/// A picture that is shown for a while.
#[derive(Clone, Debug)]
pub(crate) struct Shot {
    pub(crate) picture: RgbImage,
    /// How long, as a share of all shots.
    pub(crate) weight: u32,
}

/// Makes the file. All pictures must have the size of the first; its sides must be even.
pub(crate) fn mp4(shots: &[Shot], seconds: u32, is_marked: bool) -> Vec<u8> {
    let Some(first) = shots.first() else {
        return Vec::new();
    };
    let (width, height) = first.picture.dimensions();
    let size = parameters::Size::new(width, height);
    let frames = seconds * RATE;
    let mut samples = Vec::new();
    for (number, (shot, range)) in (0_u32..).zip(shots.iter().zip(ranges(shots, frames))) {
        let camera = Camera {
            width,
            height,
            length: range.len(),
            goes_right: number % 2 == 0,
            keeps_corner: is_marked,
        };
        samples.push(mp4::Sample {
            bytes: still::frame(&Frame::of(&shot.picture, size), number),
            is_key: true,
        });
        for frame in 1..range.len() {
            samples.push(mp4::Sample {
                bytes: motion::frame(size, frame, &camera),
                is_key: false,
            });
        }
    }
    mp4::file(size, RATE, &samples)
}

/// Which frames belong to which shot.
fn ranges(shots: &[Shot], frames: u32) -> Vec<Range<u32>> {
    let total: u32 = shots.iter().map(|shot| shot.weight.max(1)).sum();
    let mut passed = 0;
    let range = |shot: &Shot| {
        let start = frames * passed / total;
        passed += shot.weight.max(1);
        start..frames * passed / total
    };
    shots.iter().map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::{Shot, mp4};
    use crate::picture::{Idea, draw};

    #[test]
    fn a_film_is_little_more_than_its_pictures() {
        let picture = draw(&Idea::default(), 96, 64);
        let shots = [1, 2].map(|weight| Shot {
            picture: picture.clone(),
            weight,
        });
        let file = mp4(&shots, 5, false);
        assert_eq!(&file[4..8], b"ftyp");
        assert!(file.len() < 2 * 96 * 64 * 3 / 2 + 20_000, "{}", file.len());
        assert_eq!(mp4(&[], 5, false), b"");
    }
}
