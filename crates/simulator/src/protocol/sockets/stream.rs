//! Sound that comes in pieces: bytes to samples.

use super::failure::Failure;
use crate::sound;

/// Reads one channel out of frames.
#[derive(Debug)]
pub(super) struct Stream {
    format: Format,
    pub(super) rate_hz: u32,
    bytes: Vec<u8>,
    /// Samples of a compressed stream that were given out.
    given: usize,
    /// The length at which a compressed stream is decoded again.
    due: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Pcm,
    /// The header is still to come.
    Wave,
    Compressed,
}

impl Stream {
    /// A stream of a format by its name, at a rate that compressed formats know better.
    pub(super) fn new(format: &str, rate_hz: u32) -> Result<Self, Failure> {
        let format = match format {
            "pcm" => Format::Pcm,
            "wav" => Format::Wave,
            "mp3" | "opus" | "speex" | "aac" | "amr" => Format::Compressed,
            other => {
                let message = format!("Unsupported audio format:{other}.");
                return Err(Failure::new("UNSUPPORTED_FORMAT", message));
            }
        };
        Ok(Self {
            format,
            rate_hz,
            bytes: Vec::new(),
            given: 0,
            due: 16 << 10,
        })
    }

    /// The samples that are whole by now.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<i16> {
        self.bytes.extend(bytes);
        match self.format {
            Format::Pcm => self.samples(),
            Format::Wave => self.wave(),
            Format::Compressed if self.bytes.len() >= self.due => {
                self.due = self.bytes.len() * 3 / 2;
                self.decode().unwrap_or_default()
            }
            Format::Compressed => Vec::new(),
        }
    }

    /// The rest.
    pub(super) fn finish(&mut self) -> Result<Vec<i16>, Failure> {
        if self.bytes.is_empty() {
            return Ok(Vec::new());
        }
        match self.format {
            Format::Pcm => Ok(Vec::new()),
            Format::Wave | Format::Compressed => self
                .decode()
                .ok_or_else(|| Failure::new("UNSUPPORTED_FORMAT", "Failed to decode audio")),
        }
    }

    fn samples(&mut self) -> Vec<i16> {
        let whole = self.bytes.len() / 2 * 2;
        let bytes = self.bytes.drain(..whole).collect::<Vec<u8>>();
        let pairs = bytes.chunks_exact(2);
        pairs
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect()
    }

    /// Skips the header. Files with more than one channel or other samples are decoded at the end.
    fn wave(&mut self) -> Vec<i16> {
        let head = &self.bytes[..self.bytes.len().min(512)];
        let Some(data) = head.windows(4).position(|name| name == b"data") else {
            return Vec::new();
        };
        let is_simple = head.len() > 36
            && head.starts_with(b"RIFF")
            && head[20..24] == [1, 0, 1, 0]
            && head[34..36] == [16, 0];
        if !is_simple || head.len() < data + 8 {
            return Vec::new();
        }
        self.rate_hz = u32::from_le_bytes([head[24], head[25], head[26], head[27]]).max(1);
        self.bytes.drain(..data + 8);
        self.format = Format::Pcm;
        self.samples()
    }

    fn decode(&mut self) -> Option<Vec<i16>> {
        let recording = sound::read(&self.bytes)?;
        self.rate_hz = recording.rate_hz;
        let samples = recording.mixed();
        let new = samples.get(self.given..).unwrap_or_default().to_vec();
        self.given = samples.len();
        Some(new)
    }
}

#[cfg(test)]
mod tests {
    use super::Stream;
    use crate::sound::{self, Manner};

    #[test]
    fn pieces_of_any_size_give_the_same_samples() {
        let said = sound::utter("列车到站了，请等候。", "longwan", 16_000, Manner::default());
        let pcm = sound::pcm(&said.samples);
        let wav = sound::wav(&said.samples, 1, 16_000);
        let mp3 = sound::mp3(&said.samples, 16_000).unwrap();
        let decoded = sound::read(&mp3).unwrap().mixed();
        for (format, bytes, expected) in [
            ("pcm", &pcm, &said.samples),
            ("wav", &wav, &said.samples),
            ("mp3", &mp3, &decoded),
        ] {
            let mut stream = Stream::new(format, 16_000).unwrap();
            let mut samples = Vec::new();
            for piece in bytes.chunks(1111) {
                samples.extend(stream.feed(piece));
            }
            samples.extend(stream.finish().unwrap());
            assert_eq!(&samples, expected, "{format}");
            assert_eq!(stream.rate_hz, 16_000);
        }
        let mut stream = Stream::new("mp3", 16_000).unwrap();
        stream.feed(b"no sound at all");
        assert!(stream.finish().is_err());
        assert!(Stream::new("midi", 16_000).is_err());
    }
}
