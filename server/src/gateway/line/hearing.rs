//! How long the sound is that a line of events is given to hear. Recognition states no figures on such a line, and is billed by
//! the second.

use platform::gateway::scan::Reported;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

/// Samples a second at least and at most; the most where a session does not say.
const HERTZ: (u64, u64) = (8_000, 16_000);

/// Bytes of a sample.
const SAMPLE: u64 = 2;

/// The sound that was sent.
#[derive(Debug)]
pub(super) struct Hearing {
    hertz: u64,
    /// Whether it is compressed, so that its bytes do not say how long it is.
    is_compressed: bool,
    /// Sound that is not compressed, in microseconds.
    plain: u64,
    /// When the first and the last of it came that is compressed: it is sent while it is spoken.
    compressed: Option<(Instant, Instant)>,
}

/// What matters of an event.
#[derive(Deserialize)]
struct Event {
    audio: Option<String>,
    session: Option<Value>,
}

impl Default for Hearing {
    fn default() -> Self {
        Self {
            hertz: HERTZ.1,
            is_compressed: false,
            plain: 0,
            compressed: None,
        }
    }
}

impl Hearing {
    /// Notes an event that the caller sends now.
    pub(super) fn note(&mut self, event: &[u8], now: Instant) {
        let Ok(event) = serde_json::from_slice::<Event>(event) else {
            // Somebody else may be able to read it.
            self.sound(event.len(), now);
            return;
        };
        if let Some(session) = event.session {
            if let Some(hertz) = session.get("sample_rate").and_then(Value::as_u64) {
                self.hertz = hertz.clamp(HERTZ.0, HERTZ.1);
            }
            if let Some(format) = session.get("input_audio_format").and_then(Value::as_str) {
                self.is_compressed = !format.starts_with("pcm");
            }
        }
        if let Some(audio) = event.audio {
            self.sound(audio.len(), now);
        }
    }

    /// So many letters of Base64.
    fn sound(&mut self, letters: usize, now: Instant) {
        if self.is_compressed {
            let first = self.compressed.map_or(now, |(first, _)| first);
            self.compressed = Some((first, now));
            return;
        }
        let bytes = letters as u64 / 4 * 3;
        let micros = bytes.saturating_mul(1_000_000) / (self.hertz * SAMPLE);
        self.plain = self.plain.saturating_add(micros);
    }

    /// It was booked: what follows is the next call's, in the session's format.
    pub(super) fn settle(&mut self) {
        self.plain = 0;
        self.compressed = None;
    }

    /// What is billed of it: each second that has begun.
    pub(super) fn reported(&self) -> Option<Reported> {
        let compressed = self.compressed.map_or(0, |(first, last)| {
            u64::try_from((last - first).as_micros()).unwrap_or(u64::MAX)
        });
        let micros = self.plain.saturating_add(compressed);
        let seconds = micros.div_ceil(1_000_000);
        (seconds > 0).then(|| Reported {
            media_ms: Some(seconds.saturating_mul(1_000)),
            ..Reported::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn append(letters: usize) -> Vec<u8> {
        let audio = "A".repeat(letters);
        let event = json!({ "type": "input_audio_buffer.append", "audio": audio });
        event.to_string().into_bytes()
    }

    fn session(format: &str, hertz: u64) -> Vec<u8> {
        let session = json!({ "input_audio_format": format, "sample_rate": hertz });
        let event = json!({ "type": "session.update", "session": session });
        event.to_string().into_bytes()
    }

    fn billed(hearing: &Hearing) -> Option<u64> {
        hearing.reported().and_then(|reported| reported.media_ms)
    }

    #[test]
    fn sound_is_as_long_as_its_bytes_say() {
        let (mut hearing, now) = (Hearing::default(), Instant::now());
        assert_eq!(billed(&hearing), None);
        hearing.note(br#"{"type":"input_audio_buffer.commit"}"#, now);
        assert_eq!(billed(&hearing), None);
        // 24,000 bytes are three quarters of a second.
        hearing.note(&append(32_000), now);
        assert_eq!(billed(&hearing), Some(1_000));
        hearing.note(&append(32_000), now);
        assert_eq!(billed(&hearing), Some(2_000));
        // And a second and a half with half as many samples.
        hearing.note(&session("pcm", 8_000), now);
        hearing.note(&append(32_000), now);
        assert_eq!(billed(&hearing), Some(3_000));
        // Nobody is believed that there are more of them.
        hearing.note(&session("pcm", 1_000_000), now);
        hearing.note(&append(64_000), now);
        assert_eq!(billed(&hearing), Some(5_000));
    }

    #[test]
    fn what_was_booked_is_heard_no_more() {
        let (mut hearing, now) = (Hearing::default(), Instant::now());
        hearing.note(&session("pcm", 8_000), now);
        for _ in 0..2 {
            hearing.note(&append(32_000), now);
            assert_eq!(billed(&hearing), Some(2_000));
            hearing.settle();
            assert_eq!(billed(&hearing), None);
        }
        hearing.note(&session("opus", 8_000), now);
        for _ in 0..2 {
            hearing.note(&append(100), now);
            hearing.note(&append(100), now + Duration::from_millis(500));
            assert_eq!(billed(&hearing), Some(1_000));
            hearing.settle();
            assert_eq!(billed(&hearing), None);
        }
    }

    #[test]
    fn what_can_be_read_otherwise_is_counted_whole() {
        let (mut hearing, now) = (Hearing::default(), Instant::now());
        let long = "A".repeat(64_000);
        let twice =
            format!(r#"{{"type":"input_audio_buffer.append","audio":"{long}","audio":""}}"#);
        hearing.note(twice.as_bytes(), now);
        assert_eq!(billed(&hearing), Some(2_000));
    }

    #[test]
    fn compressed_sound_is_as_long_as_it_was_sent() {
        let (mut hearing, now) = (Hearing::default(), Instant::now());
        hearing.note(&session("opus", 16_000), now);
        for ms in [0, 1_000, 2_500] {
            hearing.note(&append(100), now + Duration::from_millis(ms));
        }
        assert_eq!(billed(&hearing), Some(3_000));
    }
}
