//! Sound in pages (Ogg, RFC 3533: Vorbis, Opus, Speex, FLAC, and Theora beside them) without its comments: who made it, when and where, with
//! what, and pictures. The packet that holds them keeps its length, says that there are none, and is padding behind that. A page has
//! a checksum, so pages with packets before the sound are gathered, one at a time, which is 65,307 bytes at most; all others
//! stream by. (FI-12)

use bytes::{Bytes, BytesMut};
use crc::{Algorithm, Crc};

use super::{
    flac::block,
    passing::{Passing, Walk},
};

/// Bytes of a page's header before the lengths of its segments.
const HEADER: usize = 27;
/// Where a page's checksum stands.
const CHECKSUM: std::ops::Range<usize> = 22..26;
/// A page's first packet goes on from the page before.
const GOES_ON: u8 = 1;
/// A page begins a stream.
const BEGINS: u8 = 2;
/// Streams that may begin beside each other. Nobody's recorder writes more than three.
const STREAMS: usize = 64;
/// Packets at most before the sound of a stream.
const PACKETS: u32 = 1_000;

/// A page's checksum: the polynomial of many, without what they do before and behind it.
const OGG: Algorithm<u32> = Algorithm {
    width: 32,
    poly: 0x04C1_1DB7,
    init: 0,
    refin: false,
    refout: false,
    xorout: 0,
    check: 0x89A1_897F,
    residue: 0,
};
static SUM: Crc<u32> = Crc::<u32>::new(&OGG);

/// How a stream's sound is written, which says where its comments are.
#[derive(Clone, Copy, Debug)]
enum Codec {
    /// In its second packet, behind a few bytes, and with a bit behind them.
    Comments {
        before: &'static [u8],
        behind: &'static [u8],
    },
    /// In packets that are blocks of FLAC.
    Flac,
    /// Who knows.
    Other,
}

impl Codec {
    /// That of a stream whose first packet begins so.
    fn of(first: &[u8]) -> Self {
        let (before, behind): (&[u8], &[u8]) = if first.starts_with(b"\x01vorbis") {
            (b"\x03vorbis", &[1])
        } else if first.starts_with(b"OpusHead") {
            (b"OpusTags", &[])
        } else if first.starts_with(b"Speex   ") {
            (&[], &[])
        } else if first.starts_with(b"\x80theora") {
            (b"\x81theora", &[])
        } else if first.starts_with(b"\x7FFLAC") {
            return Self::Flac;
        } else {
            return Self::Other;
        };
        Self::Comments { before, behind }
    }
}

/// A stream whose sound has not begun.
#[derive(Debug)]
struct Stream {
    serial: [u8; 4],
    codec: Codec,
    /// Packets that have ended.
    packets: u32,
    /// Bytes of the packet that is passing.
    at: usize,
    /// What that packet becomes; behind it are zeros.
    becomes: Option<Vec<u8>>,
    /// No packet tells anything behind this one.
    is_last: bool,
}

impl Stream {
    fn new(serial: [u8; 4]) -> Self {
        Self {
            serial,
            codec: Codec::Other,
            packets: 0,
            at: 0,
            becomes: None,
            is_last: false,
        }
    }

    /// Sees a part of a packet, which ends with it or goes on in the next page. Whether it was changed.
    fn see(&mut self, part: &mut [u8], is_end: bool) -> bool {
        if self.at == 0 {
            self.becomes = self.becomes(part);
        }
        if let Some(becomes) = &self.becomes {
            for (at, byte) in (self.at..).zip(part.iter_mut()) {
                *byte = becomes.get(at).copied().unwrap_or_default();
            }
        }
        let is_changed = self.becomes.is_some();
        self.at += part.len();
        if is_end {
            self.end();
        }
        is_changed
    }

    fn end(&mut self) {
        self.packets = self.packets.saturating_add(1);
        self.at = 0;
        self.becomes = None;
    }

    /// Whether what follows is sound.
    fn is_done(&self) -> bool {
        self.at == 0 && (self.is_last || self.packets > PACKETS)
    }

