//! What things are called.

use model::transcript::{Participant, TranscriptLine, TranscriptState, TranscriptStep};

use crate::language::Words;

impl Words {
    /// What is done for a transcript now.
    pub fn transcript_step(&self, step: TranscriptStep) -> &'static str {
        match step {
            TranscriptStep::Waiting => self.transcript_waiting,
            TranscriptStep::Uploading => self.transcript_uploading,
            TranscriptStep::Asking | TranscriptStep::Pending => self.transcript_pending,
            TranscriptStep::Working => self.transcript_working,
            TranscriptStep::Fetching => self.transcript_fetching,
            TranscriptStep::Noting => self.transcript_noting,
            TranscriptStep::Translating => self.transcript_translating,
            TranscriptStep::Ended => "",
        }
    }

    /// Where a transcript is, in a word or two.
    pub fn transcript_state(&self, line: &TranscriptLine) -> &'static str {
        match line.state {
            TranscriptState::Failed => self.transcript_failed,
            TranscriptState::Cancelled => self.transcript_cancelled,
            TranscriptState::Making => self.transcript_step(line.step),
            TranscriptState::Ready if line.job.is_some() => self.transcript_step(line.step),
            TranscriptState::Ready => "",
        }
    }

    /// What a language is called.
    pub fn spoken_language(&self, code: &str) -> String {
        match code {
            "zh" => self.language_zh,
            "en" => self.language_en,
            "ja" => self.language_ja,
            "ko" => self.language_ko,
            "yue" => self.language_yue,
            "de" => self.language_de,
            "fr" => self.language_fr,
            "ru" => self.language_ru,
            "es" => self.language_es,
            other => return other.to_owned(),
        }
        .to_owned()
    }

    /// Who speaks.
    pub fn speaker_name(&self, speakers: &[Participant], id: u32) -> String {
        let known = speakers.iter().find(|speaker| speaker.id == id);
        match known.map(|speaker| speaker.name.as_str()) {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => self.speaker_number(&(id + 1).to_string()),
        }
    }
}

/// `1:02:03` or `2:03`.
pub fn clock(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn moments_are_written_as_players_do() {
        assert_eq!(
            (clock(3_723_999), clock(65_000), clock(-1)),
            ("1:02:03".into(), "1:05".into(), "0:00".into())
        );
    }
}
