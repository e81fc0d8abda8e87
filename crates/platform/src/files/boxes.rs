//! Films and sounds in boxes (MP4, QuickTime, M4A: ISO/IEC 14496-12) without what their makers say beside them: where they were
//! taken, when, by which device, by whom. Such boxes become free space of the same length as they stream by, and times zeros, so that no
//! offset in the file changes and nothing has to be kept in memory. (FI-12)

use bytes::{Bytes, BytesMut};

use super::passing::{Passing, Walk};

/// What a box is to us.
enum Role {
    /// Others are in it, and some of them are looked for.
    Container,
    /// It tells about the film: user data (`©xyz` is a place), QuickTime's metadata, XMP and what cameras add; or is free, and may
    /// hold what somebody took out before.
    Telling,
    /// It begins with when the film was made, and when changed.
    Times,
    /// It says what a track is of, and behind that, how the device calls it.
    Named,
    /// All others.
    Media,
}

impl Role {
    /// Bytes of the content that have to be there before any of it passes, if it has so many.
    const fn beginning(&self) -> u64 {
        match self {
            // Version, flags, and two times of 32 or 64 bits.
            Self::Times => 20,
            // Version, flags, nothing, the track's kind, and 12 bytes that are reserved.
            Self::Named => 24,
            Self::Container | Self::Telling | Self::Media => 0,
        }
    }
}

fn role(kind: [u8; 4], depth: usize) -> Role {
    match (&kind, depth) {
        (b"moov" | b"moof", 0) | (b"trak" | b"traf", 1) | (b"mdia", 2) => Role::Container,
        // The last two are the clock of who sent it, and events.
        (b"udta" | b"meta" | b"uuid" | b"free" | b"skip", _) | (b"prft" | b"emsg", 0) => {
            Role::Telling
        }
        (b"mvhd", 1) | (b"tkhd", 2) | (b"mdhd", 3) => Role::Times,
        (b"hdlr", 3) => Role::Named,
        _ => Role::Media,
    }
}

/// Makes the times that are never in what such a box begins with. Of a version that is not known, none can be found.
fn forget_times(content: &mut [u8]) {
    let ends = match content.first() {
        Some(0) => 12,
        Some(1) => 20,
        _ => return,
    };
    let ends = content.len().min(ends);
    if let Some(times) = content.get_mut(4..ends) {
        times.fill(0);
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
        let Some((header, size, kind)) = self.header(piece, within) else {
            return;
        };
        let length = header as u64;
        let depth = self.open.len();
        // Zero is "to the end" of the file; elsewhere, as all that can't be, it is left alone until its container ends.
        let is_sound = size >= length || (size == 0 && depth == 0);
        let kind = kind.filter(|_| is_sound);
        let size = if size < length {
            within
        } else {
            size.min(within)
        };
        let role = kind.map_or(Role::Media, |kind| role(kind, depth));
        let begins = length + role.beginning().min(size - length);
        let wanted = usize::try_from(begins).unwrap_or(header);
        if self.passing.gather(piece, wanted).is_none() {
            return;
        }
        if let Some(within) = self.open.last_mut() {
            *within -= size;
        }
        self.passing.is_telling = false;
        self.passing.left = size - begins;
        let (header, beginning) = self.passing.header.split_at_mut(header);
        match role {
            Role::Container => self.open.push(std::mem::take(&mut self.passing.left)),
            Role::Telling => {
                header[4..8].copy_from_slice(b"free");
                self.passing.is_telling = true;
            }
            Role::Times => forget_times(beginning),
            Role::Named => self.passing.is_telling = true,
            Role::Media => {}
        }
        kept.extend_from_slice(&self.passing.header);
        self.passing.header.clear();
    }
}

impl Boxes {
    /// The length of the box's header, its size with that, and its type, once the header is whole. Fewer bytes than a header has are no
    /// box.
    fn header(&mut self, piece: &mut Bytes, within: u64) -> Option<(usize, u64, Option<[u8; 4]>)> {
        let short = usize::try_from(within).unwrap_or(usize::MAX);
        if short < 8 {
            self.passing.gather(piece, short)?;
            return Some((short, within, None));
        }
        self.passing.gather(piece, 8)?;
        let kind = self.passing.header[4..8].try_into().ok();
        let size = u32::from_be_bytes(self.passing.header[..4].try_into().ok()?);
        if size != 1 || short < 16 {
            return Some((8, u64::from(size), kind));
        }
        self.passing.gather(piece, 16)?;
        let size = u64::from_be_bytes(self.passing.header[8..16].try_into().ok()?);
        Some((16, size, kind))
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

    /// FI-12. Also of fragments.
    #[test]
    fn when_and_with_what_a_film_was_made_is_forgotten_wherever_the_file_is_cut() {
        let head = |version: u8, times: &[u8]| {
            [&[version, 0, 0, 7][..], times, b"and how long it is"].concat()
        };
        let film = |telling: [u8; 4], short: &[u8], long: &[u8], name: &[u8]| {
            let handler = [&b"\0\0\0\0\0\0\0\0vide"[..], &[0; 12], name].concat();
            let mdia = [
                boxed(*b"mdhd", &head(1, long)),
                boxed(*b"hdlr", &handler),
                boxed(*b"minf", &boxed(*b"mdhd", &head(0, b"not here"))),
            ]
            .concat();
            let trak = [boxed(*b"tkhd", &head(0, short)), boxed(*b"mdia", &mdia)].concat();
            let moov = [
                boxed(*b"mvhd", &head(0, short)),
                boxed(*b"trak", &trak),
                boxed(telling, name),
            ]
            .concat();
            let traf = [boxed(*b"tfhd", b"tkhd"), boxed(telling, name)].concat();
            [
                boxed(*b"ftyp", b"isom\0\0\x02\0"),
                large(*b"moov", &moov),
                boxed(telling, long),
                boxed(*b"moof", &boxed(*b"traf", &traf)),
                boxed(*b"mdat", b"mvhd"),
            ]
            .concat()
        };
        let wanted = film(*b"free", &[0; 8], &[0; 16], &[0; 7]);
        for telling in [*b"uuid", *b"free", *b"skip"] {
            let file = film(telling, &[0xE1; 8], &[0xE2; 16], b"DJI.AVC");
            for pieces in 1..=file.len() {
                assert_eq!(passed(&file, pieces), wanted, "{pieces}");
            }
        }
    }

    #[test]
    fn times_are_zeros_as_far_as_their_box_goes() {
        let moov = |content: &[u8]| boxed(*b"moov", &boxed(*b"mvhd", content));
        for (content, wanted) in [
            (&b"\0\0\0\0made"[..], &b"\0\0\0\0\0\0\0\0"[..]),
            (
                b"\x01\0\0\0made....chan",
                b"\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            ),
            (b"\0\0\0", b"\0\0\0"),
            (b"", b""),
            (b"\x02\0\0\0unknown...", b"\x02\0\0\0unknown..."),
        ] {
            let (file, wanted) = (moov(content), moov(wanted));
            for pieces in 1..=file.len() {
                assert_eq!(passed(&file, pieces), wanted, "{pieces}");
            }
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
