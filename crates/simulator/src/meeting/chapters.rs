//! Chapters of a meeting, of which summaries and mind maps are made too.

use super::record::{Paragraph, Record};

/// How fine chapters are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Granularity {
    Coarse,
    General,
    #[default]
    Meticulous,
}

impl Granularity {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Coarse" => Self::Coarse,
            "General" => Self::General,
            "Meticulous" => Self::Meticulous,
            _ => return None,
        })
    }

    /// Paragraphs of one chapter.
    fn paragraphs(self) -> usize {
        match self {
            Self::Coarse => 8,
            Self::General => 4,
            Self::Meticulous => 2,
        }
    }
}

/// How long a headline may be, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TitleLength {
    Short,
    Normal,
    #[default]
    Long,
}

impl TitleLength {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Short" => Self::Short,
            "Normal" => Self::Normal,
            "Long" => Self::Long,
            _ => return None,
        })
    }

    fn characters(self) -> usize {
        match self {
            Self::Short => 8,
            Self::Normal => 15,
            Self::Long => 30,
        }
    }
}

/// A part of a meeting. Times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chapter {
    pub(crate) begin: u64,
    pub(crate) end: u64,
    pub(crate) headline: String,
    pub(crate) summary: String,
}

/// The chapters of a meeting; the first begins with it, the last ends with it.
pub(crate) fn of(record: &Record, granularity: Granularity, length: TitleLength) -> Vec<Chapter> {
    let parts: Vec<&[Paragraph]> = record.paragraphs.chunks(granularity.paragraphs()).collect();
    let begins: Vec<u64> = parts
        .iter()
        .enumerate()
        .map(|(at, part)| {
            if at == 0 {
                0
            } else {
                part.first().map_or(0, Paragraph::begin)
            }
        })
        .collect();
    let end = |at: usize| begins.get(at + 1).copied().unwrap_or(record.duration);
    parts
        .iter()
        .enumerate()
        .map(|(at, part)| {
            let texts: Vec<String> = part
                .iter()
                .flat_map(|paragraph| &paragraph.sentences)
                .map(crate::hearing::Sentence::text)
                .collect();
            Chapter {
                begin: begins[at],
                end: end(at),
                headline: headline(
                    texts.first().map_or("", String::as_str),
                    length.characters(),
                ),
                summary: shortened(&texts),
            }
        })
        .collect()
}

/// The words up to the first punctuation.
pub(crate) fn headline(sentence: &str, characters: usize) -> String {
    let clause = sentence
        .split(['，', '。', '！', '？', ',', '.', '!', '?'])
        .next();
    clause
        .unwrap_or_default()
        .trim()
        .chars()
        .take(characters)
        .collect()
}

/// The first and the last of several sentences.
pub(crate) fn shortened(sentences: &[String]) -> String {
    match sentences {
        [] => String::new(),
        [only] => only.clone(),
        [first, .., last] => format!("{first}{last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Granularity, TitleLength, of};
    use crate::meeting::Record;

    #[test]
    fn chapters_cover_the_whole_meeting() {
        let lines: Vec<String> = (0..9)
            .map(|line| format!("发言人{}: 第{line}件事情，我们继续。", line % 2))
            .collect();
        let record = Record::of_text(&lines.join("\n"));
        let chapters = of(&record, Granularity::General, TitleLength::Short);
        assert_eq!(chapters.len(), 3);
        assert_eq!((chapters[0].begin, chapters[2].end), (0, record.duration));
        assert!(chapters.windows(2).all(|pair| pair[0].end == pair[1].begin));
        assert_eq!(chapters[0].headline, "第0件事情");
        assert!(of(&Record::default(), Granularity::Coarse, TitleLength::Long).is_empty());
    }
}
