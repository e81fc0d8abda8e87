//! The end of a file of sound without the tags behind it (`ID3v1`, APE, Lyrics3, and `ID3v2` with a footer). Each is known by how it ends, so
//! the end of what streams by is held back. Of a tag that is longer than that, what has passed is told, and the file is written
//! once more without it. (FI-12)

use std::ops::Range;

use bytes::{Bytes, BytesMut};

use super::id3;

/// Bytes that are held back.
const HELD: usize = 64 * 1024;
/// Tags at most that stand behind each other.
const TAGS: usize = 16;

/// The end of a file, wherever it is cut into pieces.
#[derive(Debug, Default)]
pub(super) struct Tail {
    held: BytesMut,
    /// How much has passed.
    passed: u64,
}

impl Tail {
    /// What passes now that the next piece has come.
    pub(super) fn pass(&mut self, piece: &[u8]) -> Bytes {
        self.held.extend_from_slice(piece);
        let passing = self.held.len().saturating_sub(HELD);
        self.passed += passing as u64;
        self.held.split_to(passing).freeze()
    }

    /// What was held back, without tags, and the part of a tag that has passed before.
    pub(super) fn rest(&mut self) -> (Bytes, Option<Range<u64>>) {
        let mut held = std::mem::take(&mut self.held);
        let mut passed = None;
        let mut end = held.len();
        for _ in 0..TAGS {
            let before = self.passed + end as u64;
            let Some(tag) = emptied(&mut held[..end], before) else {
                break;
            };
            let begins = before - tag.length;
            let blank = end - tag.kept;
            // Nothing where it begins before what is held.
            end = begins
                .checked_sub(self.passed)
                .and_then(|begins| usize::try_from(begins).ok())
                .unwrap_or_default();
            held[end..blank].fill(0);
            if begins < self.passed {
                passed = Some(begins..self.passed);
                break;
            }
        }
        (held.freeze(), passed)
    }
}

/// A tag at the end.
struct Tag {
    length: u64,
    /// Bytes of its end that stay, so that players know that what is before them is no sound. They tell nothing any more.
    kept: usize,
}

/// The tag that `held` ends with, of a file that has so many bytes until there.
fn emptied(held: &mut [u8], before: u64) -> Option<Tag> {
    // An APE tag can look like ID3v1 from behind, but not the other way round.
    ape(held, before)
        .or_else(|| lyrics(held, before))
        .or_else(|| appended(held, before))
        .or_else(|| id3v1(held))
}

fn fits(length: u64, kept: usize, before: u64) -> Option<Tag> {
    (length <= before).then_some(Tag { length, kept })
}

/// `ID3v1`: 128 bytes; before them there may be 227 more.
fn id3v1(held: &mut [u8]) -> Option<Tag> {
    const LENGTH: usize = 128;
    const MORE: usize = 227;
    let begins = held.len().checked_sub(LENGTH)?;
    let tag = held.get_mut(begins..)?;
    if !tag.starts_with(b"TAG") {
        return None;
    }
    tag[3..].fill(0);
    // Of no genre: zero is blues.
    tag[LENGTH - 1] = 0xFF;
    let more = begins.checked_sub(MORE);
    let has_more = more.is_some_and(|at| held[at..].starts_with(b"TAG+"));
    let length = if has_more { LENGTH + MORE } else { LENGTH };
    Some(Tag {
        length: length as u64,
        kept: LENGTH,
    })
}

/// `APEv1` and `APEv2`: a footer of 32 bytes says how long it is with the items before it, and whether a header is before those.
fn ape(held: &mut [u8], before: u64) -> Option<Tag> {
    const FOOTER: usize = 32;
    let begins = held.len().checked_sub(FOOTER)?;
    let footer = held.get_mut(begins..)?;
    let number = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| footer[at + byte]));
    let is_footer = footer.starts_with(b"APETAGEX")
        && matches!(number(8), 1_000 | 2_000)
        && number(20) & (1 << 29) == 0;
    let has_header = number(20) & (1 << 31) != 0;
    let size = u64::from(number(12));
    if !is_footer || size < FOOTER as u64 {
        return None;
    }
    let header = if has_header { FOOTER as u64 } else { 0 };
    let tag = fits(size + header, FOOTER, before)?;
    // No items, no header.
    footer[16..20].fill(0);
    footer[23] &= 0x7F;
    Some(tag)
}

/// Lyrics3 2.00: six digits say how long it is without them and what follows.
fn lyrics(held: &[u8], before: u64) -> Option<Tag> {
    const BEGIN: &[u8] = b"LYRICSBEGIN";
    let text = held.strip_suffix(b"LYRICS200")?;
    let (text, digits) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let size: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let begins = text.len().checked_sub(size);
    let is_begun = begins.is_none_or(|at| text[at..].starts_with(BEGIN));
    if size < BEGIN.len() || !is_begun {
        return None;
    }
    fits(size as u64 + 15, 0, before)
}

