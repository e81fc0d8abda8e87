//! A camera that comes closer and swings a little.

/// A movement within one shot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Camera {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Frames of the shot.
    pub(super) length: usize,
    pub(super) goes_right: bool,
    /// Whether the lower right corner stands still, because of the mark in it.
    pub(super) keeps_corner: bool,
}

/// How much closer it is at the beginning, and how much it comes closer.
const NEAR: f32 = 0.05;
const NEARER: f32 = 0.06;
/// How far it swings, as a share of the width.
const SWING: f32 = 0.018;

impl Camera {
    /// From where the block at this place is taken, in quarters of a pixel. What is near the lower edge moves more.
    pub(super) fn shift(&self, frame: usize, column: u32, row: u32) -> (i32, i32) {
        if self.keeps_corner && self.is_corner(column, row) {
            return (0, 0);
        }
        let real = |value: u32| f32::from(u16::try_from(value).unwrap_or(u16::MAX));
        let passed = real(u32::try_from(frame).unwrap_or(0))
            / real(u32::try_from(self.length.max(1)).unwrap_or(1));
        // The first frame is the picture itself, so the movement begins and ends gently.
        let eased = passed * passed * (3.0 - 2.0 * passed);
        let zoom = 1.0 + (NEAR + NEARER * eased) * (passed * 8.0).min(1.0);
        let from_middle = |place: u32, size: u32| real(place) * 16.0 + 8.0 - real(size) / 2.0;
        let closer = |offset: f32| offset / zoom - offset;
        let depth = 0.25 + 0.75 * real(row) * 16.0 / real(self.height);
        let side = if self.goes_right { 1.0 } else { -1.0 };
        let swing = side * (passed * std::f32::consts::PI).sin() * SWING * real(self.width) * depth;
        let x = closer(from_middle(column, self.width)) + swing;
        let y = closer(from_middle(row, self.height));
        (quarters(x), quarters(y))
    }

    fn is_corner(&self, column: u32, row: u32) -> bool {
        let side = self.width.min(self.height);
        column * 16 + 16 > self.width - side / 6 && row * 16 + 16 > self.height - side / 16
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "shifts are smaller than the picture"
)]
fn quarters(pixels: f32) -> i32 {
    (pixels * 4.0).round() as i32
}
