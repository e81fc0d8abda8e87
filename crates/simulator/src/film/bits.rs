//! Bits, the codes of H.264 that have no table, and the unit that carries them.

/// Bits in the order in which they are sent.
#[derive(Debug, Default)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    held: u8,
    count: u32,
}

impl Bits {
    /// `count` bits, the highest first.
    pub(super) fn put(&mut self, value: u32, count: u32) {
        for place in (0..count).rev() {
            let bit = u8::from(value >> place & 1 == 1);
            self.held = self.held << 1 | bit;
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.held);
                (self.held, self.count) = (0, 0);
            }
        }
    }

    /// An unsigned number, short when it is small.
    pub(super) fn number(&mut self, value: u32) {
        let value = value + 1;
        let length = 32 - value.leading_zeros();
        self.put(0, length - 1);
        self.put(value, length);
    }

    /// A signed number: 0, 1, -1, 2, -2, ….
    pub(super) fn signed(&mut self, value: i32) {
        let size = value.unsigned_abs() * 2;
        self.number(if value > 0 { size - 1 } else { size });
    }

    /// Zeros up to a whole byte.
    pub(super) fn align(&mut self) {
        while self.count != 0 {
            self.put(0, 1);
        }
    }

    /// Whole bytes; only after [`align`](Self::align).
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Ends with the bit that marks the end, and gives the unit of this type. Three bytes that would look like the
    /// beginning of another unit are kept apart by a 3.
    pub(super) fn unit(mut self, header: u8) -> Vec<u8> {
        self.put(1, 1);
        self.align();
        let mut unit = Vec::with_capacity(self.bytes.len() + 64);
        unit.push(header);
        let mut zeros = 0;
        for byte in self.bytes {
            if zeros >= 2 && byte <= 3 {
                unit.push(3);
                zeros = 0;
            }
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            unit.push(byte);
        }
        unit
    }
}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn numbers_are_coded_as_the_standard_lists_them() {
        let coded = |numbers: &[u32]| {
            let mut bits = Bits::default();
            for number in numbers {
                bits.number(*number);
            }
            bits.unit(0)
        };
        // 1, 010, 011, 00100 and the bit that ends.
        assert_eq!(coded(&[0, 1, 2, 3]), [0, 0b1010_0110, 0b0100_1000]);
        let mut bits = Bits::default();
        for number in [0, 1, -1] {
            bits.signed(number);
        }
        assert_eq!(bits.unit(0), [0, 0b1010_0111]);
    }

    #[test]
    fn nothing_looks_like_the_beginning_of_a_unit() {
        let mut bits = Bits::default();
        bits.bytes(&[0, 0, 1, 0, 0, 0]);
        assert_eq!(bits.unit(9), [9, 0, 0, 3, 1, 0, 0, 3, 0, 0x80]);
    }
}
