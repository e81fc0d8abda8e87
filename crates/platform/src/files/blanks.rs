//! Bytes of a file that are not kept, known once all of it was seen: it is written once more with free space in their places.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

/// The places, in their order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Blanks {
    /// What becomes zeros.
    zeros: Vec<Range<u64>>,
    /// Where the type of a box stands that becomes free space.
    free: Vec<u64>,
    /// How much has passed.
    at: u64,
    /// The first of the zeros that has not passed.
    next: usize,
}

impl Blanks {
    /// With those ranges, in any order, and those boxes' types.
    pub(super) fn new(mut zeros: Vec<Range<u64>>, free: Vec<u64>) -> Self {
        zeros.retain(|range| !range.is_empty());
        zeros.sort_unstable_by_key(|range| range.start);
        zeros.dedup_by(|later, earlier| {
            let meets = later.start <= earlier.end;
            if meets {
                earlier.end = earlier.end.max(later.end);
            }
            meets
        });
        Self {
            zeros,
            free,
            at: 0,
            next: 0,
        }
    }

    /// The next piece as it is kept.
    pub(super) fn pass(&mut self, piece: Bytes) -> Bytes {
        let (from, to) = (self.at, self.at + piece.len() as u64);
        self.at = to;
        while self
            .zeros
            .get(self.next)
            .is_some_and(|range| range.end <= from)
        {
            self.next += 1;
        }
        let is_freed = self.free.iter().any(|at| *at < to && at + 4 > from);
        let is_blank = |range: &Range<u64>| range.start < to && range.end > from;
        if !is_freed && !self.zeros.get(self.next).is_some_and(is_blank) {
            return piece;
        }
        let mut kept = BytesMut::from(piece.as_ref());
        let place = |at: u64| usize::try_from(at - from).unwrap_or(usize::MAX);
        while let Some(range) = self.zeros.get(self.next) {
            if range.start >= to {
                break;
            }
            kept[place(range.start.max(from))..place(range.end.min(to))].fill(0);
            if range.end > to {
                break;
            }
            self.next += 1;
        }
        for (at, byte) in self.free.iter().flat_map(|at| (*at..).zip(*b"free")) {
            if (from..to).contains(&at) {
                kept[place(at)] = byte;
            }
        }
        kept.freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_blank_is_so_wherever_the_file_is_cut() {
        let file: Vec<u8> = (1..=60).collect();
        let mut wanted = file.clone();
        for blank in [3..9, 20..21, 40..60] {
            wanted[blank].fill(0);
        }
        wanted[30..34].copy_from_slice(b"free");
        for pieces in 1..=60 {
            let mut blanks = Blanks::new(vec![40..70, 3..6, 20..21, 10..10, 5..9, 4..5], vec![30]);
            let kept = file
                .chunks(pieces)
                .map(|piece| blanks.pass(Bytes::copy_from_slice(piece)));
            assert_eq!(kept.collect::<Vec<_>>().concat(), wanted, "{pieces}");
        }
    }
}
