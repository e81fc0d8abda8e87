//! A content made of parts that each have a header, as it streams by in pieces, wherever those are cut. What parts that tell hold becomes
//! nothing of the same length; all else is kept as it came.

use bytes::{Bytes, BytesMut};

/// Where the walk is.
#[derive(Debug, Default)]
pub(super) struct Passing {
    /// A header that has not come whole.
    pub(super) header: Vec<u8>,
    /// Bytes left of the content that streams by.
    pub(super) left: u64,
    /// That content tells what is not to be kept.
    pub(super) is_telling: bool,
}

impl Passing {
    /// Takes from the piece what the header lacks of so many bytes; nothing while there is not enough.
    pub(super) fn gather(&mut self, piece: &mut Bytes, wanted: usize) -> Option<()> {
        let lacking = wanted.saturating_sub(self.header.len());
        let come = piece.split_to(lacking.min(piece.len()));
        self.header.extend_from_slice(&come);
        (self.header.len() >= wanted).then_some(())
    }

    /// Keeps so much of the content as has come, or nothing of the same length.
    fn content(&mut self, piece: &mut Bytes, kept: &mut BytesMut) {
        let length = usize::try_from(self.left).map_or(piece.len(), |left| left.min(piece.len()));
        let content = piece.split_to(length);
        self.left -= length as u64;
        if self.is_telling {
            kept.resize(kept.len() + length, 0);
        } else {
            kept.extend_from_slice(&content);
        }
    }
}

/// Whoever knows the headers of such a content.
pub(super) trait Walk {
    /// Where the walk is.
    fn passing(&mut self) -> &mut Passing;

    /// Reads on in a header. When it is whole, it is kept as it is to be, and what it heads begins.
    fn begin(&mut self, piece: &mut Bytes, kept: &mut BytesMut);

    /// The piece as it is kept. A header that is cut waits for its rest.
    fn pass(&mut self, mut piece: Bytes) -> Bytes {
        let passing = self.passing();
        // Nearly every piece lies within one part of media.
        if !passing.is_telling && passing.left >= piece.len() as u64 {
            passing.left -= piece.len() as u64;
            return piece;
        }
        let mut kept = BytesMut::with_capacity(passing.header.len() + piece.len());
        while !piece.is_empty() {
            let passing = self.passing();
            if passing.left > 0 {
                passing.content(&mut piece, &mut kept);
            } else {
                self.begin(&mut piece, &mut kept);
            }
        }
        kept.freeze()
    }

    /// What is left of a content that ends within a header.
    fn rest(&mut self) -> Bytes {
        std::mem::take(&mut self.passing().header).into()
    }
}
