//! How long a recording can be at most, which decides what is reserved for it.

use model::UserId;

use super::{Transcripts, step::Hearing};
use crate::{Error, files::FilesError};

/// The beginning of a file, in which a WAV recording says how fast it goes.
const HEAD: u64 = 4096;
/// The fewest bytes of a second: speech that is pressed hard, 4.75 kbit/s.
const FEWEST_BYTES: u64 = 590;
/// The upstream takes no longer ones.
const LONGEST_S: u64 = 12 * 3600;

impl Transcripts {
    /// Seconds of a recording, at most.
    pub(super) async fn seconds(&self, owner: UserId, hearing: &Hearing) -> Result<u64, Error> {
        if let Ok(known) = u64::try_from(hearing.duration_ms)
            && known > 0
        {
            return Ok(known.div_ceil(1000).min(LONGEST_S));
        }
        let content = self.0.files.content(owner, hearing.file).await?;
        let length = content.len();
        let head = self.head(&content, length.min(HEAD)).await?;
        let a_second = wav_bytes_a_second(&head).unwrap_or(FEWEST_BYTES);
        Ok((length / a_second + 1).min(LONGEST_S))
    }

    async fn head(
        &self,
        content: &crate::files::Content,
        length: u64,
    ) -> Result<Vec<u8>, FilesError> {
        use futures_util::TryStreamExt;
        let mut pieces = content.stream(0..length).await?;
        let mut head = Vec::new();
        while let Some(piece) = pieces.try_next().await? {
            head.extend_from_slice(&piece);
        }
        Ok(head)
    }
}

/// The bytes of a second of a WAV recording.
fn wav_bytes_a_second(head: &[u8]) -> Option<u64> {
    if head.get(..4)? != b"RIFF" || head.get(8..12)? != b"WAVE" {
        return None;
    }
    let mut at = 12;
    loop {
        let length = u32::from_le_bytes(head.get(at + 4..at + 8)?.try_into().ok()?) as usize;
        if head.get(at..at + 4)? == b"fmt " {
            let rate = head.get(at + 16..at + 20)?.try_into().ok()?;
            return Some(u64::from(u32::from_le_bytes(rate))).filter(|rate| *rate > 0);
        }
        at = at.checked_add(8 + length + length % 2)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wav_recording_says_how_fast_it_goes() {
        let mut head = b"RIFF\0\0\0\0WAVELIST\x04\0\0\0abcdfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        head.extend_from_slice(&16_000_u32.to_le_bytes());
        head.extend_from_slice(&32_000_u32.to_le_bytes());
        head.extend_from_slice(&[2, 0, 16, 0]);
        assert_eq!(wav_bytes_a_second(&head), Some(32_000));
        assert_eq!(wav_bytes_a_second(&head[..30]), None);
        assert_eq!(wav_bytes_a_second(b"ID3"), None);
    }
}
