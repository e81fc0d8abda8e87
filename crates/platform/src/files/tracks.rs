//! The tracks of a film in boxes. Only those of picture and sound are kept: what cameras write beside them, frame by frame (`gpmd`,
//! `camm`, `mebx`, subtitles with coordinates), tells where it was taken. Their samples lie among the others', and the table that says
//! where comes last in most files, so a film that has such tracks is written once more without them. (FI-12)

use std::ops::Range;

use super::{FilesError, blanks::Blanks};

/// Bytes of a table of a track at most; a track of one sample a second has 4 bytes a second in each.
const TABLE: u64 = 4 * 1024 * 1024;
/// Ranges of samples at most that are left out.
const RANGES: usize = 250_000;
/// Tracks that are left out at most: nobody's camera writes more.
const TRACKS: usize = 100;
/// Bytes of the box that says what a track is of at most.
const HANDLER: u64 = 4_096;

type Kind = [u8; 4];

/// A box that is read into.
#[derive(Debug)]
struct Open {
    kind: Kind,
    left: u64,
}

/// What is known of a track.
#[derive(Debug, Default)]
struct Track {
    /// Where its header begins, and its content.
    begins: (u64, u64),
    handler: Option<Kind>,
    sizes: Option<(Kind, Vec<u8>)>,
    chunks: Option<Vec<u8>>,
    offsets: Option<(Kind, Vec<u8>)>,
    /// Its tables are larger than is read.
    is_too_large: bool,
}

impl Track {
    fn is_kept(&self) -> bool {
        matches!(self.handler.as_ref(), Some(b"vide" | b"soun"))
    }
}

/// The walk over a file's boxes, wherever it is cut into pieces.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    /// How much was seen.
    at: u64,
    /// The boxes that are read into, the innermost last.
    open: Vec<Open>,
    /// A header that has not come whole.
    header: Vec<u8>,
    /// Bytes left of the content that streams by.
    left: u64,
    /// The box whose content is gathered, and what came of it.
    gathered: Option<(Kind, Vec<u8>)>,
    track: Track,
    zeros: Vec<Range<u64>>,
    free: Vec<u64>,
    is_fragmented: bool,
    /// There is a track that should be left out, and can't be found whole.
    is_untold: bool,
}

