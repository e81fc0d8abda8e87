//! A scene, from the sky down to what stands in front.

use image::RgbImage;

use super::{
    Idea,
    canvas::{Canvas, Color, ease, mix, real, whole},
    palette::{self, Palette, Place},
    shapes,
};
use crate::dice::Dice;

/// Draws what the words name, and leaves the rest to chance.
pub(super) fn draw(idea: &Idea, width: u32, height: u32) -> RgbImage {
    let words = format!("{} {}", idea.prompt, idea.style).to_lowercase();
    let mut dice = idea.dice();
    let place = palette::place(&words, &mut dice);
    let colors = palette::palette(&words, &mut dice);
    let mut canvas = Canvas::new(width, height);
    sky(&mut canvas, &colors, &mut dice);
    match place {
        Place::Mountains => mountains(&mut canvas, &colors, &mut dice, 5),
        Place::Sea => sea(&mut canvas, &colors, &mut dice),
        Place::City => shapes::city(&mut canvas, &colors, &mut dice),
        Place::Forest => {
            mountains(&mut canvas, &colors, &mut dice, 3);
            shapes::trees(&mut canvas, &colors, &mut dice);
        }
        Place::Dunes => dunes(&mut canvas, &colors, &mut dice),
        Place::Dream => dream(&mut canvas, &colors, &mut dice),
    }
    for thing in palette::things(&words) {
        shapes::thing(&mut canvas, thing, &colors, &mut dice);
    }
    canvas.picture
}

/// A number from `from` to `to`.
pub(super) fn between(dice: &mut Dice, from: f32, to: f32) -> f32 {
    let part = u16::try_from(dice.next() & 0xffff).unwrap_or(0);
    from + (to - from) * f32::from(part) / 65535.0
}

fn sky(canvas: &mut Canvas, colors: &Palette, dice: &mut Dice) {
    let bend = between(dice, 0.3, 0.5);
    canvas.rows(|share| {
        if share < bend {
            mix(colors.top, colors.middle, ease(share / bend))
        } else {
            mix(
                colors.middle,
                colors.low,
                ease((share - bend) / (0.75 - bend)),
            )
        }
    });
    let (width, height) = (canvas.width, canvas.height);
    let unit = width.min(height);
    if colors.is_night {
        for _ in 0..120 + dice.below(100) {
            let at = (between(dice, 0.0, width), between(dice, 0.0, height * 0.6));
            let radius = unit * between(dice, 0.0008, 0.0022);
            canvas.glow(at, (radius * 2.0, radius * 2.0), [255, 255, 240], 1.0);
        }
    }
    let light = (
        width * between(dice, 0.18, 0.82),
        height * between(dice, 0.16, 0.46),
    );
    let radius = unit * between(dice, 0.045, 0.085);
    canvas.glow(light, (radius * 7.0, radius * 7.0), colors.light, 0.55);
    canvas.disc(light, (radius, radius), colors.light);
    for _ in 0..3 + dice.below(4) {
        let (x, y) = (between(dice, 0.0, width), height * between(dice, 0.08, 0.5));
        let length = width * between(dice, 0.06, 0.2);
        for _ in 0..5 {
            let at = (
                x + between(dice, -length, length),
                y + between(dice, -0.01, 0.01) * height,
            );
            let radii = (
                length * between(dice, 0.4, 0.9),
                height * between(dice, 0.008, 0.026),
            );
            canvas.glow(at, radii, mix(colors.low, colors.light, 0.5), 0.5);
        }
    }
}

/// A line from left to right with hills upon hills.
pub(super) struct Contour {
    heights: Vec<f32>,
    steps: f32,
    octaves: u8,
}

impl Contour {
    pub(super) fn new(dice: &mut Dice, steps: f32, octaves: u8) -> Self {
        let heights = (0..64).map(|_| between(dice, -1.0, 1.0)).collect();
        Self {
            heights,
            steps,
            octaves,
        }
    }

    /// From -1 to 1, about.
    pub(super) fn at(&self, x: f32) -> f32 {
        let mut sum = 0.0;
        let (mut frequency, mut strength) = (self.steps, 0.6);
        for octave in 0..self.octaves {
            let place = x * frequency + f32::from(octave) * 17.0;
            let left = whole(place).unsigned_abs() as usize;
            let share = ease(place.fract());
            let height = |index: usize| self.heights[index % self.heights.len()];
            sum += strength * (height(left) * (1.0 - share) + height(left + 1) * share);
            frequency *= 2.1;
            strength *= 0.5;
        }
        sum
    }
}

