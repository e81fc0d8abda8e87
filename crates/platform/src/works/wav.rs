//! WAV recordings one after the other, without a gap: their samples in one file.

use std::io::{Read, Seek, SeekFrom, Write};

use bytes::Bytes;
use futures_util::{Stream, stream};

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// What is joined so far. Not in memory: a long text is an hour of sound.
pub(super) struct Joined {
    file: std::fs::File,
    form: Option<[u8; 16]>,
    bytes: u32,
}

#[derive(Debug, thiserror::Error)]
#[error("not a WAV recording like the one before")]
pub(super) struct NotWav;

impl Joined {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self {
            file: tempfile::tempfile()?,
            form: None,
            bytes: 0,
        })
    }

    /// Adds the samples of a recording.
    pub(super) fn add(&mut self, recording: &[u8]) -> Result<(), NotWav> {
        let (form, samples) = chunks(recording).ok_or(NotWav)?;
        if *self.form.get_or_insert(form) != form {
            return Err(NotWav);
        }
        self.file.write_all(samples).map_err(|_| NotWav)?;
        let added = u32::try_from(samples.len()).map_err(|_| NotWav)?;
        self.bytes = self.bytes.checked_add(added).ok_or(NotWav)?;
        Ok(())
    }

    /// The whole recording, piece by piece.
    pub(super) fn pieces(
        mut self,
    ) -> std::io::Result<impl Stream<Item = std::io::Result<Bytes>> + Send> {
        self.file.seek(SeekFrom::Start(0))?;
        let head = head(self.form.unwrap_or_default(), self.bytes);
        let file = self.file;
        let rest = stream::try_unfold(file, |mut file| async move {
            // A small piece of a file that was just written: it comes from memory.
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece)?;
            piece.truncate(read);
            Ok((read > 0).then(|| (Bytes::from(piece), file)))
        });
        Ok(futures_util::StreamExt::chain(
            stream::once(async move { Ok(Bytes::from(head)) }),
            rest,
        ))
    }
}

/// The form and the samples of a recording; what stands beside them is left out.
fn chunks(recording: &[u8]) -> Option<([u8; 16], &[u8])> {
    if recording.get(..4)? != b"RIFF" || recording.get(8..12)? != b"WAVE" {
        return None;
    }
    let (mut at, mut form) = (12, None);
    loop {
        let name = recording.get(at..at + 4)?;
        let length = recording.get(at + 4..at + 8)?.try_into().ok()?;
        let length = u32::from_le_bytes(length) as usize;
        let body = recording.get(at + 8..)?;
        match name {
            b"fmt " => form = Some(body.get(..16)?.try_into().ok()?),
            // A recording that was written as it was spoken does not know its length.
            b"data" => return Some((form?, &body[..length.min(body.len())])),
            _ => {}
        }
        at = at.checked_add(8 + length + length % 2)?;
    }
}

fn head(form: [u8; 16], bytes: u32) -> Vec<u8> {
    let mut head = Vec::with_capacity(44);
    head.extend_from_slice(b"RIFF");
    head.extend_from_slice(&bytes.saturating_add(36).to_le_bytes());
    head.extend_from_slice(b"WAVEfmt ");
    head.extend_from_slice(&16_u32.to_le_bytes());
    head.extend_from_slice(&form);
    head.extend_from_slice(b"data");
    head.extend_from_slice(&bytes.to_le_bytes());
    head
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;

    const FORM: [u8; 16] = [1, 0, 1, 0, 0xc0, 0x5d, 0, 0, 0x80, 0xbb, 0, 0, 2, 0, 16, 0];

    fn recording(samples: &[u8]) -> Vec<u8> {
        let mut wav = head(FORM, u32::try_from(samples.len()).unwrap());
        wav.extend_from_slice(samples);
        wav
    }

    #[tokio::test]
    async fn recordings_follow_each_other_without_a_gap() {
        let mut joined = Joined::new().unwrap();
        joined.add(&recording(&[1, 2, 3, 4])).unwrap();
        joined.add(&recording(&[5, 6])).unwrap();
        let pieces: Vec<Bytes> = joined.pieces().unwrap().try_collect().await.unwrap();
        assert_eq!(pieces.concat(), recording(&[1, 2, 3, 4, 5, 6]));
    }

    #[test]
    fn what_is_no_recording_or_another_kind_is_refused() {
        let mut joined = Joined::new().unwrap();
        assert!(joined.add(b"ID3 something").is_err());
        assert!(joined.add(&recording(&[1, 2])[..30]).is_err());
        joined.add(&recording(&[1, 2])).unwrap();
        let mut other = recording(&[1, 2]);
        other[22] = 2;
        assert!(joined.add(&other).is_err());
    }
}
