//! Sound of FLAC (RFC 9639) without what its makers say in the blocks before it: comments, pictures, and what applications add. Such a
//! block becomes padding of the same length as it streams by. (FI-12)

use bytes::{Bytes, BytesMut};

use super::passing::{Passing, Walk};

/// Which blocks there are to us, here and where FLAC lies in Ogg.
pub(super) mod block {
    /// How the sound is to be read.
    pub(in crate::files) const STREAM: u8 = 0;
    /// What has no meaning.
    pub(in crate::files) const PADDING: u8 = 1;
    /// Where in the sound one can begin.
    pub(in crate::files) const SEEK_TABLE: u8 = 3;
    /// Who made it, and all else that can be said in words.
    pub(in crate::files) const COMMENT: u8 = 4;
    /// No block: sound begins so.
    pub(in crate::files) const NONE: u8 = 127;
    /// The bit beside the type that says that no block follows.
    pub(in crate::files) const LAST: u8 = 0x80;
}

/// Where the walk is.
#[derive(Clone, Copy, Debug, Default)]
enum At {
    #[default]
    Beginning,
    Blocks,
    Sound,
}

/// The walk over a file's blocks, wherever it is cut into pieces.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    passing: Passing,
    at: At,
}

impl Walk for Blocks {
    fn passing(&mut self) -> &mut Passing {
        &mut self.passing
    }

    fn begin(&mut self, piece: &mut Bytes, kept: &mut BytesMut) {
        self.passing.is_telling = false;
        match self.at {
            // What follows is kept as it came.
            At::Sound => self.passing.left = u64::MAX,
            At::Beginning | At::Blocks => {
                if self.passing.gather(piece, 4).is_none() {
                    return;
                }
                self.header();
                kept.extend_from_slice(&self.passing.header);
                self.passing.header.clear();
            }
        }
    }
}

impl Blocks {
    /// A header is whole.
    fn header(&mut self) {
        let header = &mut self.passing.header;
        if matches!(self.at, At::Beginning) {
            self.at = if header.starts_with(b"fLaC") {
                At::Blocks
            } else {
                At::Sound
            };
            return;
        }
        let last = header[0] & block::LAST;
        let kind = header[0] & !block::LAST;
        if kind == block::NONE {
            self.at = At::Sound;
            return;
        }
        if kind != block::STREAM && kind != block::SEEK_TABLE {
            header[0] = last | block::PADDING;
            self.passing.is_telling = true;
        }
        self.passing.left = u64::from(u32::from_be_bytes([0, header[1], header[2], header[3]]));
        if last > 0 {
            self.at = At::Sound;
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::files::passing::tests::passed;

    /// A block of that type.
    pub(in crate::files) fn block_of(kind: u8, content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&[kind][..], &size[1..], content].concat()
    }

    const SOUND: &[u8] = b"\xFF\xF8\xC9\x18 sound, and \x84\0\0\x01\x01 is no block in it";

    /// FI-12.
    #[test]
    fn what_blocks_tell_becomes_padding_wherever_the_file_is_cut() {
        let place = [0xE1; 300];
        for last in [4, 6, 2, 5, 1, 99] {
            let file = |telling: [u8; 4], content: &[u8]| {
                [
                    &b"fLaC"[..],
                    &block_of(0, &[0x22; 34]),
                    &block_of(telling[0], content),
                    &block_of(3, b"of seeking"),
                    &block_of(telling[1], content),
                    &block_of(telling[2], b""),
                    &block_of(telling[3] | 0x80, content),
                    SOUND,
                ]
                .concat()
            };
            let (file, wanted) = (file([4, 6, 2, last], &place), file([1; 4], &[0; 300]));
            for pieces in 1..=file.len() {
                assert_eq!(passed(Blocks::default(), &file, pieces), wanted, "{pieces}");
            }
        }
    }

    #[test]
    fn a_block_longer_than_the_file_is_padding_to_its_end() {
        let file = b"fLaC\x06\xFF\xFF\xFFpicture";
        for pieces in 1..=file.len() {
            let kept = passed(Blocks::default(), file, pieces);
            assert_eq!(kept, b"fLaC\x01\xFF\xFF\xFF\0\0\0\0\0\0\0", "{pieces}");
        }
    }

    #[test]
    fn what_is_no_flac_inside_is_kept_as_it_came() {
        for file in [
            &b"fLaC\x80\0\0\0\x04\0\0\x01a"[..],
            b"fLaC\0\0\0\0\xFF\xF8\0\x01\x04\0\0\x01a",
            b"flac\x04\0\0\x01a",
            b"fLaC\x04\0",
            b"fL",
            b"",
        ] {
            for pieces in 1..=file.len().max(1) {
                assert_eq!(passed(Blocks::default(), file, pieces), file, "{pieces}");
            }
        }
    }
}
