//! Films and sounds in elements (`WebM`: Matroska, RFC 9559) without what their makers say beside them: tags, attachments, when and
//! under which name they were made. Such elements become void of the same length as they stream by, so that no offset in the file
//! changes and nothing has to be kept in memory. (FI-12)

use bytes::{Bytes, BytesMut};

use super::passing::{Passing, Walk};

/// What an element is to us.
enum Role {
    /// Others are in it, and some of them are looked for.
    Container,
    /// It tells about the film.
    Telling,
    /// All others.
    Media,
}

const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1F43_B675;
const INFO: u32 = 0x1549_A966;
const TAGS: u32 = 0x1254_C367;
const ATTACHMENTS: u32 = 0x1941_A469;
const DATE: u32 = 0x4461;
const TITLE: u32 = 0x7BA9;
const FILE_NAME: u32 = 0x7384;
/// What has no meaning.
const VOID: u8 = 0xEC;

/// What is in containers is read as one row: no element that is looked for can be mistaken for one of another level.
fn role(id: u32, size: Option<u64>) -> Role {
    match (id, size) {
        (SEGMENT | INFO, _) | (CLUSTER, None) => Role::Container,
        (TAGS | ATTACHMENTS | DATE | TITLE | FILE_NAME, _) => Role::Telling,
        _ => Role::Media,
    }
}

/// The walk over a file's elements, wherever it is cut into pieces.
#[derive(Debug, Default)]
pub(super) struct Elements {
    passing: Passing,
}

impl Walk for Elements {
    fn passing(&mut self) -> &mut Passing {
        &mut self.passing
    }

    fn begin(&mut self, piece: &mut Bytes, kept: &mut BytesMut) {
        self.passing.is_telling = false;
        let Some(read) = self.header(piece) else {
            return;
        };
        let Some((id, size)) = read else {
            // No element begins so: what follows is kept as it came.
            kept.extend_from_slice(&std::mem::take(&mut self.passing.header));
            self.passing.left = u64::MAX;
            return;
        };
        match role(id, size) {
            Role::Container => self.passing.left = 0,
            Role::Telling => {
                self.passing.is_telling = true;
                // One without an end is the last one.
                self.passing.left = size.unwrap_or(u64::MAX);
                void(&mut self.passing.header, size);
            }
            // The same.
            Role::Media => self.passing.left = size.unwrap_or(u64::MAX),
        }
        kept.extend_from_slice(&self.passing.header);
        self.passing.header.clear();
    }
}

impl Elements {
    /// The element's id, and its size if it says one, once the header is whole. Nothing within is one that can't be.
    #[expect(clippy::option_option, reason = "not yet, never, or what it says")]
    fn header(&mut self, piece: &mut Bytes) -> Option<Option<(u32, Option<u64>)>> {
        self.passing.gather(piece, 1)?;
        let width = self.passing.header[0].leading_zeros() as usize + 1;
        if width > 4 {
            return Some(None);
        }
        self.passing.gather(piece, width + 1)?;
        let first = self.passing.header[width];
        let length = first.leading_zeros() as usize + 1;
        if length > 8 {
            return Some(None);
        }
        self.passing.gather(piece, width + length)?;
        let number = |bytes: &[u8]| {
            bytes
                .iter()
                .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte))
        };
        let id = u32::try_from(number(&self.passing.header[..width])).unwrap_or_default();
        let most = (1_u64 << (7 * length)) - 1;
        let size = number(&self.passing.header[width..]) & most;
        Some(Some((id, Some(size).filter(|size| *size != most))))
    }
}

