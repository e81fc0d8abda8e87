use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::files::{
    boxes::Boxes, elements::Elements, flac::Blocks, id3::Tags, ogg::Pages, passing::Walk,
    tail::Tail, wave::Chunks,
};

/// Beginnings of parts of all those files, with lengths that are right, wrong, nothing and all there is.
const PARTS: [&[u8]; 30] = [
    b"\0",
    b"a",
    b"some words that are sound",
    b"\0\0\0\x40moov",
    b"\0\0\0\x30trak",
    b"\0\0\0\x28mdia",
    b"\0\0\0\x0Bmdhd\0\0\0",
    b"\0\0\0\x20hdlr",
    b"\0\0\0\x01udta\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
    b"\0\0\0\0free",
    b"\x1A\x45\xDF\xA3\x80",
    b"\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
    b"\x12\x54\xC3\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFE",
    b"\xAE\x85",
    b"\x53\x6E\x83",
    b"RIFF\0\0\0\0WAVE",
    b"LIST\x07\0\0\0INFO",
    b"bext\xFF\xFF\xFF\xFF",
    b"data\x03\0\0\0",
    b"fLaC",
    b"\x04\0\0\x05",
    b"\x86\xFF\xFF\xFF",
    b"OggS\0\x02positionfilepageCSUM\x02\x07\x01\x01vorbis",
    b"OggS\0\0positionfilepageCSUM\x02\xFF\x14",
    b"OggS\0\x01positionfilepageCSUM\0",
    b"\x03vorbis",
    b"ID3\x04\0\x10\0\0\0\x05",
    b"3DI\x04\0\x10\0\0\0\x05",
    b"APETAGEX\xD0\x07\0\0\x29\0\0\0\x01\0\0\0\0\0\0\x80\0\0\0\0\0\0\0\0",
    b"LYRICSBEGIN000011LYRICS200",
];

fn walks() -> [Box<dyn Walk>; 6] {
    [
        Box::new(Boxes::default()),
        Box::new(Elements::default()),
        Box::new(Tags::default()),
        Box::new(Blocks::default()),
        Box::new(Pages::default()),
        Box::new(Chunks::default()),
    ]
}

fn walked(walk: &mut dyn Walk, file: &[u8], pieces: usize) -> Vec<u8> {
    let mut kept: Vec<u8> = Vec::new();
    for piece in file.chunks(pieces) {
        kept.extend_from_slice(&walk.pass(Bytes::copy_from_slice(piece)));
    }
    kept.extend_from_slice(&walk.rest());
    kept
}

proptest! {
    /// FI-12: whatever comes, nothing is added or lost, and where it is cut makes no difference.
    #[test]
    fn what_is_left_out_leaves_all_else_in_its_place(
        parts in vec(select(PARTS.to_vec()), 0..40),
        pieces in 1_usize..50,
    ) {
        let file = parts.concat();
        let whole = file.len().max(1);
        for (mut one, mut other) in walks().into_iter().zip(walks()) {
            let kept = walked(one.as_mut(), &file, pieces);
            prop_assert_eq!(kept.len(), file.len());
            prop_assert_eq!(kept, walked(other.as_mut(), &file, whole));
        }
        let mut tail = Tail::default();
        let mut kept = tail.pass(&file).to_vec();
        let (rest, before) = tail.rest();
        kept.extend_from_slice(&rest);
        prop_assert_eq!((kept.len(), before), (file.len(), None));
    }
}