    /// What the packet becomes that begins so. A part has 255 bytes at least or is all of its packet.
    fn becomes(&mut self, part: &[u8]) -> Option<Vec<u8>> {
        if self.packets == 0 {
            self.codec = Codec::of(part);
            self.is_last = matches!(self.codec, Codec::Other);
            return None;
        }
        if self.is_last {
            // Sound, in the page in which the comments end.
            return None;
        }
        // Who wrote it, and how many comments: a number each.
        let nothing = &[0_u8; 8];
        match self.codec {
            Codec::Other => None,
            Codec::Comments { before, behind } => {
                self.is_last = true;
                let empty = [before, nothing, behind].concat();
                (part.starts_with(before) && part.len() >= empty.len()).then_some(empty)
            }
            Codec::Flac => {
                let header = part.get(..4)?;
                let (last, kind) = (header[0] & block::LAST, header[0] & !block::LAST);
                self.is_last = last > 0 || kind == block::NONE;
                let becomes = match kind {
                    block::STREAM | block::SEEK_TABLE | block::NONE => return None,
                    // The first of them has to be one, and one of zeros has no comments.
                    block::COMMENT if part.len() >= 4 + nothing.len() => block::COMMENT,
                    _ => block::PADDING,
                };
                Some([&[last | becomes][..], &header[1..]].concat())
            }
        }
    }
}

/// The walk over a file's pages, wherever it is cut into pieces.
#[derive(Debug, Default)]
pub(super) struct Pages {
    passing: Passing,
    /// Those whose sound has not begun.
    streams: Vec<Stream>,
}

impl Walk for Pages {
    fn passing(&mut self) -> &mut Passing {
        &mut self.passing
    }

    fn begin(&mut self, piece: &mut Bytes, kept: &mut BytesMut) {
        if self.page(piece).is_some() {
            kept.extend_from_slice(&self.passing.header);
            self.passing.header.clear();
        }
    }
}

impl Pages {
    /// Reads on in a page: to the end of its header, or to its own where comments may be in it.
    fn page(&mut self, piece: &mut Bytes) -> Option<()> {
        self.passing.gather(piece, HEADER)?;
        if !self.passing.header.starts_with(b"OggS\0") {
            // No page begins so: what follows is kept as it came.
            self.passing.left = u64::MAX;
            return Some(());
        }
        let begins = HEADER + usize::from(self.passing.header[HEADER - 1]);
        self.passing.gather(piece, begins)?;
        let header = &self.passing.header;
        let segments = &header[HEADER..begins];
        let length: usize = segments.iter().map(|bytes| usize::from(*bytes)).sum();
        let serial: [u8; 4] = header[14..18].try_into().ok()?;
        let is_begun = header[5] & BEGINS != 0;
        if !is_begun && !self.streams.iter().any(|stream| stream.serial == serial) {
            self.passing.left = length as u64;
            return Some(());
        }
        self.passing.gather(piece, begins + length)?;
        if is_begun {
            self.streams.retain(|stream| stream.serial != serial);
            if self.streams.len() >= STREAMS {
                self.streams.remove(0);
            }
            self.streams.push(Stream::new(serial));
        }
        self.read(begins, serial);
        self.streams.retain(|stream| !stream.is_done());
        Some(())
    }

