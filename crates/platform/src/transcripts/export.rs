//! Transcripts as files to take along: pure functions of what the page shows.

mod document;
mod subtitles;

use std::fmt::Write as _;

use model::{
    TranscriptId,
    transcript::{ExportFormat, Sentence, TranscriptView},
};

use super::{Transcripts, listing::called};
use crate::{
    Error,
    identity::Caller,
    written::{file_name, plain_markdown as plain},
};

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// What it is called.
    pub name: String,
    /// Its type.
    pub mime: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Transcripts {
    /// One of the caller's transcripts as a file, with its translation into that language if it has one. `chinese` says in which
    /// language headings are.
    #[tracing::instrument(name = "api.transcripts.export", skip_all, fields(transcript.id = %id))]
    pub async fn export(
        &self,
        caller: &Caller,
        id: TranscriptId,
        format: ExportFormat,
        translation: Option<&str>,
        chinese: bool,
    ) -> Result<Exported, Error> {
        let view = self.view(caller, id, translation).await?;
        let bytes = match format {
            ExportFormat::Txt => text(&view, chinese).into_bytes(),
            ExportFormat::Srt => subtitles::srt(&view.sentences).into_bytes(),
            ExportFormat::Vtt => subtitles::vtt(&view, chinese).into_bytes(),
            ExportFormat::Markdown => markdown(&view, chinese).into_bytes(),
            ExportFormat::Json => serde_json::to_vec_pretty(&view).unwrap_or_default(),
            ExportFormat::Docx => document::docx(&view, chinese)?,
        };
        Ok(Exported {
            name: format!(
                "{}.{}",
                file_name(&view.line.title, "transcript"),
                format.as_str()
            ),
            mime: format.mime(),
            bytes,
        })
    }
}

/// Headings in both languages.
struct Headings {
    summary: &'static str,
    key_points: &'static str,
    chapters: &'static str,
    actions: &'static str,
    questions: &'static str,
    text: &'static str,
}

fn headings(chinese: bool) -> Headings {
    if chinese {
        Headings {
            summary: "摘要",
            key_points: "要点",
            chapters: "章节",
            actions: "待办事项",
            questions: "问答",
            text: "逐字稿",
        }
    } else {
        Headings {
            summary: "Summary",
            key_points: "Key points",
            chapters: "Chapters",
            actions: "Action items",
            questions: "Questions and answers",
            text: "Transcript",
        }
    }
}

/// `1:02:03`.
fn clock(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    format!(
        "{}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// What one voice says before another one speaks.
struct Turn<'a> {
    begin_ms: i64,
    speaker: Option<String>,
    sentences: Vec<&'a Sentence>,
}

impl Turn<'_> {
    fn joined(&self, part: impl Fn(&Sentence) -> Option<&str>) -> String {
        let mut joined = String::new();
        for text in self.sentences.iter().filter_map(|sentence| part(sentence)) {
            let ends_plain = joined.chars().last().is_some_and(|c| c.is_ascii());
            if ends_plain && !joined.ends_with(' ') {
                joined.push(' ');
            }
            joined.push_str(text.trim());
        }
        joined
    }

    fn text(&self) -> String {
        self.joined(|sentence| Some(&sentence.text))
    }

    fn translation(&self) -> Option<String> {
        Some(self.joined(|sentence| sentence.translation.as_deref()))
            .filter(|text| !text.is_empty())
    }
}

/// A turn has so many sentences at most, so that a lecture has paragraphs.
const PARAGRAPH: usize = 8;

fn turns(view: &TranscriptView, chinese: bool) -> Vec<Turn<'_>> {
    let mut turns: Vec<Turn<'_>> = Vec::new();
    let mut voice = None;
    for sentence in &view.sentences {
        let goes_on = voice == Some(sentence.speaker);
        match turns.last_mut() {
            Some(turn) if goes_on && turn.sentences.len() < PARAGRAPH => {
                turn.sentences.push(sentence);
            }
            _ => turns.push(Turn {
                begin_ms: sentence.begin_ms,
                speaker: sentence
                    .speaker
                    .map(|id| called(&view.speakers, id, chinese)),
                sentences: vec![sentence],
            }),
        }
        voice = Some(sentence.speaker);
    }
    turns
}

// Writing into a text can't fail, so what `write!` says is not asked.

fn text(view: &TranscriptView, chinese: bool) -> String {
    let mut text = format!("{}\n\n", view.line.title);
    for turn in turns(view, chinese) {
        let _ = write!(text, "[{}]", clock(turn.begin_ms));
        if let Some(speaker) = &turn.speaker {
            let _ = write!(text, " {speaker}");
        }
        let _ = writeln!(text, "\n{}", turn.text());
        if let Some(translation) = turn.translation() {
            let _ = writeln!(text, "{translation}");
        }
        text.push('\n');
    }
    text
}

