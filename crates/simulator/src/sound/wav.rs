//! RIFF WAVE with 16-bit samples.

use super::pcm;

/// A complete file of interleaved samples.
pub(crate) fn wav(samples: &[i16], channels: u16, rate_hz: u32) -> Vec<u8> {
    let data = pcm(samples);
    let mut file = header(data.len(), channels, rate_hz);
    file.extend(data);
    file
}

/// The header of a file whose end is not known yet.
pub(super) fn open_header(channels: u16, rate_hz: u32) -> Vec<u8> {
    header(
        usize::try_from(i32::MAX).unwrap_or_default() - 36,
        channels,
        rate_hz,
    )
}

fn header(data: usize, channels: u16, rate_hz: u32) -> Vec<u8> {
    let data = u32::try_from(data).unwrap_or(u32::MAX);
    let bytes_per_frame = channels * 2;
    let mut header = Vec::with_capacity(44);
    header.extend(b"RIFF");
    header.extend(data.saturating_add(36).to_le_bytes());
    header.extend(b"WAVEfmt ");
    header.extend(16_u32.to_le_bytes());
    header.extend(1_u16.to_le_bytes());
    header.extend(channels.to_le_bytes());
    header.extend(rate_hz.to_le_bytes());
    header.extend((rate_hz * u32::from(bytes_per_frame)).to_le_bytes());
    header.extend(bytes_per_frame.to_le_bytes());
    header.extend(16_u16.to_le_bytes());
    header.extend(b"data");
    header.extend(data.to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::wav;

    #[test]
    fn the_header_says_what_follows() {
        let file = wav(&[1, -2], 1, 16_000);
        assert_eq!(&file[..4], b"RIFF");
        assert_eq!(&file[24..28], &16_000_u32.to_le_bytes());
        assert_eq!(&file[40..44], &4_u32.to_le_bytes());
        assert_eq!(&file[44..], &[1, 0, 0xfe, 0xff]);
    }
}
