//! The other frames of a shot: from where in the first one each block is taken.

use super::{
    bits::Bits,
    camera::Camera,
    parameters::{ORDER_BITS, Size},
};

type Shift = (i32, i32);

/// The unit of a frame that is made of the shot's first one, and that no other is made of.
pub(super) fn frame(size: Size, number: usize, camera: &Camera) -> Vec<u8> {
    let mut bits = Bits::default();
    header(&mut bits, number);
    let columns = size.columns as usize;
    let mut shifts: Vec<Shift> = Vec::with_capacity(columns * size.rows as usize);
    let mut skipped = 0;
    for row in 0..size.rows {
        for column in 0..size.columns {
            let near = Neighbours::of(&shifts, columns, column as usize);
            let shift = camera.shift(number, column, row);
            if shift == near.when_skipped() {
                skipped += 1;
            } else {
                let expected = near.expected();
                bits.number(skipped);
                skipped = 0;
                // One shift for the whole block, told by how it differs from what is expected, and nothing left over.
                bits.number(0);
                bits.signed(shift.0 - expected.0);
                bits.signed(shift.1 - expected.1);
                bits.number(0);
            }
            shifts.push(shift);
        }
    }
    if skipped > 0 {
        bits.number(skipped);
    }
    bits.unit(0x01)
}

fn header(bits: &mut Bits, number: usize) {
    bits.number(0);
    bits.number(5);
    bits.number(0);
    // All frames after the first have its number plus one, because none of them is referred to.
    bits.put(1, 4);
    bits.put(u32::try_from(number * 2).unwrap_or(0), ORDER_BITS);
    bits.put(0b00, 2);
    bits.signed(0);
    bits.number(1);
}

/// The shifts of the blocks that came before, as far as there are any.
struct Neighbours {
    left: Option<Shift>,
    above: Option<Shift>,
    beyond: Option<Shift>,
}

impl Neighbours {
    fn of(before: &[Shift], columns: usize, column: usize) -> Self {
        let back = |steps: usize| {
            before
                .len()
                .checked_sub(steps)
                .and_then(|place| before.get(place).copied())
        };
        let right = (column + 1 < columns).then(|| back(columns - 1)).flatten();
        let corner = (column > 0).then(|| back(columns + 1)).flatten();
        let has_above = before.len() >= columns;
        Self {
            left: (column > 0).then(|| back(1)).flatten(),
            above: back(columns),
            // The block above on the right, or when there is none the one above on the left.
            beyond: if has_above { right.or(corner) } else { None },
        }
    }

    /// What a decoder expects.
    fn expected(&self) -> Shift {
        match (self.left, self.above, self.beyond) {
            (Some(only), None, None) | (None, Some(only), None) | (None, None, Some(only)) => only,
            (left, above, beyond) => {
                let [left, above, beyond] = [left, above, beyond].map(Option::unwrap_or_default);
                (
                    middle(left.0, above.0, beyond.0),
                    middle(left.1, above.1, beyond.1),
                )
            }
        }
    }

    /// What a decoder does with a block that is skipped.
    fn when_skipped(&self) -> Shift {
        match (self.left, self.above) {
            (None | Some((0, 0)), _) | (_, None | Some((0, 0))) => (0, 0),
            (Some(_), Some(_)) => self.expected(),
        }
    }
}

fn middle(one: i32, two: i32, three: i32) -> i32 {
    one.max(two).min(one.min(two).max(three))
}

#[cfg(test)]
mod tests {
    use super::{Neighbours, middle};

    #[test]
    fn the_middle_of_three_is_expected() {
        assert_eq!(middle(3, 1, 2), 2);
        assert_eq!(middle(5, 5, 1), 5);
        let before = [(1, 0), (2, 0), (3, 0), (4, 0)];
        // Second block of the second row of three: left 4, above 2, above on the right 3.
        assert_eq!(Neighbours::of(&before, 3, 1).expected(), (3, 0));
        assert_eq!(Neighbours::of(&before[..2], 3, 2).expected(), (2, 0));
        assert_eq!(Neighbours::of(&before[..2], 3, 2).when_skipped(), (0, 0));
        // First block of the second row: nothing on the left, above 1, above on the right 2.
        assert_eq!(Neighbours::of(&before[..3], 3, 0).expected(), (1, 0));
        assert_eq!(Neighbours::of(&before[..3], 3, 0).when_skipped(), (0, 0));
    }
}
