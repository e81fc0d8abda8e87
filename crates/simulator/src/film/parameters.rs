//! What a decoder must know before the first frame.

use super::bits::Bits;

/// The size of a film, in pixels and in blocks of 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) columns: u32,
    pub(super) rows: u32,
}

impl Size {
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            columns: width.div_ceil(16),
            rows: height.div_ceil(16),
        }
    }
}

/// Constrained baseline, which every decoder knows.
pub(super) const PROFILE: u8 = 66;
pub(super) const CONSTRAINTS: u8 = 0xc0;
/// Enough for 1080p at 60 frames a second.
pub(super) const LEVEL: u8 = 42;
/// Bits of a frame's place in the order of display.
pub(super) const ORDER_BITS: u32 = 16;

/// The sequence parameter set.
pub(super) fn sequence(size: Size, rate: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    for byte in [PROFILE, CONSTRAINTS, LEVEL] {
        bits.put(byte.into(), 8);
    }
    bits.number(0);
    // Four bits for the number of a frame, sixteen for its order.
    bits.number(0);
    bits.number(0);
    bits.number(ORDER_BITS - 4);
    // One frame is referred to, and none is missing.
    bits.number(1);
    bits.put(0, 1);
    bits.number(size.columns - 1);
    bits.number(size.rows - 1);
    // Frames, not fields; and a flag that baseline does not use but wants.
    bits.put(0b11, 2);
    let (right, bottom) = (size.columns * 16 - size.width, size.rows * 16 - size.height);
    bits.put(1, 1);
    for crop in [0, right / 2, 0, bottom / 2] {
        bits.number(crop);
    }
    bits.put(1, 1);
    usability(&mut bits, rate);
    bits.unit(0x67)
}

fn usability(bits: &mut Bits, rate: u32) {
    // No aspect ratio, no overscan; colours as in BT.709, in the narrow range.
    bits.put(0b00, 2);
    bits.put(0b11_0101, 6);
    for _ in 0..3 {
        bits.put(1, 8);
    }
    // No place of the colours; ticks are half frames, always the same.
    bits.put(0b01, 2);
    bits.put(1, 32);
    bits.put(rate * 2, 32);
    bits.put(1, 1);
    // No buffers, no structure; frames are shown in the order of decoding.
    bits.put(0b000, 3);
    bits.put(0b11, 2);
    for value in [0, 0, 11, 11, 0, 1] {
        bits.number(value);
    }
}

/// The picture parameter set.
pub(super) fn picture() -> Vec<u8> {
    let mut bits = Bits::default();
    bits.number(0);
    bits.number(0);
    bits.put(0b00, 2);
    for _ in 0..3 {
        bits.number(0);
    }
    bits.put(0b000, 3);
    for _ in 0..3 {
        bits.signed(0);
    }
    // Slices say how edges are smoothed.
    bits.put(0b100, 3);
    bits.unit(0x68)
}