impl Tracks {
    /// Sees the next piece.
    pub(super) fn see(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            if self.left > 0 {
                let length =
                    usize::try_from(self.left).map_or(piece.len(), |left| left.min(piece.len()));
                let (content, rest) = piece.split_at(length);
                if let Some((_, gathered)) = &mut self.gathered {
                    gathered.extend_from_slice(content);
                }
                self.left -= length as u64;
                self.at += length as u64;
                piece = rest;
                if self.left == 0 {
                    self.gathered();
                }
            } else {
                self.close();
                piece = self.begin(piece);
            }
        }
    }

    /// What is to be left out, once all was seen; an error when that can't be told.
    pub(super) fn finish(mut self) -> Result<Option<Blanks>, FilesError> {
        self.close();
        // A track whose end is missing: players read what there is of it.
        while let Some(open) = self.open.pop() {
            if open.kind == *b"trak" {
                self.end_track(self.at);
            }
        }
        if self.free.is_empty() {
            return Ok(None);
        }
        if self.is_untold || self.is_fragmented {
            return Err(FilesError::Invalid);
        }
        Ok(Some(Blanks::new(self.zeros, self.free)))
    }

    /// Leaves the boxes that have ended.
    fn close(&mut self) {
        while self.open.last().is_some_and(|open| open.left == 0) {
            let kind = self.open.pop().map(|open| open.kind);
            if kind == Some(*b"trak") {
                self.end_track(self.at);
            }
        }
    }

    /// Reads on in a header, and enters the box when it is whole. What is left of the piece.
    fn begin<'a>(&mut self, mut piece: &'a [u8]) -> &'a [u8] {
        let within = self.open.last().map_or(u64::MAX, |open| open.left);
        if within < 8 {
            // Fewer bytes than a header has are no box.
            self.skip(within);
            return piece;
        }
        if !self.gather(&mut piece, 8) {
            return piece;
        }
        let mut size = u64::from(u32::from_be_bytes(first(&self.header)));
        if size == 1 && within >= 16 {
            if !self.gather(&mut piece, 16) {
                return piece;
            }
            size = u64::from_be_bytes(first(&self.header[8..]));
        }
        let header = std::mem::take(&mut self.header);
        let length = header.len() as u64;
        let kind: Kind = first(&header[4..]);
        // Zero is "to the end"; what can't be ends with its container.
        let is_sound = size >= length || (size == 0 && self.open.is_empty());
        let size = if size < length {
            within
        } else {
            size.min(within)
        };
        if let Some(open) = self.open.last_mut() {
            open.left -= size;
        }
        self.left = size - length;
        if is_sound {
            self.enter(kind, length);
        }
        piece
    }

    fn enter(&mut self, kind: Kind, header: u64) {
        let parent = self.open.last().map(|open| open.kind);
        let is_known = self.track.is_kept();
        match (parent.as_ref().map(|kind| &kind[..]), &kind) {
            (None, b"moof") => self.is_fragmented = true,
            (None, b"moov")
            | (Some(b"trak"), b"mdia")
            | (Some(b"mdia"), b"minf")
            | (Some(b"minf"), b"stbl") => self.open(kind),
            (Some(b"moov"), b"trak") => {
                self.track = Track {
                    begins: (self.at - header, self.at),
                    ..Track::default()
                };
                self.open(kind);
            }
            (Some(b"mdia"), b"hdlr") if self.left <= HANDLER => self.gather_box(kind),
            (Some(b"stbl"), b"stsz" | b"stz2" | b"stsc" | b"stco" | b"co64") if !is_known => {
                if self.left <= TABLE {
                    self.gather_box(kind);
                } else {
                    self.track.is_too_large = true;
                }
            }
            _ => {}
        }
    }

    fn open(&mut self, kind: Kind) {
        let left = std::mem::take(&mut self.left);
        self.open.push(Open { kind, left });
    }

    fn gather_box(&mut self, kind: Kind) {
        self.gathered = Some((kind, Vec::new()));
        if self.left == 0 {
            self.gathered();
        }
    }

    /// A box is whole whose content was gathered.
    fn gathered(&mut self) {
        let Some((kind, content)) = self.gathered.take() else {
            return;
        };
        let track = &mut self.track;
        match &kind {
            // Version and flags, nothing, and what the track is of.
            b"hdlr" => track.handler = content.get(8..12).map(first),
            b"stsz" | b"stz2" => track.sizes = Some((kind, content)),
            b"stsc" => track.chunks = Some(content),
            _ => track.offsets = Some((kind, content)),
        }
    }

    fn end_track(&mut self, end: u64) {
        let track = std::mem::take(&mut self.track);
        if track.is_kept() {
            return;
        }
        // What would be gathered of it is not whole.
        let is_cut = self.gathered.take().is_some();
        if self.free.len() >= TRACKS {
            self.is_untold = true;
            return;
        }
        let (header, content) = track.begins;
        self.free.push(header + 4);
        self.zeros.push(content..end);
        match samples(&track, RANGES.saturating_sub(self.zeros.len())) {
            Some(ranges) if !track.is_too_large && !is_cut => self.zeros.extend(ranges),
            _ => self.is_untold = true,
        }
    }

    fn skip(&mut self, bytes: u64) {
        self.left = bytes;
        if let Some(open) = self.open.last_mut() {
            open.left -= bytes;
        }
    }

    /// Whether so many bytes of the header are there.
    fn gather(&mut self, piece: &mut &[u8], wanted: usize) -> bool {
        let lacking = wanted.saturating_sub(self.header.len());
        let (come, rest) = piece.split_at(lacking.min(piece.len()));
        self.header.extend_from_slice(come);
        self.at += come.len() as u64;
        *piece = rest;
        self.header.len() >= wanted
    }
}

/// The first bytes of a slice that has so many.
fn first<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut taken = [0; N];
    taken.copy_from_slice(&bytes[..N]);
    taken
}

/// The number at a place of a table, behind version and flags.
fn number(table: &[u8], at: usize) -> Option<u32> {
    let bytes = table.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(first(bytes)))
}

