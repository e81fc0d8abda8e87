//! The mark in the lower right corner that says where a picture comes from.

use image::RgbImage;

use super::canvas::{Canvas, mix};

/// Whose mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// `AI生成`.
    Made,
    /// `Qwen-Image`.
    Qwen,
}

/// Letters as rows of dots.
type Glyph = &'static [&'static str];

const A: Glyph = &[
    "..#..", ".#.#.", "#...#", "#...#", "#####", "#...#", "#...#",
];
const CAPITAL_I: Glyph = &["###", ".#.", ".#.", ".#.", ".#.", ".#.", "###"];
const Q: Glyph = &[
    ".###.", "#...#", "#...#", "#...#", "#.#.#", "#..#.", ".##.#",
];
const W: Glyph = &[
    ".....", ".....", "#...#", "#...#", "#.#.#", "#.#.#", ".#.#.",
];
const E: Glyph = &["....", "....", ".##.", "#..#", "####", "#...", ".###"];
const N: Glyph = &["....", "....", "###.", "#..#", "#..#", "#..#", "#..#"];
const DASH: Glyph = &["...", "...", "...", "...", "###", "...", "..."];
const M: Glyph = &[
    ".....", ".....", "##.#.", "#.#.#", "#.#.#", "#.#.#", "#.#.#",
];
const SMALL_A: Glyph = &["....", "....", ".##.", "...#", ".###", "#..#", ".###"];
const G: Glyph = &["....", "....", ".###", "#..#", ".###", "...#", ".##."];
const SHENG: Glyph = &[
    "...#...", ".#.#...", ".######", "#..#...", "...#...", ".#####.", "...#...", "...#...",
    "#######",
];
const CHENG: Glyph = &[
    ".....#.#.",
    ".....#..#",
    ".########",
    ".#...#...",
    ".###.#.#.",
    ".#.#.#.#.",
    ".#.#..#..",
    ".#.#.##.#",
    "#..#...##",
];

/// Puts the mark on a picture.
pub(crate) fn stamp(picture: RgbImage, mark: Mark) -> RgbImage {
    let glyphs: &[Glyph] = match mark {
        Mark::Made => &[A, CAPITAL_I, SHENG, CHENG],
        Mark::Qwen => &[Q, W, E, N, DASH, CAPITAL_I, M, SMALL_A, G, E],
    };
    let mut canvas = Canvas::of(picture);
    let dot = (canvas.width.min(canvas.height) / 320.0).max(1.0).floor();
    let columns: usize = glyphs.iter().map(|glyph| glyph[0].len() + 1).sum();
    let size = |dots: usize| f32::from(u16::try_from(dots).unwrap_or(0)) * dot;
    let (left, top) = (canvas.width - size(columns + 4), canvas.height - size(14));
    canvas.shade(
        (left - size(3), top - size(3)),
        (left + size(columns + 1), top + size(11)),
    );
    let mut x = left;
    for glyph in glyphs {
        let above = size(9 - glyph.len());
        for (row, dots) in glyph.iter().enumerate() {
            for (column, _) in dots.bytes().enumerate().filter(|(_, dot)| *dot == b'#') {
                let at = (x + size(column), top + above + size(row));
                canvas.rectangle(at, (at.0 + dot, at.1 + dot), [250, 250, 250]);
            }
        }
        x += size(glyph[0].len() + 1);
    }
    canvas.picture
}

impl Canvas {
    fn of(picture: RgbImage) -> Self {
        let mut canvas = Self::new(1, 1);
        canvas.width = super::canvas::real(picture.width());
        canvas.height = super::canvas::real(picture.height());
        canvas.picture = picture;
        canvas
    }

    /// Darkens a rectangle, so that white letters can be read on it.
    fn shade(&mut self, (left, top): (f32, f32), (right, bottom): (f32, f32)) {
        let columns = self.column(left)..self.column(right);
        for row in self.row(top)..self.row(bottom) {
            for column in columns.clone() {
                let pixel = self.picture.get_pixel_mut(column, row);
                pixel.0 = mix(pixel.0, [20, 20, 24], 0.5);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::{Mark, stamp};

    #[test]
    fn the_mark_is_in_the_lower_right_corner_and_nowhere_else() {
        let plain = RgbImage::from_pixel(640, 480, image::Rgb([90, 120, 150]));
        for mark in [Mark::Made, Mark::Qwen] {
            let marked = stamp(plain.clone(), mark);
            let changed: Vec<(u32, u32)> = marked
                .enumerate_pixels()
                .filter(|(x, y, pixel)| plain.get_pixel(*x, *y) != *pixel)
                .map(|(x, y, _)| (x, y))
                .collect();
            assert!(changed.len() > 200, "{mark:?}");
            assert!(
                changed.iter().all(|(x, y)| *x > 480 && *y > 440),
                "{mark:?}"
            );
        }
    }
}