/// `ID3v2` behind the sound.
fn appended(held: &[u8], before: u64) -> Option<Tag> {
    let footer = held.get(held.len().checked_sub(10)?..)?;
    fits(id3::length(footer, *b"3DI")? + 20, 0, before)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::files::blanks::Blanks;

    const PLACE: &[u8] = b"+48.8577+002.295/";
    const SOUND: &[u8] = b"\xFF\xFB\x90\x64 TAG is no tag in here, nor APETAGEX";

    pub(in crate::files) fn id3v1(text: &[u8], genre: u8) -> Vec<u8> {
        let mut tag = [0; 128];
        tag[..3].copy_from_slice(b"TAG");
        tag[3..3 + text.len()].copy_from_slice(text);
        tag[127] = genre;
        tag.to_vec()
    }

    pub(in crate::files) fn ape(text: &[u8]) -> Vec<u8> {
        let size = u32::try_from(text.len() + 32).unwrap().to_le_bytes();
        let end = |flags: u8| {
            let begin = [&b"APETAGEX\xD0\x07\0\0"[..], &size, b"\x01\0\0\0\0\0\0"];
            [&begin.concat()[..], &[flags], &[0; 8]].concat()
        };
        [&end(0xA0)[..], text, &end(0x80)].concat()
    }

    /// One that nothing is in.
    fn ape_of_nothing(length: usize) -> Vec<u8> {
        let mut tag = ape(&vec![0; length]);
        tag[..32].fill(0);
        let footer = tag.len() - 32;
        tag[footer + 16] = 0;
        tag[footer + 23] = 0;
        tag
    }

    fn kept(file: &[u8], pieces: usize) -> (Vec<u8>, Option<Range<u64>>) {
        let mut tail = Tail::default();
        let mut kept: Vec<u8> = Vec::new();
        for piece in file.chunks(pieces) {
            kept.extend_from_slice(&tail.pass(piece));
        }
        let (rest, passed) = tail.rest();
        kept.extend_from_slice(&rest);
        (kept, passed)
    }

    /// FI-12.
    #[test]
    fn what_tags_behind_the_sound_tell_is_emptied_wherever_the_file_is_cut() {
        let more = [&b"TAG+"[..], PLACE, &[1; 206]].concat();
        let lyrics = b"LYRICSBEGININD00002000028LYRICS200".to_vec();
        let appended = [
            &b"ID3\x04\0\x10\0\0\0\x11"[..],
            PLACE,
            b"3DI\x04\0\x10\0\0\0\x11",
        ]
        .concat();
        let sound_and_more = [SOUND, &[0; 227], &id3v1(b"", 0xFF)].concat();
        for (tags, wanted) in [
            (id3v1(PLACE, 17), [SOUND, &id3v1(b"", 0xFF)].concat()),
            ([&more[..], &id3v1(PLACE, 3)].concat(), sound_and_more),
            (ape(PLACE), [SOUND, &ape_of_nothing(17)].concat()),
            // Looks like ID3v1 from behind.
            (ape(&[7; 67]), [SOUND, &ape_of_nothing(67)].concat()),
            (appended.clone(), [SOUND, &[0; 37]].concat()),
            (lyrics_of(17), [SOUND, &[0; 32]].concat()),
            (
                [&appended[..], &ape(PLACE), &lyrics_of(17), &id3v1(PLACE, 1)].concat(),
                [
                    SOUND,
                    &[0; 37],
                    &ape_of_nothing(17),
                    &[0; 32],
                    &id3v1(b"", 0xFF),
                ]
                .concat(),
            ),
        ] {
            let file = [SOUND, &tags].concat();
            for pieces in 1..=file.len() {
                assert_eq!(kept(&file, pieces), (wanted.clone(), None), "{pieces}");
            }
        }
        // Its digits don't say where it begins.
        let file = [SOUND, &lyrics].concat();
        assert_eq!(kept(&file, 7).0, file);
    }

    /// Lyrics of so many bytes, with what they begin with.
    fn lyrics_of(bytes: usize) -> Vec<u8> {
        let words = vec![b'a'; bytes - 11];
        [
            &b"LYRICSBEGIN"[..],
            &words,
            format!("{bytes:06}").as_bytes(),
            b"LYRICS200",
        ]
        .concat()
    }

    #[test]
    fn of_a_tag_longer_than_what_is_held_the_rest_is_told() {
        let text = PLACE.repeat(10_000);
        let file = [SOUND, &ape(&text), &id3v1(PLACE, 0)].concat();
        let wanted = [SOUND, &ape_of_nothing(text.len()), &id3v1(b"", 0xFF)].concat();
        for pieces in [1_000, 65_535, 65_537, file.len()] {
            let (kept, passed) = kept(&file, pieces);
            assert_eq!(kept.len(), file.len());
            let passed = passed.unwrap();
            assert_eq!(passed.start, SOUND.len() as u64);
            let mut blanks = Blanks::new(vec![passed], Vec::new());
            assert!(blanks.pass(kept.into()) == wanted, "{pieces}");
        }
    }

    #[test]
    fn what_only_looks_like_a_tag_is_kept_as_it_came() {
        let with_size = |size: u32| {
            let mut tag = ape(PLACE);
            let footer = tag.len() - 32;
            tag[footer + 12..footer + 16].copy_from_slice(&size.to_le_bytes());
            tag
        };
        for file in [
            SOUND.to_vec(),
            with_size(0),
            with_size(31),
            with_size(u32::MAX),
            with_size(50),
            // A header, and nothing behind it.
            ape(PLACE)[..32].to_vec(),
            b"3DI\x04\0\x10\x7F\x7F\x7F\x7F".to_vec(),
            b"3DI\x04\0\x10\0\0\0\x01".to_vec(),
            b"999999LYRICS200".to_vec(),
            b"000000LYRICS200".to_vec(),
            b"LYRICS200".to_vec(),
            b"TAG and too short".to_vec(),
            Vec::new(),
        ] {
            for pieces in 1..=file.len().max(1) {
                assert_eq!(kept(&file, pieces), (file.clone(), None), "{pieces}");
            }
        }
    }
}
