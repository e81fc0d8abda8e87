//! What steps, functions, styles and shapes are called.

use model::{EditFunction, FailureCode, JobKind, JobState, Making, MakingStep, SpeechFormat};

use crate::language::Words;

impl Words {
    /// What a making does at the moment, or how it ended.
    pub fn making_step(&self, making: &Making) -> &'static str {
        if making.cancel_asked && !making.state.is_final() {
            return self.making_stopping;
        }
        match making.state {
            JobState::Succeeded => self.making_done,
            JobState::Failed => self.making_failed,
            JobState::Cancelled => self.making_cancelled,
            JobState::Queued | JobState::Running => match making.step {
                MakingStep::Waiting => self.making_waiting,
                MakingStep::Asking => self.making_asking,
                MakingStep::Pending => self.making_pending,
                MakingStep::Working | MakingStep::Ended => self.making_working,
                MakingStep::Fetching => self.making_fetching,
            },
        }
    }

    /// What a kind of works is called.
    pub fn work_kind(&self, kind: JobKind) -> &'static str {
        match kind {
            JobKind::Image => self.images,
            JobKind::Video => self.videos,
            JobKind::Speech => self.speech,
            JobKind::Transcript => self.transcripts,
        }
    }

    /// What one such work is called.
    pub fn one_work(&self, kind: JobKind) -> &'static str {
        match kind {
            JobKind::Image => self.one_image,
            JobKind::Video => self.one_video,
            JobKind::Speech => self.one_speech,
            JobKind::Transcript => self.one_transcript,
        }
    }

    /// What is done with an image.
    pub fn edit_function(&self, function: EditFunction) -> &'static str {
        match function {
            EditFunction::Describe => self.edit_describe,
            EditFunction::DescribeMasked => self.edit_masked,
            EditFunction::Restyle => self.edit_restyle,
            EditFunction::RestyleLocally => self.edit_restyle_locally,
            EditFunction::RemoveMarks => self.edit_remove_marks,
            EditFunction::Expand => self.edit_expand,
            EditFunction::Enlarge => self.edit_enlarge,
            EditFunction::Colorize => self.edit_colorize,
            EditFunction::Sketch => self.edit_sketch,
        }
    }

    /// What to write for it.
    pub fn edit_hint(&self, function: EditFunction) -> &'static str {
        match function {
            EditFunction::Describe => self.edit_describe_hint,
            EditFunction::DescribeMasked => self.edit_masked_hint,
            EditFunction::Restyle => self.edit_restyle_hint,
            EditFunction::RestyleLocally => self.edit_restyle_locally_hint,
            EditFunction::RemoveMarks => self.edit_remove_marks_hint,
            EditFunction::Expand => self.edit_expand_hint,
            EditFunction::Enlarge => self.edit_enlarge_hint,
            EditFunction::Colorize => self.edit_colorize_hint,
            EditFunction::Sketch => self.edit_sketch_hint,
        }
    }

    /// What a style is called; its own name where there is no better one.
    pub fn style_name(&self, style: &str) -> String {
        match style {
            "<auto>" => self.style_auto,
            "<photography>" => self.style_photography,
            "<portrait>" => self.style_portrait,
            "<3d cartoon>" => self.style_cartoon,
            "<anime>" => self.style_anime,
            "<oil painting>" => self.style_oil,
            "<watercolor>" => self.style_watercolor,
            "<sketch>" => self.style_sketch,
            "<chinese painting>" => self.style_chinese,
            "<flat illustration>" => self.style_flat,
            other => return other.trim_matches(['<', '>']).to_owned(),
        }
        .to_owned()
    }

    /// Why there is nothing: a check of content is about a prompt here, and not about a question.
    pub fn refusal(&self, code: FailureCode) -> &'static str {
        match code {
            FailureCode::ContentRefused => self.refused_content,
            other => self.failure(other),
        }
    }

    /// What to do about a refusal, where more can be said than that it happened.
    pub fn advice(&self, code: FailureCode) -> Option<&'static str> {
        match code {
            FailureCode::ContentRefused => Some(self.advice_content),
            FailureCode::UpstreamThrottled | FailureCode::UpstreamTimeout => {
                Some(self.advice_later)
            }
            FailureCode::AnswerLost => Some(self.advice_lost),
            FailureCode::UpstreamInvalid => Some(self.advice_invalid),
            FailureCode::QuotaUsedUp => Some(self.advice_quota),
            _ => None,
        }
    }

    /// What a form of speech is called.
    pub const fn speech_format(&self, format: SpeechFormat) -> &'static str {
        match format {
            SpeechFormat::Mp3 => "MP3",
            SpeechFormat::Wav => "WAV",
            SpeechFormat::Opus => "Opus",
        }
    }
}

/// Width to height, as people call it: the nearest usual ratio, or the exact one.
pub fn ratio(width: u32, height: u32) -> String {
    const USUAL: [(u32, u32); 9] = [
        (1, 1),
        (4, 3),
        (3, 4),
        (3, 2),
        (2, 3),
        (16, 9),
        (9, 16),
        (21, 9),
        (9, 21),
    ];
    let exact = f64::from(width) / f64::from(height.max(1));
    let near = USUAL.iter().find(|(wide, high)| {
        let usual = f64::from(*wide) / f64::from(*high);
        (exact / usual - 1.0).abs() < 0.02
    });
    near.map_or_else(
        || format!("{width}:{height}"),
        |(wide, high)| format!("{wide}:{high}"),
    )
}

/// A ratio or a size as width and height: `16:9`, `1280x720`.
pub fn parts(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once([':', 'x'])?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

/// Bytes as people read them: `512 B`, `1.4 MB`.
pub fn bytes(count: i64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let (mut tenths, mut unit) = (count.max(0) * 10, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1_000;
        unit += 1;
    }
    if unit == 0 || tenths >= 1_000 || tenths % 10 == 0 {
        format!("{} {}", tenths / 10, UNITS[unit])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, ratio};

    #[test]
    fn a_shape_is_called_as_people_call_it() {
        for (size, expected) in [
            ((1024, 1024), "1:1"),
            ((1280, 720), "16:9"),
            ((1696, 960), "16:9"),
            ((1104, 1472), "3:4"),
            ((1000, 270), "1000:270"),
        ] {
            assert_eq!(ratio(size.0, size.1), expected);
        }
    }

    #[test]
    fn bytes_are_short() {
        for (count, expected) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_400_000, "1.4 MB"),
            (10_737_418_240, "10.7 GB"),
            (250_000_000, "250 MB"),
        ] {
            assert_eq!(bytes(count), expected);
        }
    }
}
