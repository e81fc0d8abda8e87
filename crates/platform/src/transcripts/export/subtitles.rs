//! Subtitles: short cues of one or two lines, cut where words end, long enough to be read and never over one another.

use std::fmt::Write as _;

use model::transcript::{Sentence, TranscriptView};

use crate::transcripts::{listing::called, words::is_wide};

/// The width of a line, in Latin letters; a Chinese character is as wide as two.
const LINE: usize = 42;
/// Lines of a cue.
const LINES: usize = 2;
/// A cue is shown for so long at most and, where there is room, at least.
const LONGEST_MS: i64 = 7_000;
const SHORTEST_MS: i64 = 1_000;
/// Between two cues, so that a change is seen.
const GAP_MS: i64 = 80;

/// What is shown at a time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cue {
    begin_ms: i64,
    end_ms: i64,
    lines: Vec<String>,
    speaker: Option<u32>,
}

/// `SubRip`.
pub(super) fn srt(sentences: &[Sentence]) -> String {
    let mut text = String::new();
    for (number, cue) in (1..).zip(cues(sentences)) {
        let (begin, end) = (stamp(cue.begin_ms, ','), stamp(cue.end_ms, ','));
        // Writing into a text can't fail.
        let _ = write!(
            text,
            "{number}\n{begin} --> {end}\n{}\n\n",
            cue.lines.join("\n")
        );
    }
    text
}

