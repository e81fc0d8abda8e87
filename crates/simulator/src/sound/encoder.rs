//! Sound in the format that was asked for, whole or piece by piece.

use super::{Memory, Mp3, OpusFile, Utterance, opus_rate, pcm, read, wav, wav::open_header};

/// The formats of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Pcm,
    Wav,
    Mp3,
    Opus,
}

impl Format {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "pcm" => Some(Self::Pcm),
            "wav" => Some(Self::Wav),
            "mp3" => Some(Self::Mp3),
            "opus" => Some(Self::Opus),
            _ => None,
        }
    }

    /// The ending of a file's name.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Pcm => "pcm",
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::Opus => "opus",
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Pcm => "application/octet-stream",
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
            Self::Opus => "audio/ogg",
        }
    }

    /// The rate at which the voice has to speak so that the format can carry it.
    pub(crate) fn rate(self, asked: u32) -> u32 {
        match self {
            Self::Opus => opus_rate(asked),
            Self::Pcm | Self::Wav | Self::Mp3 => asked,
        }
    }
}

/// Writes a stream of sound. What it has written is understood again where it is heard.
#[derive(Debug)]
pub(crate) struct Encoder {
    kind: Kind,
    rate_hz: u32,
    said: Utterance,
    written: Vec<u8>,
}

#[derive(Debug)]
enum Kind {
    Pcm,
    Wav { begun: bool },
    Mp3(Box<Mp3>),
    Opus(Box<OpusFile>),
}

impl Encoder {
    /// An encoder, or nothing when the format has no such rate.
    pub(crate) fn new(format: Format, rate_hz: u32, kilobits: u32) -> Option<Self> {
        let kind = match format {
            Format::Pcm => Kind::Pcm,
            Format::Wav => Kind::Wav { begun: false },
            Format::Mp3 => Kind::Mp3(Box::new(Mp3::new(rate_hz)?)),
            Format::Opus => Kind::Opus(Box::new(OpusFile::new(rate_hz, kilobits)?)),
        };
        Some(Self {
            kind,
            rate_hz,
            said: Utterance::default(),
            written: Vec::new(),
        })
    }

    /// Notes what the next samples say.
    pub(crate) fn says(&mut self, memory: &Memory, said: &Utterance) {
        memory.keep(said);
        self.said.clauses.extend(said.clauses.iter().cloned());
    }

    /// What is ready to be sent. Headers come with the first samples.
    pub(crate) fn encode(&mut self, samples: &[i16]) -> Vec<u8> {
        let bytes = match &mut self.kind {
            Kind::Pcm | Kind::Wav { begun: true } => return pcm(samples),
            Kind::Wav { begun } => {
                *begun = true;
                let mut bytes = open_header(1, self.rate_hz);
                bytes.extend(pcm(samples));
                return bytes;
            }
            Kind::Mp3(encoder) => encoder.encode(samples),
            Kind::Opus(file) => file.encode(samples),
        };
        self.written.extend(&bytes);
        bytes
    }

    /// The rest.
    pub(crate) fn finish(self, memory: &Memory) -> Vec<u8> {
        let rest = match self.kind {
            Kind::Pcm | Kind::Wav { .. } => return Vec::new(),
            Kind::Mp3(encoder) => encoder.finish(),
            Kind::Opus(file) => file.finish(),
        };
        let mut file = self.written;
        file.extend(&rest);
        if let Some(heard) = read(&file) {
            memory.keep_in(&self.said, &heard);
        }
        rest
    }
}

/// A complete file of what was said.
pub(crate) fn file(
    memory: &Memory,
    said: &Utterance,
    format: Format,
    kilobits: u32,
) -> Option<Vec<u8>> {
    if format == Format::Wav {
        memory.keep(said);
        return Some(wav(&said.samples, 1, said.rate_hz));
    }
    let mut encoder = Encoder::new(format, said.rate_hz, kilobits)?;
    encoder.says(memory, said);
    let mut file = encoder.encode(&said.samples);
    file.extend(encoder.finish(memory));
    Some(file)
}
