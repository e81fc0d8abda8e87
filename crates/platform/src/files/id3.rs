//! Sound of frames (MP3, AAC) without the tags before it (`ID3v2`, in all versions): titles, comments, pictures, places, and what
//! recorders add. A tag keeps its header and its length, and all that is in it becomes padding. (FI-12)

use bytes::{Bytes, BytesMut};

use super::passing::{Passing, Walk};

/// Bytes of the header of a tag, and of the footer that it may have.
const HEADER: usize = 10;
/// The largest tag: four bytes of seven bits each.
const LARGEST: u64 = (1 << 28) - 1;

/// The walk over the tags with which a file begins, wherever it is cut into pieces.
#[derive(Debug, Default)]
pub(super) struct Tags {
    passing: Passing,
}

impl Walk for Tags {
    fn passing(&mut self) -> &mut Passing {
        &mut self.passing
    }

    fn begin(&mut self, piece: &mut Bytes, kept: &mut BytesMut) {
        self.passing.is_telling = false;
        if self.passing.gather(piece, HEADER).is_none() {
            return;
        }
        if let Some(left) = emptied(&mut self.passing.header) {
            self.passing.is_telling = true;
            self.passing.left = left;
        } else {
            self.passing.left = u64::MAX;
        }
        kept.extend_from_slice(&self.passing.header);
        self.passing.header.clear();
    }
}

/// The bytes behind the header of a tag, or behind its footer where it stands in that; nothing where it is neither.
pub(super) fn length(header: &[u8], magic: [u8; 3]) -> Option<u64> {
    let is_version = |byte: u8| byte != 0xFF;
    let size = header.get(6..HEADER)?;
    let is_tag = header.starts_with(&magic)
        && is_version(header[3])
        && is_version(header[4])
        && size.iter().all(|byte| *byte < 0x80);
    is_tag.then(|| {
        size.iter()
            .fold(0, |size, byte| (size << 7) | u64::from(*byte))
    })
}

/// Makes the header that of a tag of nothing but padding, and gives its length. An extended header, compressed frames and a footer,
/// which flags tell of, are padding then.
fn emptied(header: &mut [u8]) -> Option<u64> {
    let mut size = length(header, *b"ID3")?;
    if header[3] >= 4 && header[5] & 0x10 != 0 {
        size += HEADER as u64;
    }
    header[5] = 0;
    let written = size.min(LARGEST);
    for (byte, shift) in header[6..].iter_mut().zip([21, 14, 7, 0]) {
        *byte = u8::try_from((written >> shift) & 0x7F).unwrap_or_default();
    }
    Some(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::passing::tests::passed;

    fn tag(version: u8, flags: u8, content: &[u8]) -> Vec<u8> {
        let size = u8::try_from(content.len()).unwrap();
        let header = [version, 0, flags, 0, 0, size >> 7, size & 0x7F];
        [&b"ID3"[..], &header, content].concat()
    }

    const SOUND: &[u8] = b"\xFF\xFB\x90\x64 sound, and ID3 in it";

    /// FI-12.
    #[test]
    fn what_a_tag_before_the_sound_tells_becomes_padding_wherever_the_file_is_cut() {
        // With an extended header, and longer than seven bits can say.
        let frame = [
            &b"\0\0\0\x06\0\0\0\0\0\0APIC\0\0\0\xA0\0\0image/png\0"[..],
            &[0xE1; 150],
        ]
        .concat();
        for (version, flags) in [(2, 0x80), (3, 0xC0), (3, 0), (4, 0x40)] {
            let second = tag(4, 0, b"COMM of a second tag");
            let file = [&tag(version, flags, &frame)[..], &second, SOUND].concat();
            let nothing = [0; 255];
            let wanted = [
                &tag(version, 0, &nothing[..frame.len()])[..],
                &tag(4, 0, &nothing[..20]),
                SOUND,
            ]
            .concat();
            for pieces in 1..=file.len() {
                assert_eq!(passed(Tags::default(), &file, pieces), wanted, "{pieces}");
            }
        }
    }

    #[test]
    fn a_footer_becomes_padding_too() {
        let file = [
            &tag(4, 0x10, b"TIT2...")[..],
            b"3DI\x04\0\x10\0\0\0\x07",
            SOUND,
        ]
        .concat();
        let wanted = [&tag(4, 0, &[0; 17])[..], SOUND].concat();
        for pieces in 1..=file.len() {
            assert_eq!(passed(Tags::default(), &file, pieces), wanted, "{pieces}");
        }
        // The largest size leaves no room for the footer in it.
        let large = b"ID3\x04\0\x10\x7F\x7F\x7F\x7Fabc";
        assert_eq!(
            passed(Tags::default(), large, 2),
            b"ID3\x04\0\0\x7F\x7F\x7F\x7F\0\0\0"
        );
    }

    #[test]
    fn what_is_no_tag_is_kept_as_it_came() {
        for file in [
            SOUND,
            b"ID3\x04\0\0\x80\0\0\x01abc",
            b"ID3\xFF\0\0\0\0\0\x01abc",
            b"ID3\x04\0\0\0\0\0\0\xFF\xFB",
            b"ID3\x04\0\0\0",
            b"",
        ] {
            for pieces in 1..=file.len().max(1) {
                assert_eq!(passed(Tags::default(), file, pieces), file, "{pieces}");
            }
        }
    }
}
