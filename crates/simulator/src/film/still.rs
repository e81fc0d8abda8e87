//! The first frame of a shot: each block either continues what is left of or above it, or is written sample by sample.

use super::{
    bits::Bits,
    frame::{Frame, Plane, byte},
    parameters::ORDER_BITS,
};

/// How far a sample may be off before its block is written out. More is not seen in motion.
const TOLERANCE: u8 = 2;

/// The unit of a frame that needs no other.
pub(super) fn frame(original: &Frame, number: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    header(&mut bits, number);
    // What the decoder has by now; later blocks are foretold from it.
    let mut decoded = original.clone();
    let mut written = vec![false; original.columns * original.rows];
    for row in 0..original.rows {
        for column in 0..original.columns {
            let place = row * original.columns + column;
            let left = (column > 0).then(|| written[place - 1]);
            let above = (row > 0).then(|| written[place - original.columns]);
            let foretold = foretell(original, &decoded, column, row);
            if let Some(foretold) = foretold {
                // Intra 16×16 without anything left over, then the ways for brightness and colour.
                bits.number(1 + foretold.luma.0.luma_code());
                bits.number(foretold.blue.0.color_code());
                bits.signed(0);
                nothing_left(&mut bits, left, above);
                foretold.luma.1.put(&mut decoded.luma, column, row, 16);
                foretold.blue.1.put(&mut decoded.blue, column, row, 8);
                foretold.red.put(&mut decoded.red, column, row, 8);
            } else {
                bits.number(25);
                bits.align();
                for (plane, side) in [
                    (&original.luma, 16),
                    (&original.blue, 8),
                    (&original.red, 8),
                ] {
                    for y in row * side..(row + 1) * side {
                        let start = y * plane.width + column * side;
                        bits.bytes(&plane.samples[start..start + side]);
                    }
                }
                written[place] = true;
            }
        }
    }
    bits.unit(0x65)
}

fn header(bits: &mut Bits, number: u32) {
    bits.number(0);
    bits.number(7);
    bits.number(0);
    bits.put(0, 4);
    bits.number(number % 2);
    bits.put(0, ORDER_BITS);
    bits.put(0b00, 2);
    bits.signed(0);
    // Edges are not smoothed.
    bits.number(1);
}

/// The code for "no coefficients" depends on how many the neighbours have: none, or sixteen when they are written out.
fn nothing_left(bits: &mut Bits, left: Option<bool>, above: Option<bool>) {
    if left == Some(true) || above == Some(true) {
        bits.put(0b00_0011, 6);
    } else {
        bits.put(1, 1);
    }
}

/// The ways to continue what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Down,
    Right,
    Slope,
}

impl Way {
    fn luma_code(self) -> u32 {
        match self {
            Self::Down => 0,
            Self::Right => 1,
            Self::Slope => 3,
        }
    }

    fn color_code(self) -> u32 {
        match self {
            Self::Down => 2,
            Self::Right => 1,
            Self::Slope => 3,
        }
    }
}

/// A block of foretold samples.
struct Block(Vec<u8>);

impl Block {
    fn put(&self, plane: &mut Plane, column: usize, row: usize, side: usize) {
        for (y, line) in self.0.chunks_exact(side).enumerate() {
            let start = (row * side + y) * plane.width + column * side;
            plane.samples[start..start + side].copy_from_slice(line);
        }
    }

    fn is_near(&self, plane: &Plane, column: usize, row: usize, side: usize) -> bool {
        self.0.chunks_exact(side).enumerate().all(|(y, line)| {
            let start = (row * side + y) * plane.width + column * side;
            let truth = &plane.samples[start..start + side];
            line.iter()
                .zip(truth)
                .all(|(said, true_one)| said.abs_diff(*true_one) <= TOLERANCE)
        })
    }
}

struct Foretold {
    luma: (Way, Block),
    blue: (Way, Block),
    red: Block,
}

fn foretell(original: &Frame, decoded: &Frame, column: usize, row: usize) -> Option<Foretold> {
    let ways = [Way::Right, Way::Down, Way::Slope]
        .into_iter()
        .filter(|way| match way {
            Way::Right => column > 0,
            Way::Down => row > 0,
            Way::Slope => column > 0 && row > 0,
        });
    let luma = ways.clone().find_map(|way| {
        let block = continued(&decoded.luma, column, row, 16, way);
        block
            .is_near(&original.luma, column, row, 16)
            .then_some((way, block))
    })?;
    // Both colours go the same way.
    let (way, blue, red) = ways.clone().find_map(|way| {
        let blue = continued(&decoded.blue, column, row, 8, way);
        let red = continued(&decoded.red, column, row, 8, way);
        let is_near = blue.is_near(&original.blue, column, row, 8)
            && red.is_near(&original.red, column, row, 8);
        is_near.then_some((way, blue, red))
    })?;
    Some(Foretold {
        luma,
        blue: (way, blue),
        red,
    })
}

fn continued(plane: &Plane, column: usize, row: usize, side: usize, way: Way) -> Block {
    let (x, y) = (column * side, row * side);
    match way {
        Way::Down => {
            let start = (y - 1) * plane.width + x;
            Block(plane.samples[start..start + side].repeat(side))
        }
        Way::Right => Block(
            (y..y + side)
                .flat_map(|y| std::iter::repeat_n(plane.at(x - 1, y), side))
                .collect(),
        ),
        Way::Slope => slope(plane, x, y, side),
    }
}

/// A plane laid through the edges, as the standard computes it.
fn slope(plane: &Plane, x: usize, y: usize, side: usize) -> Block {
    let half = side / 2;
    let above = |step: usize| i32::from(plane.at(x + step - 1, y - 1));
    let left = |step: usize| i32::from(plane.at(x - 1, y + step - 1));
    let (mut across, mut down) = (0, 0);
    for (weight, step) in (1..).zip(0..half) {
        across += weight * (above(half + 1 + step) - above(half - 1 - step));
        down += weight * (left(half + 1 + step) - left(half - 1 - step));
    }
    let factor = if side == 16 { 5 } else { 34 };
    let (across, down) = ((factor * across + 32) >> 6, (factor * down + 32) >> 6);
    let base = 16 * (above(side) + left(side));
    let middle = if side == 16 { 7 } else { 3 };
    let places = || (0..).take(side);
    let sample =
        |x: i32, y: i32| byte((base + across * (x - middle) + down * (y - middle) + 16) >> 5);
    Block(
        places()
            .flat_map(|y| places().map(move |x| (x, y)))
            .map(|(x, y)| sample(x, y))
            .collect(),
    )
}
