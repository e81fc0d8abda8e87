//! Colours, and the few ways to put them on a picture.

use image::RgbImage;

/// Red, green, blue.
pub(super) type Color = [u8; 3];

/// A colour between two, 0 being the first and 1 the second.
pub(super) fn mix(from: Color, to: Color, share: f32) -> Color {
    let share = whole(share.clamp(0.0, 1.0) * 256.0);
    let one = |from: u8, to: u8| {
        let mixed = (i32::from(from) * (256 - share) + i32::from(to) * share) >> 8;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    };
    [
        one(from[0], to[0]),
        one(from[1], to[1]),
        one(from[2], to[2]),
    ]
}

/// From 0 to 1 without a corner.
pub(super) fn ease(share: f32) -> f32 {
    let share = share.clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

/// The whole part. Coordinates and colours are far from where this would matter.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the values are small and finite"
)]
pub(super) fn whole(value: f32) -> i32 {
    value as i32
}

/// A size or place as a number to calculate with.
#[expect(
    clippy::cast_precision_loss,
    reason = "pictures are smaller than a float's mantissa"
)]
pub(super) fn real(value: u32) -> f32 {
    value as f32
}

/// A picture being drawn.
pub(super) struct Canvas {
    pub(super) picture: RgbImage,
    pub(super) width: f32,
    pub(super) height: f32,
}

impl Canvas {
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self {
            picture: RgbImage::new(width, height),
            width: real(width),
            height: real(height),
        }
    }

    /// Fills row after row, each in one colour; `color` is given the share of the height.
    pub(super) fn rows(&mut self, color: impl Fn(f32) -> Color) {
        let height = self.height;
        for (place, row) in (0_u32..).zip(self.picture.rows_mut()) {
            let color = color(real(place) / height);
            row.for_each(|pixel| pixel.0 = color);
        }
    }

    /// Fills column after column below a line; `line` is given the share of the width and gives that of the height,
    /// `color` is given how far below the line a pixel is.
    pub(super) fn below(&mut self, line: impl Fn(f32) -> f32, color: impl Fn(f32) -> Color) {
        let (width, height) = (self.picture.width(), self.picture.height());
        let tops: Vec<u32> = (0..width)
            .map(|x| {
                whole(line(real(x) / self.width) * self.height)
                    .max(0)
                    .unsigned_abs()
            })
            .collect();
        let colors: Vec<Color> = (0..height)
            .map(|depth| color(real(depth) / self.height))
            .collect();
        let highest = tops.iter().copied().min().unwrap_or(0);
        for (y, row) in (0..height)
            .zip(self.picture.rows_mut())
            .skip(highest as usize)
        {
            for (pixel, top) in row.zip(&tops) {
                if y >= *top {
                    pixel.0 = colors[(y - top) as usize];
                }
            }
        }
    }

    /// Puts light on an ellipse, strongest in its middle when `soft`. Places and sizes are in pixels.
    pub(super) fn glow(
        &mut self,
        middle: (f32, f32),
        radii: (f32, f32),
        color: Color,
        strength: f32,
    ) {
        self.ellipse(middle, radii, |distance| {
            let rest = 1.0 - distance;
            (color, strength * rest * rest)
        });
    }

    /// Fills an ellipse with a clean edge.
    pub(super) fn disc(&mut self, middle: (f32, f32), radii: (f32, f32), color: Color) {
        let edge = radii.0.min(radii.1).max(1.0) / 2.0;
        self.ellipse(middle, radii, |distance| (color, (1.0 - distance) * edge));
    }

    /// `paint` is given the square of the distance, 0 in the middle and 1 at the edge.
    fn ellipse(
        &mut self,
        (x, y): (f32, f32),
        (a, b): (f32, f32),
        paint: impl Fn(f32) -> (Color, f32),
    ) {
        let (left, right) = (self.column(x - a), self.column(x + a + 1.0));
        let (top, bottom) = (self.row(y - b), self.row(y + b + 1.0));
        let (a, b) = (a.max(0.5), b.max(0.5));
        for row in top..bottom {
            let above = (real(row) + 0.5 - y) / b;
            let above = above * above;
            if above >= 1.0 {
                continue;
            }
            for column in left..right {
                let beside = (real(column) + 0.5 - x) / a;
                let distance = above + beside * beside;
                if distance < 1.0 {
                    let (color, share) = paint(distance);
                    let pixel = self.picture.get_pixel_mut(column, row);
                    pixel.0 = mix(pixel.0, color, share);
                }
            }
        }
    }

    /// Fills a rectangle. Places are in pixels.
    pub(super) fn rectangle(
        &mut self,
        (left, top): (f32, f32),
        (right, bottom): (f32, f32),
        color: Color,
    ) {
        let columns = self.column(left)..self.column(right);
        for row in self.row(top)..self.row(bottom) {
            for column in columns.clone() {
                self.picture.get_pixel_mut(column, row).0 = color;
            }
        }
    }

    /// Fills a polygon, row by row. Places are in pixels.
    pub(super) fn polygon(&mut self, points: &[(f32, f32)], color: Color) {
        let top = points.iter().map(|point| point.1).fold(f32::MAX, f32::min);
        let bottom = points.iter().map(|point| point.1).fold(f32::MIN, f32::max);
        for row in self.row(top)..self.row(bottom + 1.0) {
            let y = real(row) + 0.5;
            let ends = points.iter().zip(points.iter().cycle().skip(1));
            let mut crossings: Vec<f32> = ends
                .filter(|(from, to)| (from.1 <= y) != (to.1 <= y))
                .map(|(from, to)| from.0 + (y - from.1) / (to.1 - from.1) * (to.0 - from.0))
                .collect();
            crossings.sort_by(f32::total_cmp);
            for pair in crossings.chunks_exact(2) {
                for column in self.column(pair[0] + 0.5)..self.column(pair[1] + 0.5) {
                    self.picture.get_pixel_mut(column, row).0 = color;
                }
            }
        }
    }

    pub(super) fn column(&self, x: f32) -> u32 {
        whole(x.clamp(0.0, self.width)).unsigned_abs()
    }

    pub(super) fn row(&self, y: f32) -> u32 {
        whole(y.clamp(0.0, self.height)).unsigned_abs()
    }
}
