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

/// A complete file of mono samples at one of the codec's rates.
pub(crate) fn opus(samples: &[i16], rate_hz: u32, kilobits: u32) -> Option<Vec<u8>> {
    let mut encoder = OpusEncoder::new(i32::try_from(rate_hz).ok()?, 1, Application::Voip).ok()?;
    encoder.bitrate_bps = i32::try_from(kilobits.clamp(6, 510) * 1000).ok()?;
    let head = OpusHead::for_encoder(&encoder, rate_hz);
    let mut writer = OggOpusWriter::new(Vec::new(), head).ok()?;
    let frame = rate_hz as usize / 50;
    let mut padded = samples.to_vec();
    padded.resize(samples.len().next_multiple_of(frame).max(frame), 0);
    let mut packet = vec![0; MAX_PACKET_BYTES];
    for block in padded.chunks_exact(frame) {
        let length = encoder.encode_s16(block, frame, &mut packet).ok()?;
        writer.write_packet(&packet[..length]).ok()?;
    }
    writer.finish().ok()
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
