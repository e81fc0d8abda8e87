//! Opus in Ogg, the only container that the service gives it in.

use std::io::Cursor;

use opus_pure::{
    Application, MAX_PACKET_BYTES, OggOpusReader, OggOpusWriter, OpusDecoder, OpusEncoder, OpusHead,
};

use super::Recording;

/// The rates that the codec knows.
const RATES: [u32; 5] = [8_000, 12_000, 16_000, 24_000, 48_000];
/// Longest packet, in samples at 48 kHz: 120 ms.
const LONGEST: usize = 5760;

/// The lowest rate of the codec that loses nothing of `rate_hz`.
pub(crate) fn opus_rate(rate_hz: u32) -> u32 {
    RATES
        .into_iter()
        .find(|rate| *rate >= rate_hz)
        .unwrap_or(48_000)
}

/// A file that is written piece by piece.
pub(crate) struct OpusFile {
    encoder: OpusEncoder,
    writer: OggOpusWriter<Vec<u8>>,
    /// Samples of a packet: 20 ms.
    frame: usize,
    waiting: Vec<i16>,
    packet: Vec<u8>,
}

impl std::fmt::Debug for OpusFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("OpusFile").finish_non_exhaustive()
    }
}

impl OpusFile {
    /// A file of mono samples, if this is one of the codec's rates.
    pub(crate) fn new(rate_hz: u32, kilobits: u32) -> Option<Self> {
        let rate = i32::try_from(rate_hz).ok()?;
        let mut encoder = OpusEncoder::new(rate, 1, Application::Voip).ok()?;
        encoder.bitrate_bps = i32::try_from(kilobits.clamp(6, 510) * 1000).ok()?;
        let head = OpusHead::for_encoder(&encoder, rate_hz);
        Some(Self {
            writer: OggOpusWriter::new(Vec::new(), head).ok()?,
            encoder,
            frame: rate_hz as usize / 50,
            waiting: Vec::new(),
            packet: vec![0; MAX_PACKET_BYTES],
        })
    }

    /// The pages that are full by now.
    pub(crate) fn encode(&mut self, samples: &[i16]) -> Vec<u8> {
        self.waiting.extend(samples);
        let waiting = std::mem::take(&mut self.waiting);
        let mut frames = waiting.chunks_exact(self.frame);
        for block in &mut frames {
            // Neither fails with samples and packets of the right size.
            if let Ok(length) = self.encoder.encode_s16(block, self.frame, &mut self.packet) {
                let _ = self.writer.write_packet(&self.packet[..length]);
            }
        }
        self.waiting = frames.remainder().to_vec();
        self.writer
            .get_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// The rest.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let missing = (self.waiting.len() + 1).next_multiple_of(self.frame) - self.waiting.len();
        let mut rest = self.encode(&vec![0; missing]);
        rest.extend(self.writer.finish().unwrap_or_default());
        rest
    }
}

/// Reads what is there of a file, which may be cut short.
pub(super) fn read(bytes: &[u8]) -> Option<Recording> {
    let mut reader = OggOpusReader::new(Cursor::new(bytes)).ok()?;
    let count = usize::from(reader.head().channel_count);
    let skipped = usize::from(reader.head().pre_skip);
    let mut decoder = OpusDecoder::new(48_000, count).ok()?;
    let mut channels = vec![Vec::new(); count];
    let mut block = vec![0_i16; LONGEST * count];
    for packet in reader.packets() {
        let Ok(packet) = packet else { break };
        let Ok(samples) = decoder.decode_s16(&packet.data, LONGEST, &mut block) else {
            break;
        };
        for frame in block[..samples * count].chunks_exact(count) {
            for (channel, sample) in channels.iter_mut().zip(frame) {
                channel.push(*sample);
            }
        }
    }
    for channel in &mut channels {
        channel.drain(..skipped.min(channel.len()));
    }
    Some(Recording {
        channels,
        rate_hz: 48_000,
        format: "opus",
    })
}
