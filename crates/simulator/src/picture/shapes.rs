//! What stands in front: houses, trees, and the things that the words name.

use super::{
    canvas::{Canvas, mix},
    palette::{Palette, Thing},
    scene::{Contour, between},
};
use crate::dice::Dice;

/// Three rows of houses; in the near ones, windows are lit.
pub(super) fn city(canvas: &mut Canvas, colors: &Palette, dice: &mut Dice) {
    for row in 0..3_u8 {
        let share = f32::from(row) / 2.0;
        let color = mix(
            mix(colors.far, colors.low, 0.3),
            colors.near,
            0.15 + 0.85 * share,
        );
        let mut left = -canvas.width * 0.03;
        while left < canvas.width {
            let width = canvas.width * between(dice, 0.035, 0.09) * (0.7 + 0.5 * share);
            let top = canvas.height * (0.36 + 0.2 * share + between(dice, -0.13, 0.12));
            canvas.rectangle((left, top), (left + width, canvas.height), color);
            if row > 0 {
                windows(
                    canvas,
                    (left, top),
                    width,
                    mix(color, colors.accent, 0.75),
                    dice,
                );
            }
            left += width * between(dice, 0.9, 1.25);
        }
    }
}

fn windows(
    canvas: &mut Canvas,
    (left, top): (f32, f32),
    width: f32,
    color: [u8; 3],
    dice: &mut Dice,
) {
    let step = width / 6.0;
    let mut y = top + step;
    while y < canvas.height {
        for column in 1..5_u8 {
            if dice.falls_within(0.35) {
                let x = left + step * (f32::from(column) + 0.1);
                canvas.rectangle((x, y), (x + step * 0.6, y + step * 0.7), color);
            }
        }
        y += step * 1.5;
    }
}

/// Firs on a slope.
pub(super) fn trees(canvas: &mut Canvas, colors: &Palette, dice: &mut Dice) {
    let contour = Contour::new(dice, 2.0, 3);
    let ground = |x: f32| 0.84 - 0.08 * contour.at(x);
    canvas.below(ground, |_| colors.near);
    for _ in 0..26 {
        let share = between(dice, 0.0, 1.0);
        let (x, foot) = (share * canvas.width, (ground(share) + 0.02) * canvas.height);
        let tall = canvas.height * between(dice, 0.12, 0.3);
        let color = mix(colors.near, colors.far, between(dice, 0.0, 0.35));
        for tier in 0..4_u8 {
            let tier = f32::from(tier) / 4.0;
            let (top, low) = (
                foot - tall * (1.0 - tier * 0.75),
                foot - tall * (0.62 - tier * 0.62),
            );
            let half = tall * (0.09 + 0.13 * tier);
            canvas.polygon(&[(x, top), (x + half, low), (x - half, low)], color);
        }
    }
}

/// One of the things that the words name.
pub(super) fn thing(canvas: &mut Canvas, thing: Thing, colors: &Palette, dice: &mut Dice) {
    let unit = canvas.width.min(canvas.height);
    let at = (
        canvas.width * between(dice, 0.25, 0.75),
        canvas.height * between(dice, 0.72, 0.8),
    );
    match thing {
        Thing::Boat => boat(canvas, at, unit * 0.1, colors),
        Thing::Lighthouse => lighthouse(canvas, at, unit * 0.3, colors),
        Thing::Cat => cat(canvas, (at.0, canvas.height * 0.97), unit * 0.16, colors),
        Thing::Lanterns => {
            for _ in 0..9 {
                let at = (
                    between(dice, 0.0, canvas.width),
                    canvas.height * between(dice, 0.1, 0.6),
                );
                let size = unit * between(dice, 0.018, 0.04);
                canvas.glow(at, (size * 4.0, size * 4.0), colors.accent, 0.5);
                canvas.disc(at, (size, size * 1.25), [236, 84, 48]);
                canvas.disc(at, (size * 0.4, size), [255, 176, 84]);
            }
        }
        Thing::Flowers => {
            for _ in 0..60 {
                let at = (
                    between(dice, 0.0, canvas.width),
                    canvas.height * between(dice, 0.84, 1.0),
                );
                let size = unit * between(dice, 0.006, 0.014);
                for (x, y) in [(-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)] {
                    let petal = (at.0 + x * size, at.1 + y * size);
                    canvas.disc(
                        petal,
                        (size, size),
                        mix(colors.accent, [255, 214, 226], 0.45),
                    );
                }
                canvas.disc(at, (size * 0.7, size * 0.7), [255, 226, 120]);
            }
        }
        Thing::Snow => {
            for _ in 0..240 {
                let at = (
                    between(dice, 0.0, canvas.width),
                    between(dice, 0.0, canvas.height),
                );
                let size = unit * between(dice, 0.002, 0.006);
                canvas.glow(at, (size, size), [255, 255, 255], 0.9);
            }
        }
    }
}

