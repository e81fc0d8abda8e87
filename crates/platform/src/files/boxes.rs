//! Films and sounds in boxes (MP4, QuickTime, M4A: ISO/IEC 14496-12) without what their makers say beside them: where they were
//! taken, by which device, by whom. Such boxes become free space of the same length as they stream by, so that no offset
//! in the file changes and nothing has to be kept in memory. (FI-12)

use bytes::{Bytes, BytesMut};

use super::passing::{Passing, Walk};

/// What a box is to us.
enum Role {
    /// Others are in it, and some of them are looked for.
    Container,
    /// It tells about the film: user data (`©xyz` is a place), QuickTime's metadata, XMP and what cameras add.
    Telling,
    /// All others.
    Media,
}

fn role(kind: [u8; 4], depth: usize) -> Role {
    match (&kind, depth) {
        (b"moov", 0) | (b"trak", 1) => Role::Container,
        (b"udta" | b"meta" | b"uuid", _) => Role::Telling,
        _ => Role::Media,
    }
}

/// The walk over a file's boxes, wherever it is cut into pieces.
#[derive(Debug, Default)]
pub(super) struct Boxes {
    /// Bytes left in each container that is open, the innermost last.
    open: Vec<u64>,
    passing: Passing,
}

impl Walk for Boxes {
    fn passing(&mut self) -> &mut Passing {
        &mut self.passing
    }

    fn begin(&mut self, piece: &mut Bytes, kept: &mut BytesMut) {
        while self.open.last() == Some(&0) {
            self.open.pop();
        }
        let within = self.open.last().copied().unwrap_or(u64::MAX);
        let Some((size, kind)) = self.header(piece, within) else {
            return;
        };
        let length = self.passing.header.len() as u64;
        let depth = self.open.len();
        // Zero is "to the end" of the file; elsewhere, as all that can't be, it is left alone until its container ends.
        let is_sound = size >= length || (size == 0 && depth == 0);
        let kind = kind.filter(|_| is_sound);
        let size = if size < length {
            within
        } else {
            size.min(within)
        };
        if let Some(within) = self.open.last_mut() {
            *within -= size;
        }
        self.passing.is_telling = false;
        match kind.map_or(Role::Media, |kind| role(kind, depth)) {
            Role::Container => self.open.push(size - length),
            Role::Telling => {
                self.passing.header[4..8].copy_from_slice(b"free");
                self.passing.is_telling = true;
                self.passing.left = size - length;
            }
            Role::Media => self.passing.left = size - length,
        }
        kept.extend_from_slice(&self.passing.header);
        self.passing.header.clear();
    }
}

impl Boxes {
    /// The box's size with its header, and its type, once the header is whole. Fewer bytes than a header has are no box.
    fn header(&mut self, piece: &mut Bytes, within: u64) -> Option<(u64, Option<[u8; 4]>)> {
        let short = usize::try_from(within).unwrap_or(usize::MAX);
        if short < 8 {
            self.passing.gather(piece, short)?;
            return Some((within, None));
        }
        self.passing.gather(piece, 8)?;
        let kind = self.passing.header[4..8].try_into().ok();
        let size = u32::from_be_bytes(self.passing.header[..4].try_into().ok()?);
        if size != 1 || short < 16 {
            return Some((u64::from(size), kind));
        }
        self.passing.gather(piece, 16)?;
        let size = u64::from_be_bytes(self.passing.header[8..16].try_into().ok()?);
        Some((size, kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).unwrap();
        [&size.to_be_bytes()[..], &kind, content].concat()
    }

    fn large(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
        let size = content.len() as u64 + 16;
        [
            &1_u32.to_be_bytes()[..],
            &kind,
            &size.to_be_bytes(),
            content,
        ]
        .concat()
    }

    fn film(place: &[u8]) -> Vec<u8> {
        let user = boxed(*b"udta", &boxed(*b"\xA9xyz", place));
        let track = boxed(
            *b"trak",
            &[
                boxed(*b"tkhd", b"head"),
                boxed(*b"meta", place),
                boxed(*b"mdia", b"udta"),
            ]
            .concat(),
        );
        [
            boxed(*b"ftyp", b"isom\0\0\x02\0"),
            large(*b"mdat", b"udta is no box in here"),
            boxed(*b"moov", &[boxed(*b"mvhd", b"moov"), track, user].concat()),
            large(*b"uuid", place),
        ]
        .concat()
    }

    fn passed(file: &[u8], pieces: usize) -> Vec<u8> {
        let mut boxes = Boxes::default();
        let mut kept: Vec<u8> = Vec::new();
        for piece in file.chunks(pieces) {
            kept.extend_from_slice(&boxes.pass(Bytes::copy_from_slice(piece)));
        }
        kept.extend_from_slice(&boxes.rest());
        kept
    }

    /// FI-12.
    #[test]
    fn what_tells_of_a_place_becomes_free_space_wherever_the_file_is_cut() {
        let place = b"+48.8577+002.295/";
        let file = film(place);
        let mut wanted = film(&[0; 17]);
        let user = wanted.windows(4).rposition(|kind| kind == b"udta").unwrap();
        wanted[user..user + 4].copy_from_slice(b"free");
        wanted[user + 4..user + 12].fill(0);
        for kind in [b"meta", b"uuid"] {
            let at = wanted.windows(4).position(|bytes| bytes == kind).unwrap();
            wanted[at..at + 4].copy_from_slice(b"free");
        }
        for pieces in 1..=file.len() {
            assert_eq!(passed(&file, pieces), wanted, "{pieces}");
        }
    }

    #[test]
    fn what_is_broken_is_kept_as_it_came() {
        let whole = film(b"here");
        for file in [
            &whole[..21],
            &boxed(*b"moov", b"\0\0\0\x02udta")[..],
            &boxed(*b"moov", b"\0\0\0")[..],
            &boxed(*b"moov", b"\xFF\xFF\xFF\xFFmvhd")[..],
            &b"\0\0\0\0mdatudta\0\0\0\x08udta"[..],
        ] {
            for pieces in 1..=file.len() {
                assert_eq!(passed(file, pieces), file, "{pieces}");
            }
        }
    }
}
