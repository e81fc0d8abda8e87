//! Sound in chunks (WAV: RIFF) without what its makers say beside it: who recorded it when, where and with what (`LIST INFO`, `bext`, `iXML`,
//! `id3 ` and others). Only chunks that are needed to play it are kept; the others become junk of the same length as they stream
//! by. (FI-12)

use bytes::{Bytes, BytesMut};

use super::passing::{Passing, Walk};

/// What a chunk is to us.
#[derive(Clone, Copy)]
enum Role {
    /// How the sound is to be read, and the sound.
    Media,
    /// A list: it depends on of what.
    List,
    /// All others.
    Telling,
}

fn role(name: &[u8]) -> Role {
    match name {
        b"fmt " | b"data" | b"fact" | b"cue " => Role::Media,
        b"LIST" => Role::List,
        _ => Role::Telling,
    }
}

/// The walk over a file's chunks, wherever it is cut into pieces.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    passing: Passing,
    is_begun: bool,
    /// The chunk before had an odd number of bytes.
    is_odd: bool,
}

impl Walk for Chunks {
    fn passing(&mut self) -> &mut Passing {
        &mut self.passing
    }

    fn begin(&mut self, piece: &mut Bytes, kept: &mut BytesMut) {
        self.passing.is_telling = false;
        if self.header(piece).is_some() {
            kept.extend_from_slice(&self.passing.header);
            self.passing.header.clear();
        }
    }
}

impl Chunks {
    /// Reads on in a header, and begins what it heads once it is whole.
    fn header(&mut self, piece: &mut Bytes) -> Option<()> {
        if !self.is_begun {
            self.passing.gather(piece, 12)?;
            self.is_begun = true;
            let header = &self.passing.header;
            if !header.starts_with(b"RIFF") || !header.ends_with(b"WAVE") {
                self.passing.left = u64::MAX;
            }
            return Some(());
        }
        if self.is_odd {
            self.passing.gather(piece, 1)?;
            self.is_odd = false;
            // Some forget the byte that makes it even, which is no letter.
            if self.passing.header[0] == 0 {
                return Some(());
            }
        }
        self.passing.gather(piece, 8)?;
        let is_name = |byte: &u8| matches!(byte, b' '..=b'~');
        if !self.passing.header[..4].iter().all(is_name) {
            // No chunk begins so: what follows is kept as it came.
            self.passing.left = u64::MAX;
            return Some(());
        }
        let size = u32::from_le_bytes(self.passing.header[4..8].try_into().ok()?);
        let mut left = u64::from(size);
        let mut role = role(&self.passing.header[..4]);
        if matches!(role, Role::List) {
            if size >= 4 {
                self.passing.gather(piece, 12)?;
                left -= 4;
            }
            role = match self.passing.header.get(8..) {
                // Sound with silence in between.
                Some(b"wavl") => Role::Media,
                _ => Role::Telling,
            };
        }
        let header = &mut self.passing.header;
        match role {
            Role::Media | Role::List => {
                let is_unknown = header.starts_with(b"data") && matches!(size, 0 | u32::MAX);
                // Who wrote it did not yet know how long it would be.
                if is_unknown {
                    left = u64::MAX;
                }
            }
            Role::Telling => {
                header[..4].copy_from_slice(b"JUNK");
                header[8..].fill(0);
                self.passing.is_telling = true;
            }
        }
        self.is_odd = size % 2 == 1;
        self.passing.left = left;
        Some(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::files::passing::tests::passed;

    /// A chunk, made even.
    pub(in crate::files) fn chunk(name: [u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len()).unwrap().to_le_bytes();
        let even = &[0][..content.len() % 2];
        [&name[..], &size, content, even].concat()
    }

    /// A file of those chunks.
    pub(in crate::files) fn wave(chunks: &[Vec<u8>]) -> Vec<u8> {
        let chunks = chunks.concat();
        let size = u32::try_from(chunks.len() + 4).unwrap().to_le_bytes();
        [&b"RIFF"[..], &size, b"WAVE", &chunks].concat()
    }

    /// FI-12.
    #[test]
    fn what_chunks_tell_becomes_junk_wherever_the_file_is_cut() {
        const TELLING: [[u8; 4]; 7] = [
            *b"bext", *b"iXML", *b"id3 ", *b"_PMX", *b"LIST", *b"JUNK", *b"Zoom",
        ];
        let place = b"INFOICRD+48.8577+002.295/";
        let film = |names: [[u8; 4]; 7], content: &[u8]| {
            let mut chunks = vec![chunk(*b"fmt ", &[1; 16])];
            for name in names {
                chunks.push(chunk(name, content));
            }
            chunks.push(chunk(*b"LIST", b"wavlof sound"));
            chunks.push(chunk(*b"data", b"bext\x04\0\0\0 is sound in here"));
            chunks.push(chunk(names[0], content));
            chunks.push(chunk(names[4], &content[..2]));
            wave(&chunks)
        };
        let (file, wanted) = (film(TELLING, place), film([*b"JUNK"; 7], &[0; 25]));
        for pieces in 1..=file.len() {
            assert_eq!(passed(Chunks::default(), &file, pieces), wanted, "{pieces}");
        }
    }

    /// As it is written while nobody knows how long it will be, and by those who forget to make chunks even.
    #[test]
    fn sound_is_kept_as_it_came() {
        let unknown = |size: u32| {
            let data = [&b"data"[..], &size.to_le_bytes(), b"LIST\x04\0\0\0INFO"].concat();
            wave(&[chunk(*b"fmt ", &[1; 16]), data])
        };
        let mut uneven = wave(&[chunk(*b"fact", b"one"), chunk(*b"data", b"sound")]);
        uneven.remove(12 + 8 + 3);
        for file in [
            unknown(0),
            unknown(u32::MAX),
            unknown(u32::MAX - 8),
            uneven,
            wave(&[b"\0\0\0\0\x04\0\0\0abcd".to_vec(), chunk(*b"bext", b"x")]),
            b"RIFF\x04\0\0\0WEBPbext\x04\0\0\0abcd".to_vec(),
            b"RIFF\x24\0\0\0WAVEfmt ".to_vec(),
            b"RIFF".to_vec(),
            Vec::new(),
        ] {
            for pieces in 1..=file.len().max(1) {
                assert_eq!(passed(Chunks::default(), &file, pieces), file, "{pieces}");
            }
        }
    }

    #[test]
    fn a_chunk_longer_than_the_file_is_junk_to_its_end() {
        let file = wave(&[b"bext\xFF\xFF\xFF\xFFplace".to_vec()]);
        let wanted = wave(&[b"JUNK\xFF\xFF\xFF\xFF\0\0\0\0\0".to_vec()]);
        for pieces in 1..=file.len() {
            assert_eq!(passed(Chunks::default(), &file, pieces), wanted, "{pieces}");
        }
    }
}
