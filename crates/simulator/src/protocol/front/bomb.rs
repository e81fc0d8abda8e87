//! A compressed body that is large only once it is unpacked.

use std::{convert::Infallible, iter};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;

const GZIP_HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// What one repetition in deflate unpacks to at most.
const LONGEST: u64 = 258;
/// Eight repetitions take 13 bits each, which are 13 bytes: after that the pattern begins at the same bit again.
const ROUND: u64 = 8;
/// Rounds that are sent at once.
const TOGETHER: u64 = 512;

/// The letter `a` again and again, `size` times or a little more, in gzip. It ends without gzip's check sum.
pub(super) fn body(size: u64) -> Body {
    Body::from_stream(stream::iter(chunks(size).map(Ok::<_, Infallible>)))
}

fn chunks(size: u64) -> impl Iterator<Item = Bytes> + Send {
    let mut bits = Bits::default();
    let mut lead = GZIP_HEAD.to_vec();
    // The last block, in the fixed code.
    bits.push(0b011, 3, &mut lead);
    bits.push((0x30 + b'a').reverse_bits(), 8, &mut lead);
    // The first round follows other bits than all later ones do.
    bits.push_rounds(1, &mut lead);
    let mut pattern = Vec::new();
    bits.push_rounds(TOGETHER, &mut pattern);
    let count = size / (LONGEST * ROUND * TOGETHER) + 1;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    iter::once(lead.into()).chain(iter::repeat_n(pattern.into(), count))
}

/// Bits in deflate's order: the lowest comes first.
#[derive(Default)]
struct Bits {
    held: u16,
    count: u32,
}

impl Bits {
    fn push(&mut self, bits: u8, count: u32, bytes: &mut Vec<u8>) {
        self.held |= u16::from(bits) << self.count;
        self.count += count;
        if self.count >= 8 {
            bytes.push(self.held.to_le_bytes()[0]);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    /// Length 258 is the code 1100 0101, distance 1 is five zeros; codes are written from their highest bit.
    fn push_rounds(&mut self, rounds: u64, bytes: &mut Vec<u8>) {
        for _ in 0..rounds * ROUND {
            self.push(0b1100_0101_u8.reverse_bits(), 8, bytes);
            self.push(0, 5, bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::chunks;

    #[test]
    fn the_bytes_are_those_that_deflate_makes_of_one_letter() {
        let bytes = chunks(1 << 20).next().map(|lead| lead.to_vec());
        let expected = [
            0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 0x4b, 0x1c, 0x05, 0xa3, 0x60, 0x14, 0x8c, 0x82,
            0x51, 0x30, 0x0a, 0x46, 0xc1, 0x28,
        ];
        assert_eq!(bytes.as_deref(), Some(expected.as_slice()));
    }

    #[test]
    fn little_is_sent_for_much() {
        let sent: usize = chunks(100 << 20).map(|chunk| chunk.len()).sum();
        assert!(sent < 1 << 20, "{sent}");
    }
}