fn boat(canvas: &mut Canvas, (x, y): (f32, f32), size: f32, colors: &Palette) {
    let hull = [
        (x - size, y),
        (x + size, y),
        (x + size * 0.7, y + size * 0.32),
        (x - size * 0.7, y + size * 0.32),
    ];
    canvas.polygon(&hull, colors.near);
    canvas.polygon(
        &[
            (x + size * 0.05, y - size * 1.6),
            (x + size * 0.85, y - size * 0.1),
            (x + size * 0.05, y - size * 0.1),
        ],
        colors.light,
    );
    canvas.polygon(
        &[
            (x - size * 0.05, y - size * 1.4),
            (x - size * 0.05, y - size * 0.1),
            (x - size * 0.6, y - size * 0.1),
        ],
        mix(colors.light, colors.accent, 0.5),
    );
}

fn lighthouse(canvas: &mut Canvas, (x, y): (f32, f32), size: f32, colors: &Palette) {
    let at = |side: f32, up: f32| (x + side * size, y - up * size);
    canvas.polygon(
        &[
            at(-0.5, -0.15),
            at(-0.2, 0.06),
            at(0.25, 0.04),
            at(0.6, -0.15),
        ],
        colors.near,
    );
    for band in 0..5_u8 {
        let (low, high) = (f32::from(band) * 0.2, f32::from(band + 1) * 0.2);
        let half = |up: f32| 0.12 - 0.045 * up;
        let color = if band % 2 == 0 {
            [240, 238, 232]
        } else {
            [196, 62, 54]
        };
        canvas.polygon(
            &[
                at(-half(low), low),
                at(half(low), low),
                at(half(high), high),
                at(-half(high), high),
            ],
            color,
        );
    }
    canvas.glow(at(0.0, 1.08), (size, size), [255, 236, 170], 0.6);
    canvas.rectangle(at(-0.06, 1.14), at(0.06, 1.0), [255, 236, 170]);
    canvas.polygon(
        &[at(-0.1, 1.14), at(0.1, 1.14), at(0.0, 1.28)],
        [150, 44, 40],
    );
}

fn cat(canvas: &mut Canvas, (x, y): (f32, f32), size: f32, colors: &Palette) {
    let color = mix(colors.near, [20, 16, 24], 0.6);
    let at = |side: f32, up: f32| (x + side * size, y - up * size);
    for step in 0..12_u8 {
        let turn = f32::from(step) / 11.0;
        canvas.disc(
            at(0.5 + 0.45 * (turn * 2.6).sin(), 0.08 + turn * 0.75),
            (size * 0.075, size * 0.075),
            color,
        );
    }
    canvas.disc(at(0.0, 0.42), (size * 0.5, size * 0.52), color);
    canvas.disc(at(0.0, 1.08), (size * 0.36, size * 0.31), color);
    for side in [-1.0, 1.0] {
        canvas.polygon(
            &[
                at(side * 0.34, 1.14),
                at(side * 0.08, 1.32),
                at(side * 0.3, 1.56),
            ],
            color,
        );
        canvas.disc(
            at(side * 0.14, 1.1),
            (size * 0.06, size * 0.075),
            colors.accent,
        );
        canvas.disc(at(side * 0.14, 1.1), (size * 0.02, size * 0.06), color);
    }
}
