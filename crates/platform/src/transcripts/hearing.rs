//! What the upstream heard becomes sentences with words, and voices.

use bailian::audio::{Transcript, TranscriptSentence};
use model::transcript::{Participant, WordTime};

use crate::store::NewSentence;

/// What was heard.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) sentences: Vec<NewSentence>,
    pub(super) speakers: Vec<Participant>,
    pub(super) duration_ms: i64,
    /// The language, where the upstream says it.
    pub(super) language: Option<String>,
}

/// The sentences of all channels in the order in which they are said.
pub(super) fn heard(transcript: Transcript) -> Heard {
    let length = transcript.properties.as_ref();
    let length = length.and_then(|file| file.original_duration_in_milliseconds);
    let channels = transcript.transcripts;
    let several = channels.len() > 1;
    let mut language = None;
    let mut sentences = Vec::new();
    for channel in channels {
        // Where voices are not told apart, each channel is one.
        let voice = channel.channel_id.filter(|_| several);
        for said in channel.sentences {
            language = language.or_else(|| said.language.clone());
            sentences.extend(sentence(&said, voice));
        }
    }
    sentences.sort_by_key(|sentence| (sentence.begin_ms, sentence.end_ms));
    let mut voices: Vec<u32> = sentences
        .iter()
        .filter_map(|sentence| sentence.speaker)
        .collect();
    voices.sort_unstable();
    voices.dedup();
    let speakers = voices.into_iter().map(|id| Participant {
        id,
        name: String::new(),
    });
    let last = sentences.iter().map(|sentence| sentence.end_ms).max();
    Heard {
        speakers: speakers.collect(),
        duration_ms: length.map_or(last.unwrap_or(0), as_ms),
        sentences,
        language,
    }
}

fn sentence(said: &TranscriptSentence, voice: Option<u64>) -> Option<NewSentence> {
    let (begin_ms, end_ms) = (
        said.begin_time.map_or(0, as_ms),
        said.end_time.map_or(0, as_ms),
    );
    let speaker = said.speaker_id.or(voice);
    let plain = |text: &str| text.replace(['\0', '\n', '\r'], " ");
    // The words are the text where there are any: then each is where it is said.
    let (mut text, mut words) = (String::new(), Vec::new());
    for word in &said.words {
        let written = plain(&format!("{}{}", word.text, word.punctuation));
        let (begin, end) = (
            word.begin_time.map_or(begin_ms, as_ms),
            word.end_time.map_or(end_ms, as_ms),
        );
        words.push(WordTime(
            as_u32(begin),
            as_u32(end.max(begin)),
            u32::try_from(written.chars().count()).unwrap_or(u32::MAX),
        ));
        text.push_str(&written);
    }
    let whole = plain(&said.text);
    // A filter changed the sentence and not its words: what is shown is the sentence.
    let same = |a: &str, b: &str| {
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        bare(a) == bare(b)
    };
    if !same(&text, &whole) && !whole.trim().is_empty() {
        whole.trim().clone_into(&mut text);
        words.clear();
    }
    let kept = text.trim_end().chars().count();
    trim(&mut words, kept);
    text.truncate(text.trim_end().len());
    (!text.trim().is_empty()).then_some(NewSentence {
        begin_ms,
        end_ms: end_ms.max(begin_ms),
        speaker: speaker.and_then(|id| u32::try_from(id).ok()),
        text,
        words,
    })
}

/// Takes what lies behind `length` characters from the last words.
fn trim(words: &mut [WordTime], length: usize) {
    let mut room = u32::try_from(length).unwrap_or(u32::MAX);
    for word in words {
        word.2 = word.2.min(room);
        room -= word.2;
    }
}

fn as_ms(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

fn as_u32(ms: i64) -> u32 {
    u32::try_from(ms).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Heard {
        heard(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn words_are_where_they_are_said_and_voices_are_told_apart() {
        let heard = read(
            r#"{"properties":{"original_duration_in_milliseconds":9000},"transcripts":[{"channel_id":0,"text":"x","sentences":[
            {"sentence_id":2,"begin_time":5000,"end_time":6000,"text":"Good evening.","speaker_id":1,"words":[{"begin_time":5000,"end_time":5400,"text":"Good ","punctuation":""},{"begin_time":5400,"end_time":6000,"text":"evening","punctuation":". "}]},
            {"sentence_id":1,"begin_time":140,"end_time":4040,"text":"欢迎收听。","speaker_id":0,"words":[{"begin_time":140,"end_time":520,"text":"欢迎","punctuation":""},{"begin_time":520,"end_time":4040,"text":"收听","punctuation":"。"}]}]}]}"#,
        );
        assert_eq!((heard.duration_ms, heard.speakers.len()), (9000, 2));
        let [first, second] = &heard.sentences[..] else {
            panic!("two sentences");
        };
        assert_eq!(
            (first.text.as_str(), first.speaker),
            ("欢迎收听。", Some(0))
        );
        assert_eq!(first.words, [WordTime(140, 520, 2), WordTime(520, 4040, 3)]);
        assert_eq!(second.text, "Good evening.");
        assert_eq!(
            second.words,
            [WordTime(5000, 5400, 5), WordTime(5400, 6000, 8)]
        );
    }

    #[test]
    fn what_was_filtered_or_has_no_words_is_still_read() {
        let heard = read(
            r#"{"transcripts":[{"channel_id":0,"text":"x","sentences":[
            {"begin_time":0,"end_time":900,"text":"**好。","words":[{"begin_time":0,"end_time":900,"text":"坏话好","punctuation":"。"}]},
            {"begin_time":900,"end_time":1000,"text":"  ","words":null}]}]}"#,
        );
        assert_eq!(heard.sentences.len(), 1);
        assert_eq!(heard.sentences[0].text, "**好。");
        assert!(heard.sentences[0].words.is_empty());
        assert_eq!((heard.duration_ms, heard.speakers.len()), (900, 0));
    }

    #[test]
    fn channels_are_voices_where_nobody_told_them_apart() {
        let heard = read(
            r#"{"transcripts":[{"channel_id":0,"text":"a","sentences":[{"begin_time":0,"end_time":9,"text":"a"}]},{"channel_id":1,"text":"b","sentences":[{"begin_time":3,"end_time":5,"text":"b"}]}]}"#,
        );
        let voices: Vec<_> = heard.sentences.iter().map(|said| said.speaker).collect();
        assert_eq!(voices, [Some(0), Some(1)]);
    }
}