/// Ranges, the far ones in haze.
fn mountains(canvas: &mut Canvas, colors: &Palette, dice: &mut Dice, count: u8) {
    for range in 0..count {
        let share = f32::from(range) / f32::from(count.max(2) - 1);
        let contour = Contour::new(dice, 2.0 + 3.0 * (1.0 - share), 5);
        let base = 0.5 + 0.38 * share;
        let strength = 0.2 - 0.09 * share;
        let color = mix(colors.far, colors.near, share);
        let haze = mix(color, colors.low, 0.6 * (1.0 - share * 0.8));
        let below = |depth: f32| mix(color, haze, ease(depth / 0.3));
        canvas.below(|x| base - strength * contour.at(x).abs() - 0.02, below);
    }
}

fn sea(canvas: &mut Canvas, colors: &Palette, dice: &mut Dice) {
    let horizon = between(dice, 0.54, 0.64);
    let contour = Contour::new(dice, 3.0, 4);
    let shore = mix(colors.far, colors.low, 0.3);
    canvas.below(
        |x| horizon - 0.07 * contour.at(x).max(-0.1) - 0.005,
        |_| shore,
    );
    mirror(canvas, horizon, colors, dice);
    let glitter = mix(colors.light, colors.low, 0.2);
    for _ in 0..90 {
        let depth = between(dice, 0.0, 1.0);
        let y = canvas.height * (horizon + 0.01 + depth * depth * (0.97 - horizon));
        let length = canvas.width * (0.006 + 0.05 * depth * between(dice, 0.3, 1.0));
        let x = between(dice, 0.0, canvas.width);
        canvas.glow(
            (x, y),
            (length, canvas.height * (0.0015 + 0.004 * depth)),
            glitter,
            0.5,
        );
    }
}

/// What is above the horizon, upside down, shaken and darker.
fn mirror(canvas: &mut Canvas, horizon: f32, colors: &Palette, dice: &mut Dice) {
    let (width, height) = canvas.picture.dimensions();
    let line = whole(horizon * canvas.height).unsigned_abs();
    let wave = between(dice, 30.0, 60.0);
    for y in line..height {
        let depth = real(y - line) / real((height - line).max(1));
        let above = line.saturating_sub(1 + whole(real(y - line) * 1.15).unsigned_abs());
        let shift = (depth * wave * (1.5 - depth)).sin() * canvas.width * 0.012 * (0.2 + depth);
        let shift = whole(shift)
            .rem_euclid(i32::try_from(width).unwrap_or(1))
            .unsigned_abs();
        let shade = 0.25 + 0.45 * depth;
        for x in 0..width {
            let seen = canvas.picture.get_pixel((x + shift) % width, above).0;
            canvas.picture.get_pixel_mut(x, y).0 = mix(seen, colors.near, shade);
        }
    }
}

fn dunes(canvas: &mut Canvas, colors: &Palette, dice: &mut Dice) {
    let sand = mix(colors.low, colors.accent, 0.35);
    for row in 0..4_u8 {
        let share = f32::from(row) / 3.0;
        let steps = 1.2 + between(dice, 0.2, 1.4);
        let contour = Contour::new(dice, steps, 2);
        let base = 0.52 + 0.32 * share;
        let lit = mix(
            mix(sand, colors.low, 0.5 * (1.0 - share)),
            colors.near,
            share * 0.25,
        );
        let dark = mix(lit, colors.near, 0.55);
        canvas.below(
            |x| base - 0.13 * contour.at(x),
            |depth| mix(lit, dark, ease(depth / 0.34)),
        );
    }
}

/// Nothing but light: rings and discs over each other.
fn dream(canvas: &mut Canvas, colors: &Palette, dice: &mut Dice) {
    let unit = canvas.width.min(canvas.height);
    let choice: [Color; 5] = [
        colors.light,
        colors.accent,
        colors.far,
        colors.near,
        colors.low,
    ];
    for _ in 0..14 + dice.below(10) {
        let at = (
            between(dice, 0.0, canvas.width),
            between(dice, 0.0, canvas.height),
        );
        let radius = unit * between(dice, 0.06, 0.3);
        let color = choice[dice.below(choice.len())];
        canvas.glow(at, (radius, radius), color, between(dice, 0.5, 1.0));
        if dice.falls_within(0.4) {
            let radius = radius * 0.35;
            canvas.disc(at, (radius, radius), mix(color, colors.light, 0.4));
        }
    }
}