/// Where the samples of a track lie: chunk by chunk, each with samples that follow each other. Nothing where the tables don't agree,
/// or for more ranges than that. A track without samples has none.
fn samples(track: &Track, most: usize) -> Option<Vec<Range<u64>>> {
    let Some((offset_kind, offsets)) = &track.offsets else {
        let has_samples = track.sizes.is_some() || track.chunks.is_some();
        return (!has_samples).then(Vec::new);
    };
    let count = number(offsets, 4)? as usize;
    if count == 0 {
        return Some(Vec::new());
    }
    if count > most {
        return None;
    }
    let (size_kind, sizes) = track.sizes.as_ref()?;
    let chunks = track.chunks.as_ref()?;
    let entries = number(chunks, 4)? as usize;
    let (mut entry, mut sample) = (0, 0_u32);
    let mut ranges = Vec::with_capacity(count);
    for chunk in 0..count {
        let starts = |entry: usize| number(chunks, 8 + 12 * entry);
        // Chunks are counted from one.
        while entry + 1 < entries && starts(entry + 1)? as usize <= chunk + 1 {
            entry += 1;
        }
        let in_chunk = number(chunks, 12 + 12 * entry)?;
        let begins = match offset_kind {
            b"co64" => {
                let at = 8 + 8 * chunk;
                (u64::from(number(offsets, at)?) << 32) | u64::from(number(offsets, at + 4)?)
            }
            _ => u64::from(number(offsets, 8 + 4 * chunk)?),
        };
        let length = length_of(*size_kind, sizes, sample, in_chunk)?;
        sample = sample.checked_add(in_chunk)?;
        ranges.push(begins..begins.checked_add(length)?);
    }
    Some(ranges)
}

/// The bytes of so many samples from one on.
fn length_of(kind: Kind, table: &[u8], from: u32, samples: u32) -> Option<u64> {
    let count = number(table, 8)?;
    let last = from.checked_add(samples)?;
    if last > count {
        return None;
    }
    let (each, width) = match &kind {
        b"stsz" => (number(table, 4)?, 32),
        _ => (0, number(table, 4)? & 0xFF),
    };
    if each > 0 {
        return Some(u64::from(each) * u64::from(samples));
    }
    let mut sum = 0_u64;
    for sample in from as usize..last as usize {
        sum += match width {
            32 => u64::from(number(table, 12 + 4 * sample)?),
            16 => {
                let bytes = table.get(12 + 2 * sample..14 + 2 * sample)?;
                u64::from(u16::from_be_bytes(first(bytes)))
            }
            8 => u64::from(*table.get(12 + sample)?),
            4 => {
                let byte = *table.get(12 + sample / 2)?;
                u64::from(if sample % 2 == 0 {
                    byte >> 4
                } else {
                    byte & 0xF
                })
            }
            _ => return None,
        };
    }
    Some(sum)
}

#[cfg(test)]
pub(super) mod tests {
    use bytes::Bytes;

    use super::*;