/// Makes the header that of a void element which ends where this one does. It is as long: the id is shorter, so the size is
/// written wider, and what is still left over belongs to the void.
fn void(header: &mut [u8], size: Option<u64>) {
    let rest = header.len() - 1;
    let width = rest.min(8);
    header[0] = VOID;
    let marker = 1_u64 << (7 * width);
    let size = match size {
        Some(size) => size + (rest - width) as u64,
        None => marker - 1,
    };
    let written = (marker | size).to_be_bytes();
    header[1..=width].copy_from_slice(&written[8 - width..]);
    header[1 + width..].fill(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(id: &[u8], width: usize, content: &[u8]) -> Vec<u8> {
        let marker = 1_u64 << (7 * width);
        let size = (marker | content.len() as u64).to_be_bytes();
        [id, &size[8 - width..], content].concat()
    }

    /// A film whose segment and clusters have no length, as a browser's recorder writes them.
    fn film(place: &[u8], width: usize) -> Vec<u8> {
        let info = [
            element(&[0x2A, 0xD7, 0xB1], 1, b"\x0F\x42\x40"),
            element(&[0x44, 0x61], 1, place),
            element(&[0x7B, 0xA9], width, place),
        ]
        .concat();
        let tag = element(&[0x73, 0x73], width, place);
        [
            element(&[0x1A, 0x45, 0xDF, 0xA3], 1, b"\x42\x82\x84webm"),
            b"\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF".to_vec(),
            element(&[0x15, 0x49, 0xA9, 0x66], width, &info),
            b"\x1F\x43\xB6\x75\xFF".to_vec(),
            element(&[0xA3], 2, b"\x12\x54\xC3\x67 is no element in here"),
            element(&[0x12, 0x54, 0xC3, 0x67], width, &tag),
            b"\x1F\x43\xB6\x75\xFF".to_vec(),
            element(&[0xA3], 1, b"sound"),
            element(&[0x19, 0x41, 0xA4, 0x69], width, place),
        ]
        .concat()
    }

    fn passed(file: &[u8], pieces: usize) -> Vec<u8> {
        let mut elements = Elements::default();
        let mut kept: Vec<u8> = Vec::new();
        for piece in file.chunks(pieces) {
            kept.extend_from_slice(&elements.pass(Bytes::copy_from_slice(piece)));
        }
        kept.extend_from_slice(&elements.rest());
        kept
    }

    /// Ids and lengths of the elements, with what is in them where that is to be read on.
    fn walked(file: &[u8]) -> Vec<u32> {
        let mut elements = Elements::default();
        let mut rest = Bytes::copy_from_slice(file);
        let mut ids = Vec::new();
        while let Some(Some((id, size))) = elements.header(&mut rest) {
            elements.passing.header.clear();
            if matches!(role(id, size), Role::Media | Role::Telling) {
                let _ = rest.split_to(usize::try_from(size.unwrap()).unwrap());
            }
            ids.push(id);
            if rest.is_empty() {
                break;
            }
        }
        ids
    }

    /// FI-12.
    #[test]
    fn what_a_webm_tells_becomes_void_wherever_the_file_is_cut() {
        let place = b"+48.8577+002.295/";
        for width in [1, 4, 5, 6, 8] {
            let file = film(place, width);
            let whole = passed(&file, file.len());
            assert_eq!(whole.len(), file.len());
            assert!(!whole.windows(place.len()).any(|bytes| bytes == place));
            let (before, after) = (walked(&file), walked(&whole));
            let expected: Vec<u32> = before
                .iter()
                .map(|id| match *id {
                    TAGS | ATTACHMENTS | DATE | TITLE => u32::from(VOID),
                    other => other,
                })
                .collect();
            assert_eq!(after, expected, "{width}");
            assert!(after.iter().filter(|id| **id == u32::from(VOID)).count() == 4);
            for pieces in 1..=file.len() {
                assert_eq!(passed(&file, pieces), whole, "{width} {pieces}");
            }
        }
    }

    #[test]
    fn what_is_no_webm_inside_is_kept_as_it_came() {
        for file in [
            &b"\x1A\x45\xDF\xA3\x80\x00\x12\x54\xC3\x67\x84abcd"[..],
            b"\x1A\x45\xDF\xA3\x80\xA3\x00\x12\x54\xC3\x67\x84abcd",
            b"\x1A\x45\xDF\xA3\x80\xA3\xFF\x12\x54\xC3\x67\x84abcd",
            b"\x1A\x45\xDF",
            b"",
        ] {
            for pieces in 1..=file.len().max(1) {
                assert_eq!(passed(file, pieces), file, "{pieces}");
            }
        }
    }
}