    /// A page of that stream has come whole.
    fn read(&mut self, begins: usize, serial: [u8; 4]) {
        let page = &mut self.passing.header;
        let is_page_of = |stream: &&mut Stream| stream.serial == serial;
        let Some(stream) = self.streams.iter_mut().find(is_page_of) else {
            return;
        };
        let (header, mut body) = page.split_at_mut(begins);
        if header[5] & GOES_ON == 0 && stream.at > 0 {
            // The page with the rest of the packet is missing.
            stream.end();
        }
        let mut is_changed = false;
        let mut length = 0;
        let segments = &header[HEADER..];
        for (place, bytes) in segments.iter().enumerate() {
            length += usize::from(*bytes);
            // A segment that is not full ends its packet.
            let is_end = *bytes < 255;
            if is_end || place + 1 == segments.len() {
                let (part, rest) = body.split_at_mut(length);
                is_changed |= stream.see(part, is_end);
                body = rest;
                length = 0;
            }
        }
        if is_changed {
            page[CHECKSUM].fill(0);
            let sum = SUM.checksum(page);
            page[CHECKSUM].copy_from_slice(&sum.to_le_bytes());
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::files::{flac::tests::block_of, passing::tests::passed};

    /// The checksum, bit by bit.
    fn sum(page: &[u8]) -> u32 {
        page.iter().fold(0, |sum, byte| {
            (0..8).fold(sum ^ (u32::from(*byte) << 24), |sum, _| {
                let shifted = sum << 1;
                if sum >> 31 == 0 {
                    shifted
                } else {
                    shifted ^ 0x04C1_1DB7
                }
            })
        })
    }

    fn page(serial: u8, flags: u8, segments: &[u8], body: &[u8]) -> Vec<u8> {
        let count = u8::try_from(segments.len()).unwrap();
        let mut page = [
            &b"OggS\0"[..],
            &[flags],
            b"position",
            &[serial; 4],
            b"page\0\0\0\0",
            &[count],
            segments,
            body,
        ]
        .concat();
        let sum = sum(&page).to_le_bytes();
        page[CHECKSUM].copy_from_slice(&sum);
        page
    }

    /// A stream of those packets: the first has a page of its own, the others pages of so many segments.
    pub(in crate::files) fn ogg(serial: u8, packets: &[Vec<u8>], most: usize) -> Vec<Vec<u8>> {
        let (first, others) = packets.split_first().unwrap();
        let mut segments = Vec::new();
        for packet in others {
            segments.resize(segments.len() + packet.len() / 255, 255);
            segments.push(u8::try_from(packet.len() % 255).unwrap());
        }
        let length = u8::try_from(first.len()).unwrap();
        let mut pages = vec![page(serial, BEGINS, &[length], first)];
        let mut body = &others.concat()[..];
        let mut flags = 0;
        for segments in segments.chunks(most) {
            let length = segments.iter().map(|bytes| usize::from(*bytes)).sum();
            let (part, rest) = body.split_at(length);
            pages.push(page(serial, flags, segments, part));
            body = rest;
            flags = u8::from(segments.ends_with(&[255]));
        }
        pages
    }

    /// What makes it, and one comment.
    pub(in crate::files) fn comments(text: &[u8]) -> Vec<u8> {
        let length = |text: &[u8]| u32::try_from(text.len()).unwrap().to_le_bytes();
        let maker = b"a recorder";
        [
            &length(maker)[..],
            maker,
            &length(b"x"),
            &length(text),
            text,
        ]
        .concat()
    }

    /// As many zeros as those comments have bytes, but for the end that Vorbis wants behind two numbers.
    fn nothing(text: &[u8], behind: &[u8]) -> Vec<u8> {
        let mut nothing = vec![0; comments(text).len() + behind.len()];
        nothing[8..8 + behind.len()].copy_from_slice(behind);
        nothing
    }

    const PLACE: &[u8] = b"LOCATION=+48.8577+002.295/";

    /// Packets with a text in their comments, and as they are kept.
    fn streams(text: &[u8]) -> Vec<[Vec<Vec<u8>>; 2]> {
        let sound = |text: &[u8]| text.repeat(30);
        let tagged = |first: &[u8], before: &[u8], behind: &[u8]| {
            let stream = |comments: Vec<u8>| {
                let setup = sound(b"\x05 how to read it, \x03vorbis");
                let second = [before, &comments].concat();
                vec![
                    first.to_vec(),
                    second,
                    setup,
                    sound(b"sound"),
                    sound(b"more"),
                ]
            };
            let told = [&comments(text)[..], behind].concat();
            [stream(told), stream(nothing(text, behind))]
        };
        let flac = |is_kept: bool| {
            let (text, comments) = if is_kept {
                (vec![0; text.len()], nothing(text, b""))
            } else {
                (text.to_vec(), comments(text))
            };
            let kind = |kind: u8| if is_kept { 1 } else { kind };
            vec![
                [&b"\x7FFLAC\x01\0\0\x04fLaC"[..], &block_of(0, &[2; 34])].concat(),
                block_of(4, &comments),
                block_of(3, b"seeking"),
                block_of(kind(6), &text),
                block_of(kind(4), b"\0\0"),
                block_of(0x80 | kind(2), &text),
                b"\xFF\xF8 sound".to_vec(),
                block_of(4, b"is no block any more"),
            ]
        };
        vec![
            tagged(b"\x01vorbis of two channels", b"\x03vorbis", b"\x01"),
            tagged(b"OpusHead of two channels", b"OpusTags", b""),
            tagged(b"Speex   of two channels", b"", b""),
            tagged(b"\x80theora of many points", b"\x81theora", b""),
            [flac(false), flac(true)],
        ]
    }

    /// FI-12.
    #[test]
    fn what_comments_tell_is_emptied_wherever_the_file_is_cut() {
        for text in [PLACE.to_vec(), PLACE.repeat(20), PLACE.repeat(3_000)] {
            for [told, kept] in streams(&text) {
                for most in [1, 2, 255] {
                    let file = ogg(7, &told, most).concat();
                    let wanted = ogg(7, &kept, most).concat();
                    let is_short = file.len() < 1_500;
                    let step = if is_short { 1 } else { file.len() / 50 };
                    for pieces in (1..=file.len()).step_by(step) {
                        let kept = passed(Pages::default(), &file, pieces);
                        assert!(kept == wanted, "{most} {pieces}");
                    }
                }
            }
        }
    }

    /// Films have a stream of sound beside them, and broadcasts one behind the other.
    #[test]
    fn streams_beside_each_other_are_told_apart() {
        let streams = streams(&PLACE.repeat(20));
        let both = |place: usize| {
            let [first, second] = [(3, 8), (0, 9)]
                .map(|(stream, serial): (usize, u8)| ogg(serial, &streams[stream][place], 2));
            let mut first = first.into_iter();
            let mut second = second.into_iter();
            let mut file = Vec::new();
            loop {
                let pages = [first.next(), second.next()];
                if pages.iter().all(Option::is_none) {
                    break;
                }
                file.extend(pages.into_iter().flatten().flatten());
            }
            // And once more the same serial, and another one that is not known.
            file.extend(ogg(9, &streams[1][place], 255).concat());
            file.extend(ogg(5, &[b"fishead".to_vec(), b"OpusTags".to_vec()], 9).concat());
            file
        };
        let (file, wanted) = (both(0), both(1));
        for pieces in [1, 2, 3, 5, 26, 27, 28, 255, 1_000, file.len()] {
            assert!(
                passed(Pages::default(), &file, pieces) == wanted,
                "{pieces}"
            );
        }
    }

    #[test]
    fn what_is_broken_is_kept_as_it_came() {
        let told = &streams(PLACE)[0][0];
        let pages = ogg(1, told, 2);
        let short = [told[0].clone(), b"\x03vorbis\0\0\0\0\0\0\0\0".to_vec()];
        for file in [
            // Ends within the page of its comments.
            [&pages[0][..], &pages[1][..40]].concat(),
            // Comments without a beginning.
            pages[1..].concat(),
            // Too short for any.
            ogg(1, &short, 9).concat(),
            // Lost between pages.
            [&pages[0][..], b"x", &pages[1]].concat(),
            page(1, BEGINS, &[], b""),
            b"OggS\x01 of another version, but long enough".to_vec(),
            b"OggS".to_vec(),
            Vec::new(),
        ] {
            for pieces in 1..=file.len().max(1) {
                assert_eq!(passed(Pages::default(), &file, pieces), file, "{pieces}");
            }
        }
    }

    #[test]
    fn the_checksum_is_the_one_of_pages() {
        assert_eq!(SUM.checksum(b"123456789"), OGG.check);
        assert_eq!(sum(b"123456789"), OGG.check);
    }

    /// A stranger's file may begin more streams than anybody follows, each without an end.
    #[test]
    fn no_more_streams_are_followed_than_that() {
        let mut pages = Pages::default();
        for serial in 0..=255 {
            let begins = page(serial, BEGINS, &[255], &[b'O'; 255]);
            let _ = pages.pass(begins.into());
        }
        assert!(pages.streams.len() <= STREAMS);
    }
}
