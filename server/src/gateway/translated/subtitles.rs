//! Sentences with their times, as text files and as OpenAI's protocol tells of them.

use std::fmt::Write as _;

use bailian::audio::{Transcript, TranscriptSentence};
use serde_json::{Value, json};

/// `SubRip`: times with commas, each piece numbered.
pub(super) fn srt(transcript: &Transcript) -> String {
    let mut out = String::new();
    for (place, sentence) in sentences(transcript).enumerate() {
        let (begin, end) = (moment(begin(sentence), ','), moment(end(sentence), ','));
        let _ = write!(
            out,
            "{}\n{begin} --> {end}\n{}\n\n",
            place + 1,
            line(sentence)
        );
    }
    out
}

/// `WebVTT`.
pub(super) fn vtt(transcript: &Transcript) -> String {
    let mut out = String::from("WEBVTT\n\n");
    for sentence in sentences(transcript) {
        let (begin, end) = (moment(begin(sentence), '.'), moment(end(sentence), '.'));
        // An arrow in the words would begin another piece.
        let words = line(sentence).replace("-->", "→");
        let _ = write!(out, "{begin} --> {end}\n{words}\n\n");
    }
    out
}

/// With segments, and words where they are wanted.
pub(super) fn verbose(transcript: &Transcript, language: Option<&str>, with_words: bool) -> Value {
    let duration = transcript.properties.as_ref();
    let duration = duration.and_then(|found| found.original_duration_in_milliseconds);
    let last = sentences(transcript).map(end).max().unwrap_or(0);
    let segments: Vec<_> = sentences(transcript)
        .enumerate()
        .map(|(id, sentence)| {
            json!({
                "id": id,
                "start": seconds(begin(sentence)),
                "end": seconds(end(sentence)),
                "text": sentence.text,
            })
        })
        .collect();
    let spoken = sentences(transcript).find_map(|sentence| sentence.language.as_deref());
    let mut answer = json!({
        "task": "transcribe",
        "language": language.or(spoken),
        "duration": seconds(duration.unwrap_or(last)),
        "text": transcript.text(),
        "segments": segments,
    });
    if with_words {
        let words = sentences(transcript).flat_map(|sentence| &sentence.words);
        answer["words"] = words
            .map(|word| {
                json!({
                    "word": word.text.trim(),
                    "start": seconds(word.begin_time.unwrap_or(0)),
                    "end": seconds(word.end_time.unwrap_or(0)),
                })
            })
            .collect();
    }
    answer
}

/// Those of all channels, in the order of time.
fn sentences(transcript: &Transcript) -> impl Iterator<Item = &TranscriptSentence> {
    let channels = transcript.transcripts.iter();
    let mut all: Vec<_> = channels.flat_map(|channel| &channel.sentences).collect();
    all.sort_by_key(|sentence| begin(sentence));
    all.into_iter()
}

fn begin(sentence: &TranscriptSentence) -> u64 {
    sentence.begin_time.unwrap_or(0)
}

fn end(sentence: &TranscriptSentence) -> u64 {
    sentence.end_time.unwrap_or(0).max(begin(sentence))
}

/// An empty line would end the piece.
fn line(sentence: &TranscriptSentence) -> String {
    let lines = sentence.text.lines().filter(|line| !line.trim().is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn moment(ms: u64, point: char) -> String {
    let (hours, minutes) = (ms / 3_600_000, ms / 60_000 % 60);
    format!(
        "{hours:02}:{minutes:02}:{:02}{point}{:03}",
        ms / 1_000 % 60,
        ms % 1_000
    )
}

fn seconds(ms: u64) -> f64 {
    std::time::Duration::from_millis(ms).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript() -> Transcript {
        let of = json!({ "transcripts": [
            { "text": "One --> two.\n\nThree.", "sentences": [
                { "begin_time": 3_723_004, "end_time": 3_724_000, "text": "Three." },
                { "begin_time": 240, "end_time": 1_720, "text": "One --> two.\n\n", "words": [{ "begin_time": 240, "end_time": 500, "text": "One " }] },
            ] },
        ] });
        serde_json::from_value(of).unwrap()
    }

    #[test]
    fn pieces_stand_in_the_order_of_time_and_none_breaks_another() {
        assert_eq!(
            srt(&transcript()),
            "1\n00:00:00,240 --> 00:00:01,720\nOne --> two.\n\n2\n01:02:03,004 --> 01:02:04,000\nThree.\n\n"
        );
        assert_eq!(
            vtt(&transcript()),
            "WEBVTT\n\n00:00:00.240 --> 00:00:01.720\nOne → two.\n\n01:02:03.004 --> 01:02:04.000\nThree.\n\n"
        );
        let verbose = verbose(&transcript(), Some("en"), true);
        assert_eq!(verbose["segments"][0]["start"], 0.24);
        assert_eq!(verbose["duration"], 3_724.0);
        assert_eq!(
            verbose["words"],
            json!([{ "word": "One", "start": 0.24, "end": 0.5 }])
        );
    }
}