/// `WebVTT`, with voices.
pub(super) fn vtt(view: &TranscriptView, chinese: bool) -> String {
    let mut text = "WEBVTT\n\n".to_owned();
    for cue in cues(&view.sentences) {
        let (begin, end) = (stamp(cue.begin_ms, '.'), stamp(cue.end_ms, '.'));
        let lines = escaped(&cue.lines.join("\n"));
        let lines = match cue.speaker {
            None => lines,
            Some(id) => {
                let name = called(&view.speakers, id, chinese).replace(['\n', '>', '&', '<'], " ");
                format!("<v {name}>{lines}")
            }
        };
        let _ = write!(text, "{begin} --> {end}\n{lines}\n\n");
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn stamp(ms: i64, before_fraction: char) -> String {
    let (seconds, fraction) = (ms / 1000, ms % 1000);
    format!(
        "{:02}:{:02}:{:02}{before_fraction}{fraction:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// The sentences as cues.
pub(super) fn cues(sentences: &[Sentence]) -> Vec<Cue> {
    let mut cues: Vec<Cue> = sentences.iter().flat_map(of_sentence).collect();
    for place in 0..cues.len() {
        let next = cues.get(place + 1).map(|next| next.begin_ms);
        let cue = &mut cues[place];
        cue.end_ms = cue.end_ms.max(cue.begin_ms + SHORTEST_MS);
        if let Some(next) = next {
            cue.end_ms = cue.end_ms.min(next - GAP_MS);
        }
        // Two that are said at the same time are shown one after the other.
        cue.end_ms = cue.end_ms.max(cue.begin_ms + 1);
    }
    cues
}

/// A word with the time in which it is said.
type Spoken<'a> = (i64, i64, &'a str);

fn of_sentence(sentence: &Sentence) -> Vec<Cue> {
    let spoken = spoken(sentence);
    let mut cues = Vec::new();
    let mut taken: Vec<Spoken<'_>> = Vec::new();
    for word in spoken {
        if let Some(first) = taken.first() {
            let with: String = taken
                .iter()
                .chain([&word])
                .map(|(_, _, text)| *text)
                .collect();
            let is_full = lines_of(with.trim()).len() > LINES || word.1 - first.0 > LONGEST_MS;
            if is_full {
                let cut = cut(&taken);
                let rest = taken.split_off(cut);
                cues.extend(cue(&taken, sentence.speaker));
                taken = rest;
            }
        }
        taken.push(word);
    }
    cues.extend(cue(&taken, sentence.speaker));
    cues
}

/// The words; without times they share the sentence's.
fn spoken(sentence: &Sentence) -> Vec<Spoken<'_>> {
    if !sentence.words.is_empty() {
        let words = sentence.spoken();
        return words
            .map(|(time, text)| (i64::from(time.0), i64::from(time.1), text))
            .collect();
    }
    let text = sentence.text.as_str();
    let count = i64::try_from(text.chars().count().max(1)).unwrap_or(1);
    let at = |place: i64| sentence.begin_ms + (sentence.end_ms - sentence.begin_ms) * place / count;
    let mut words: Vec<Spoken<'_>> = Vec::new();
    let mut begin = (0, 0);
    for ((place, (byte, c)), next) in (0_i64..)
        .zip(text.char_indices())
        .zip(text.chars().skip(1).map(Some).chain([None]))
    {
        let ends =
            next.is_none_or(|next| c.is_whitespace() || (next.is_alphanumeric() && is_wide(next)));
        if ends {
            let end = byte + c.len_utf8();
            words.push((at(begin.0), at(place + 1), &text[begin.1..end]));
            begin = (place + 1, end);
        }
    }
    words
}

/// Where a cue that is full ends: behind the last mark of its second half, or behind its last word.
fn cut(words: &[Spoken<'_>]) -> usize {
    let is_mark = |(_, _, text): &Spoken<'_>| {
        let last = text.trim_end().chars().last();
        last.is_some_and(|c| "，。！？；：、,.!?;:…".contains(c))
    };
    let half = words.len() / 2;
    let found = words[half..].iter().rposition(is_mark);
    found.map_or(words.len(), |place| half + place + 1)
}

fn cue(words: &[Spoken<'_>], speaker: Option<u32>) -> Option<Cue> {
    let (first, last) = (words.first()?, words.last()?);
    let text: String = words.iter().map(|(_, _, text)| *text).collect();
    let lines = lines_of(text.trim());
    (!lines.is_empty()).then_some(Cue {
        begin_ms: first.0,
        end_ms: last.1.max(first.0),
        lines,
        speaker,
    })
}

fn width(c: char) -> usize {
    if is_wide(c) || "，。！？；：、“”‘’（）《》…".contains(c) {
        2
    } else {
        1
    }
}

/// The text in lines; two are about as long as each other. A word that is longer than a line is cut.
fn lines_of(text: &str) -> Vec<String> {
    let total: usize = text.chars().map(width).sum();
    let count = total.div_ceil(LINE).max(1);
    let wanted = if count == LINES {
        (total.div_ceil(LINES) + 4).min(LINE)
    } else {
        LINE
    };
    let lines = wrapped(text, wanted);
    // Evenly is not always possible in as many lines.
    if lines.len() > count {
        wrapped(text, LINE)
    } else {
        lines
    }
}

fn wrapped(text: &str, most: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut lines, mut begin) = (Vec::new(), 0);
    while begin < chars.len() {
        while begin < chars.len() && chars[begin].is_whitespace() {
            begin += 1;
        }
        let (mut end, mut used, mut good) = (begin, 0, None);
        while end < chars.len() && used + width(chars[end]) <= most {
            used += width(chars[end]);
            end += 1;
            if end == chars.len() || may_break(chars[end - 1], chars[end]) {
                good = Some(end);
            }
        }
        let end = good.unwrap_or(end.max(begin + 1)).min(chars.len());
        let line: String = chars[begin..end].iter().collect();
        if !line.trim().is_empty() {
            lines.push(line.trim().to_owned());
        }
        begin = end;
    }
    lines
}

/// Whether a line may end between the two: at a space, or beside a Chinese character, but never before a mark that ends.
fn may_break(before: char, after: char) -> bool {
    if "，。！？；：、,.!?;:…”’）》)".contains(after) || "“‘（《(".contains(before)
    {
        return false;
    }
    before.is_whitespace()
        || after.is_whitespace()
        || is_wide(before)
        || is_wide(after)
        || width(before) == 2
}

#[cfg(test)]
mod tests {
    use model::transcript::WordTime;

    use super::*;
    use crate::transcripts::export::tests::meeting;

    fn sentence(begin_ms: i64, end_ms: i64, text: &str) -> Sentence {
        Sentence {
            id: 0,
            begin_ms,
            end_ms,
            speaker: None,
            text: text.to_owned(),
            words: Vec::new(),
            version: 0,
            translation: None,
        }
    }

    #[test]
    fn subrip_and_webvtt_are_written_as_players_read_them() {
        assert_eq!(
            srt(&meeting().sentences),
            "1\n00:00:00,000 --> 00:00:01,500\n我们开始吧。\n\n2\n00:00:01,600 --> 00:00:03,000\nReady?\n\n\
             3\n00:00:03,100 --> 00:00:05,000\n好的 <b> & 走。\n\n"
        );
        let vtt = vtt(&meeting(), false);
        assert!(vtt.starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n<v 林>我们开始吧。\n\n"));
        assert!(vtt.contains("<v Speaker 2>好的 &lt;b&gt; &amp; 走。"));
    }

    #[test]
    fn lines_are_as_wide_as_they_may_be_in_both_scripts() {
        let chinese = "我们今天讨论下个季度的产品计划，包括图像生成、语音合成，以及会议转写三个方向，预计七月完成第一版。";
        let english = "We are going to look at the plan of the next quarter today, with its three directions, \
            and after that everybody says what they need from the others.";
        for text in [chinese, english] {
            for cue in cues(&[sentence(0, 20_000, text)]) {
                assert!(cue.lines.len() <= LINES, "{cue:?}");
                for line in &cue.lines {
                    assert!(line.chars().map(width).sum::<usize>() <= LINE, "{line}");
                    assert!(!line.starts_with(['，', '。', ',']), "{line}");
                }
                assert!(cue.end_ms - cue.begin_ms <= LONGEST_MS, "{cue:?}");
            }
            let whole: String = cues(&[sentence(0, 20_000, text)])
                .iter()
                .flat_map(|cue| cue.lines.join(" ").chars().collect::<Vec<_>>())
                .filter(|c| !c.is_whitespace())
                .collect();
            assert_eq!(whole, text.split_whitespace().collect::<String>());
        }
    }

    #[test]
    fn cues_stay_long_enough_and_never_overlap() {
        let found = cues(&[
            sentence(0, 200, "嗯。"),
            sentence(600, 700, "对。"),
            sentence(650, 5_000, "开始。"),
        ]);
        assert_eq!((found[0].begin_ms, found[0].end_ms), (0, 520));
        assert!(found[1].end_ms > found[1].begin_ms && found[1].end_ms <= 651);
        assert_eq!(found[2].end_ms, 5_000);
        assert_eq!(cues(&[sentence(0, 100, "完。")])[0].end_ms, 1_000);
        assert!(cues(&[]).is_empty());
    }

    #[test]
    fn a_cue_ends_where_words_end() {
        let mut long = sentence(0, 12_000, "one, two three four");
        long.words = vec![
            WordTime(0, 2_000, 5),
            WordTime(2_000, 5_000, 4),
            WordTime(5_000, 9_000, 6),
            WordTime(9_000, 12_000, 4),
        ];
        let cues = cues(&[long]);
        let lines: Vec<_> = cues.iter().map(|cue| cue.lines.join("|")).collect();
        assert_eq!(lines, ["one, two", "three four"]);
        assert_eq!(cues[1].begin_ms, 5_000);
    }
}