fn markdown(view: &TranscriptView, chinese: bool) -> String {
    let say = headings(chinese);
    let notes = &view.notes;
    let mut text = format!("# {}\n", plain(&view.line.title));
    if !notes.summary.is_empty() {
        let _ = write!(text, "\n## {}\n\n{}\n", say.summary, plain(&notes.summary));
    }
    let mut list = |heading: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = write!(text, "\n## {heading}\n\n");
            for line in lines {
                let _ = writeln!(text, "{line}");
            }
        }
    };
    let points = notes
        .key_points
        .iter()
        .map(|point| format!("- {}", plain(point)));
    list(say.key_points, points.collect());
    let chapters = notes.chapters.iter().map(|chapter| {
        let (title, summary) = (plain(&chapter.title), plain(&chapter.summary));
        format!("- **{} {title}** {summary}", clock(chapter.begin_ms))
    });
    list(say.chapters, chapters.collect());
    let actions = notes.actions.iter().map(|action| {
        let aside = [&action.who, &action.due]
            .into_iter()
            .filter(|text| !text.is_empty());
        let aside: Vec<String> = aside.map(|text| plain(text)).collect();
        let aside = if aside.is_empty() {
            String::new()
        } else {
            format!(" ({})", aside.join(", "))
        };
        format!("- [ ] {}{aside}", plain(&action.text))
    });
    list(say.actions, actions.collect());
    let questions = notes.questions.iter().map(|asked| {
        format!(
            "- **{}**\n  {}",
            plain(&asked.question),
            plain(&asked.answer)
        )
    });
    list(say.questions, questions.collect());
    let _ = write!(text, "\n## {}\n", say.text);
    for turn in turns(view, chinese) {
        let _ = write!(text, "\n**{}", clock(turn.begin_ms));
        if let Some(speaker) = &turn.speaker {
            let _ = write!(text, " {}", plain(speaker));
        }
        let _ = writeln!(text, "**\n\n{}", plain(&turn.text()));
        if let Some(translation) = turn.translation() {
            let _ = writeln!(text, "\n> {}", plain(&translation));
        }
    }
    text
}

#[cfg(test)]
pub(super) mod tests {
    use model::{
        Millis, TranscriptId,
        transcript::{
            ActionItem, Chapter, Notes, NotesState, Participant, TranscriptLine, TranscriptState,
            TranscriptStep, WordTime,
        },
    };

    use super::*;

    /// A meeting of two voices.
    pub(crate) fn meeting() -> TranscriptView {
        let sentence = |id: u32, begin_ms, end_ms, speaker, text: &str| Sentence {
            id,
            begin_ms,
            end_ms,
            speaker: Some(speaker),
            text: text.to_owned(),
            words: vec![WordTime(
                u32::try_from(begin_ms).unwrap(),
                u32::try_from(end_ms).unwrap(),
                u32::try_from(text.chars().count()).unwrap(),
            )],
            version: 0,
            translation: None,
        };
        TranscriptView {
            line: TranscriptLine {
                id: TranscriptId::from_uuid(uuid::Uuid::nil()),
                title: "周会: 1/2".to_owned(),
                state: TranscriptState::Ready,
                step: TranscriptStep::Ended,
                job: None,
                failure: None,
                language: "zh".to_owned(),
                duration_ms: 5_000,
                sentences: 3,
                notes: NotesState::Ready,
                cost: None,
                created_at: Millis::new(0),
                hit: None,
            },
            file: None,
            mime: None,
            version: 0,
            speakers: vec![
                Participant {
                    id: 0,
                    name: "林".to_owned(),
                },
                Participant {
                    id: 1,
                    name: String::new(),
                },
            ],
            sentences: vec![
                sentence(0, 0, 1_500, 0, "我们开始吧。"),
                sentence(1, 1_600, 3_000, 0, "Ready?"),
                sentence(2, 3_100, 5_000, 1, "好的 <b> & 走。"),
            ],
            notes: Notes {
                summary: "开会 *了*。".to_owned(),
                key_points: vec!["上线".to_owned()],
                chapters: vec![Chapter {
                    title: "开场".to_owned(),
                    summary: "问候".to_owned(),
                    begin_ms: 0,
                }],
                actions: vec![ActionItem {
                    text: "写文档".to_owned(),
                    who: "林".to_owned(),
                    ..ActionItem::default()
                }],
                ..Notes::default()
            },
            notes_failure: None,
            translations: Vec::new(),
            translation: None,
            translating: NotesState::None,
        }
    }

    #[test]
    fn text_has_a_paragraph_for_each_voice() {
        let text = text(&meeting(), true);
        assert_eq!(
            text,
            "周会: 1/2\n\n[0:00:00] 林\n我们开始吧。Ready?\n\n[0:00:03] 说话人 2\n好的 <b> & 走。\n\n"
        );
    }

    #[test]
    fn markdown_has_the_notes_and_means_what_was_said() {
        let text = markdown(&meeting(), false);
        for line in [
            "# 周会: 1/2",
            "## Summary\n\n开会 \\*了\\*。",
            "- **0:00:00 开场** 问候",
            "- [ ] 写文档 (林)",
            "**0:00:03 Speaker 2**\n\n好的 \\<b\\> & 走。",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }

    #[test]
    fn a_translation_stands_below_what_was_said() {
        let mut meeting = meeting();
        meeting.sentences[2].translation = Some("Fine, let us go.".to_owned());
        assert!(text(&meeting, true).ends_with("好的 <b> & 走。\nFine, let us go.\n\n"));
        assert!(markdown(&meeting, true).contains("\n> Fine, let us go.\n"));
    }
}
