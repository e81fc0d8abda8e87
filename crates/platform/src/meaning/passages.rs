//! Texts as a model reads them: short enough that each is about one thing.

use model::transcript::Sentence;

/// Characters of a passage at most, unless one sentence has more.
const PASSAGE: usize = 500;
/// Characters of a text at most; the rest is about the same.
const LONGEST: usize = 2_000;
/// Passages of a transcript at most: more than a day of speech.
const MOST: usize = 1_000;

/// A passage of a transcript.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Passage {
    /// The sentence with which it begins; `None` for what is about all of it.
    pub(super) sentence: Option<u32>,
    pub(super) text: String,
}

/// The beginning of a text; `None` where there is nothing to read.
pub(super) fn beginning(text: &str) -> Option<String> {
    let text: String = text.trim().chars().take(LONGEST).collect();
    (!text.is_empty()).then_some(text)
}

/// A transcript in passages: what it is called and about first, then what is said, sentence by sentence.
pub(super) fn passages(title: &str, summary: &str, sentences: &[Sentence]) -> Vec<Passage> {
    let mut all = Vec::new();
    if let Some(text) = beginning(&format!("{title}\n{summary}")) {
        all.push(Passage {
            sentence: None,
            text,
        });
    }
    let mut open: Option<(u32, String)> = None;
    for sentence in sentences {
        let length = sentence.text.chars().count();
        if let Some((_, text)) = &mut open
            && text.chars().count() + length <= PASSAGE
        {
            text.push(' ');
            text.push_str(&sentence.text);
            continue;
        }
        all.extend(open.take().and_then(closed));
        open = Some((sentence.id, sentence.text.clone()));
    }
    all.extend(open.and_then(closed));
    all.truncate(MOST);
    all
}

fn closed((sentence, text): (u32, String)) -> Option<Passage> {
    Some(Passage {
        sentence: Some(sentence),
        text: beginning(&text)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(id: u32, text: &str) -> Sentence {
        Sentence {
            id,
            begin_ms: 0,
            end_ms: 0,
            speaker: None,
            text: text.to_owned(),
            words: Vec::new(),
            version: 0,
            translation: None,
        }
    }

    #[test]
    fn sentences_are_joined_until_a_passage_is_full() {
        let long = "长".repeat(PASSAGE + 1);
        let sentences = [
            said(0, "大家好。"),
            said(1, "今天谈排期。"),
            said(2, &long),
            said(3, "  "),
            said(4, "散会。"),
        ];
        let found = passages("周会", "", &sentences);
        let begins: Vec<_> = found.iter().map(|passage| passage.sentence).collect();
        assert_eq!(begins, [None, Some(0), Some(2), Some(3)]);
        assert_eq!(found[0].text, "周会");
        assert_eq!(found[1].text, "大家好。 今天谈排期。");
        assert_eq!(found[3].text, "散会。");
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        assert!(passages(" ", "", &[said(0, " ")]).is_empty());
        assert_eq!(beginning("\n \t"), None);
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let found = beginning(&"长".repeat(LONGEST + 9)).unwrap();
        assert_eq!(found.chars().count(), LONGEST);
    }
}
