//! Reading sound: what a file holds, whatever its container.

use std::io::Cursor;

use symphonia::core::{
    audio::SampleBuffer,
    codecs::{
        CODEC_TYPE_AAC, CODEC_TYPE_ALAC, CODEC_TYPE_FLAC, CODEC_TYPE_MP3, CODEC_TYPE_VORBIS,
        CodecType, DecoderOptions,
    },
    formats::{FormatOptions, FormatReader},
    io::MediaSourceStream,
    meta::MetadataOptions,
    probe::Hint,
};

use super::{milliseconds, opus};

/// Decoded sound.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recording {
    pub(crate) channels: Vec<Vec<i16>>,
    pub(crate) rate_hz: u32,
    /// The codec: `pcm_s16le`, `mp3`, ….
    pub(crate) format: &'static str,
}

impl Recording {
    pub(crate) fn milliseconds(&self) -> u64 {
        milliseconds(self.channels.first().map_or(0, Vec::len), self.rate_hz)
    }

    /// All channels as one.
    pub(crate) fn mixed(&self) -> Vec<i16> {
        match self.channels.as_slice() {
            [] => Vec::new(),
            [only] => only.clone(),
            [first, rest @ ..] => {
                let count = i32::try_from(self.channels.len()).unwrap_or(1);
                let mix = |at: usize| {
                    let others = rest.iter().filter_map(|channel| channel.get(at));
                    let sum: i32 = others.map(|sample| i32::from(*sample)).sum();
                    i16::try_from((sum + i32::from(first[at])) / count).unwrap_or_default()
                };
                (0..first.len()).map(mix).collect()
            }
        }
    }
}

/// Decodes a file as far as it goes, or nothing when it holds no sound that can be read.
pub(crate) fn read(bytes: &[u8]) -> Option<Recording> {
    let head = &bytes[..bytes.len().min(128)];
    if head.windows(8).any(|part| part == b"OpusHead") {
        return opus::read(bytes);
    }
    let source = MediaSourceStream::new(
        Box::new(Cursor::new(bytes.to_vec())),
        symphonia::core::io::MediaSourceStreamOptions::default(),
    );
    let probed = symphonia::default::get_probe()
        .format(
            &Hint::new(),
            source,
            &FormatOptions::default(),
            &MetadataOptions::default(),
        )
        .ok()?;
    decode(probed.format)
}

fn decode(mut file: Box<dyn FormatReader>) -> Option<Recording> {
    let decodable = |codec: CodecType| symphonia::default::get_codecs().get_codec(codec).is_some();
    let track = file
        .tracks()
        .iter()
        .find(|track| decodable(track.codec_params.codec))?;
    let id = track.id;
    let format = name(track.codec_params.codec);
    let mut codec = symphonia::default::get_codecs()
        .make(&track.codec_params, &DecoderOptions::default())
        .ok()?;
    let mut channels: Vec<Vec<i16>> = Vec::new();
    let mut rate_hz = 0;
    while let Ok(packet) = file.next_packet() {
        if packet.track_id() != id {
            continue;
        }
        // A damaged packet is left out, as players do.
        let Ok(heard) = codec.decode(&packet) else {
            continue;
        };
        let spec = *heard.spec();
        rate_hz = spec.rate;
        let count = spec.channels.count();
        channels.resize(count, Vec::new());
        let mut block = SampleBuffer::<i16>::new(heard.capacity() as u64, spec);
        block.copy_interleaved_ref(heard);
        for frame in block.samples().chunks_exact(count.max(1)) {
            for (channel, sample) in channels.iter_mut().zip(frame) {
                channel.push(*sample);
            }
        }
    }
    (rate_hz > 0).then_some(Recording {
        channels,
        rate_hz,
        format,
    })
}

fn name(codec: CodecType) -> &'static str {
    match codec {
        CODEC_TYPE_MP3 => "mp3",
        CODEC_TYPE_AAC => "aac",
        CODEC_TYPE_ALAC => "alac",
        CODEC_TYPE_FLAC => "flac",
        CODEC_TYPE_VORBIS => "vorbis",
        _ => "pcm_s16le",
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::sound::{Encoder, Format, Manner, Memory, file, mp3, utter, wav};

    /// The strongest likeness of two sounds over all shifts, from 0 to 1.
    fn likeness(spoken: &[i16], heard: &[i16]) -> f64 {
        let level = |samples: &[i16]| -> Vec<f64> {
            samples
                .iter()
                .map(|sample| f64::from(*sample) / 32768.0)
                .collect()
        };
        let (spoken, heard) = (level(&spoken[..4000]), level(heard));
        let energy = |samples: &[f64]| samples.iter().map(|a| a * a).sum::<f64>();
        (0..2400_usize)
            .map(|shift| {
                let window = &heard[shift..shift + spoken.len()];
                let product: f64 = spoken.iter().zip(window).map(|(a, b)| a * b).sum();
                product / (energy(&spoken) * energy(window)).sqrt().max(1e-9)
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn a_wave_file_is_read_as_it_was_written() {
        let said = utter("你好，世界。", "longwan", 16_000, Manner::default());
        let heard = read(&wav(&said.samples, 1, 16_000)).unwrap();
        assert_eq!(heard.channels, [said.samples]);
        assert_eq!((heard.rate_hz, heard.format), (16_000, "pcm_s16le"));
    }

    #[test]
    fn an_mp3_sounds_as_what_was_spoken_at_every_rate() {
        for rate in [
            8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000,
        ] {
            let said = utter("列车到站了，请等候。", "longwan", rate, Manner::default());
            let heard = read(&mp3(&said.samples, rate).unwrap()).unwrap();
            assert_eq!((heard.rate_hz, heard.format), (rate, "mp3"));
            let longer = heard
                .milliseconds()
                .checked_sub(said.milliseconds())
                .unwrap();
            assert!(longer < 300, "{rate} Hz: {longer} ms longer");
            let likeness = likeness(&said.samples, &heard.channels[0]);
            assert!(likeness > 0.98, "{rate} Hz: {likeness}");
        }
    }

    #[test]
    fn opus_lasts_as_long_as_what_was_spoken() {
        let said = utter("列车到站了，请等候。", "longwan", 24_000, Manner::default());
        let heard = read(&file(&Memory::default(), &said, Format::Opus, 32).unwrap()).unwrap();
        assert!(heard.milliseconds().abs_diff(said.milliseconds()) < 60);
        assert!(heard.channels[0].iter().any(|sample| sample.abs() > 2000));
    }

    #[test]
    fn a_file_that_was_streamed_is_read_to_its_end() {
        let said = utter("你好。", "longwan", 16_000, Manner::default());
        let mut encoder = Encoder::new(Format::Wav, 16_000, 0).unwrap();
        let bytes = encoder.encode(&said.samples);
        assert_eq!(read(&bytes).unwrap().channels, [said.samples]);
    }

    #[test]
    fn what_is_no_sound_is_not_read() {
        assert!(read(b"<html>not a recording</html>").is_none());
        assert!(read(&[]).is_none());
    }
}