    fn boxed(kind: Kind, content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).unwrap();
        [&size.to_be_bytes()[..], &kind, content].concat()
    }

    fn numbers(numbers: &[u32]) -> Vec<u8> {
        numbers.iter().flat_map(|n| n.to_be_bytes()).collect()
    }

    /// A track of that kind whose samples, all in chunks of two but the last, are those.
    fn track(handler: Kind, offsets: &[u32], sizes: &[u32]) -> Vec<u8> {
        let chunks = u32::try_from(offsets.len()).unwrap();
        let count = u32::try_from(sizes.len()).unwrap();
        let stsc = match count % 2 {
            0 => numbers(&[0, 1, 1, 2, 1]),
            _ => numbers(&[0, 2, 1, 2, 1, chunks, 1, 1]),
        };
        let stbl = [
            boxed(*b"stsd", b"description"),
            boxed(*b"stsc", &stsc),
            boxed(
                *b"stsz",
                &[numbers(&[0, 0, count]), numbers(sizes)].concat(),
            ),
            boxed(
                *b"stco",
                &[numbers(&[0, chunks]), numbers(offsets)].concat(),
            ),
        ];
        let hdlr = [&numbers(&[0, 0])[..], &handler, &[0; 13]].concat();
        let mdia = [
            boxed(*b"mdhd", b"when"),
            boxed(*b"hdlr", &hdlr),
            boxed(*b"minf", &boxed(*b"stbl", &stbl.concat())),
        ];
        let tkhd = boxed(*b"tkhd", b"head");
        boxed(*b"trak", &[tkhd, boxed(*b"mdia", &mdia.concat())].concat())
    }

    pub(in crate::files) const PLACE: &[u8] = b"+48.8577+002.295/";

    /// Picture, place, sound, place, place.
    pub(in crate::files) fn film(handler: Kind, end: &[u8]) -> Vec<u8> {
        let mdat = [&b"picture"[..], PLACE, b"sound..", &PLACE[..7], &PLACE[7..]].concat();
        let begin = boxed(*b"ftyp", b"isom\0\0\x02\0");
        let at = u32::try_from(begin.len() + 8).unwrap();
        let moov = [
            boxed(*b"mvhd", b"moov"),
            track(*b"vide", &[at, at + 24], &[3, 4, 7]),
            track(handler, &[at + 7, at + 31], &[10, 7, 7, 10]),
        ];
        [
            &begin[..],
            &boxed(*b"mdat", &mdat),
            &boxed(*b"moov", &moov.concat()),
            end,
        ]
        .concat()
    }

    fn kept(file: &[u8], pieces: usize) -> Result<Vec<u8>, FilesError> {
        let mut tracks = Tracks::default();
        for piece in file.chunks(pieces) {
            tracks.see(piece);
        }
        let Some(mut blanks) = tracks.finish()? else {
            return Ok(file.to_vec());
        };
        let kept = file
            .chunks(pieces)
            .map(|piece| blanks.pass(Bytes::copy_from_slice(piece)));
        Ok(kept.collect::<Vec<_>>().concat())
    }

    /// FI-12.
    #[test]
    fn what_a_camera_writes_frame_by_frame_is_left_out_wherever_the_file_is_cut() {
        for handler in [*b"meta", *b"camm", *b"text", *b"data"] {
            let file = film(handler, b"");
            let whole = kept(&file, file.len()).unwrap();
            assert_eq!(whole.len(), file.len());
            let has = |text: &[u8]| whole.windows(text.len()).any(|bytes| bytes == text);
            assert!(has(b"picture") && has(b"sound.."));
            assert!(!has(&PLACE[..4]) && !has(&PLACE[7..11]) && !has(&handler));
            assert!(has(b"vide") && has(b"free"));
            for pieces in 1..=file.len() {
                assert_eq!(kept(&file, pieces).unwrap(), whole, "{pieces}");
            }
        }
    }

    #[test]
    fn picture_and_sound_are_kept_as_they_came() {
        for handler in [*b"vide", *b"soun"] {
            let file = film(handler, &boxed(*b"moof", b"more"));
            for pieces in [1, 7, file.len()] {
                assert_eq!(kept(&file, pieces).unwrap(), file);
            }
        }
        for junk in [&b""[..], b"\0\0\0\x05moov", b"\0\0\0\0moov\0\0\0\x20trak"] {
            assert!(kept(junk, 1).is_ok());
        }
    }

    #[test]
    fn a_film_that_ends_in_such_a_track_or_has_hundreds_is_refused() {
        let file = film(*b"meta", b"");
        let at = file.windows(4).rposition(|kind| kind == b"stco").unwrap();
        for cut in [at - 4, at + 6] {
            assert!(matches!(kept(&file[..cut], 5), Err(FilesError::Invalid)));
        }
        let moov = boxed(*b"moov", &boxed(*b"trak", b"").repeat(101));
        assert!(matches!(kept(&moov, 1_000), Err(FilesError::Invalid)));
        assert!(kept(&boxed(*b"moov", &boxed(*b"trak", b"").repeat(100)), 999).is_ok());
    }

    /// Samples of which nobody can say where they lie can't be left out.
    #[test]
    fn a_film_whose_other_tracks_cannot_be_told_is_refused() {
        let in_fragments = film(*b"meta", &boxed(*b"moof", b"more"));
        assert!(matches!(kept(&in_fragments, 9), Err(FilesError::Invalid)));
        let mut short = film(*b"meta", b"");
        // More samples in a chunk than there are.
        let at = short.windows(4).rposition(|kind| kind == b"stsc").unwrap();
        short[at + 16..at + 20].copy_from_slice(&900_u32.to_be_bytes());
        assert!(matches!(kept(&short, 9), Err(FilesError::Invalid)));
    }
}
