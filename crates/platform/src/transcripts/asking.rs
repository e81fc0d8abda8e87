//! Going on with a transcript as a conversation: the first question carries what was said, as much of it as fits.

use model::{
    Asked, ModelName, Permission, Prompt, SubmissionId, TranscriptId, transcript::Sentence,
};

use super::{Transcripts, notes};
use crate::{Error, identity::Caller};

/// The longest question, in characters.
pub const LONGEST_QUESTION: usize = 4_000;
/// What is said along with it at most, in characters.
const CONTEXT: usize = 60_000;
/// Sentences around one that fits the question.
const AROUND: usize = 2;

impl Transcripts {
    /// Asks about a transcript of the caller's in a new conversation. The same submission again is the same question.
    #[tracing::instrument(name = "api.transcripts.ask", skip_all, fields(transcript.id = %id))]
    pub async fn ask(
        &self,
        caller: &Caller,
        id: TranscriptId,
        question: &str,
        model: Option<ModelName>,
        submission: SubmissionId,
    ) -> Result<Asked, Error> {
        caller.require(Permission::MediaUse)?;
        let question = question.trim();
        if question.is_empty() || question.chars().count() > LONGEST_QUESTION {
            return Err(Error::Prompt(model::conversation::InvalidPrompt));
        }
        let view = self.view(caller, id, None).await?;
        let lines: Vec<String> = view
            .sentences
            .iter()
            .map(|sentence| {
                let said = notes::said(sentence, &view.speakers);
                format!("[{}] {said}", clock(sentence.begin_ms))
            })
            .collect();
        let told = chosen(&view.sentences, &lines, question, CONTEXT);
        let mut about = format!("{question}\n\n---\n\n**{}**\n\n", view.line.title);
        if !view.notes.summary.is_empty() && told.len() < lines.len() {
            about.push_str(&view.notes.summary);
            about.push_str("\n\n");
        }
        let mut last = None;
        for place in told {
            if last.is_some_and(|last| place != last + 1) {
                about.push_str("…\n");
            }
            about.push_str(&lines[place]);
            about.push('\n');
            last = Some(place);
        }
        let prompt = Prompt::parse(about)?;
        let model = match model {
            Some(model) => model,
            None => self.0.generations.offer(caller).await?.1,
        };
        let generations = &self.0.generations;
        generations
            .ask(caller, None, prompt, model, submission)
            .await
    }
}

/// The places of the sentences that are told: all of them, or those that have most in common with the question, with what is
/// said around them, in their order.
fn chosen(sentences: &[Sentence], lines: &[String], question: &str, room: usize) -> Vec<usize> {
    let lengths: Vec<usize> = lines.iter().map(|line| line.chars().count() + 3).collect();
    if lengths.iter().sum::<usize>() <= room {
        return (0..lines.len()).collect();
    }
    let asked = pairs(question);
    let score = |place: usize| {
        let said = pairs(&sentences[place].text);
        said.iter()
            .filter(|pair| asked.binary_search(pair).is_ok())
            .count()
    };
    let mut order: Vec<(usize, usize)> = (0..lines.len())
        .map(|place| (score(place), place))
        .collect();
    order.sort_by_key(|&(score, place)| (std::cmp::Reverse(score), place));
    let mut told = vec![false; lines.len()];
    let mut left = room;
    'sentences: for (_, place) in order {
        let around = place.saturating_sub(AROUND)..=(place + AROUND).min(lines.len() - 1);
        for place in around {
            if told[place] {
                continue;
            }
            if lengths[place] > left {
                break 'sentences;
            }
            left -= lengths[place];
            told[place] = true;
        }
    }
    (0..lines.len()).filter(|&place| told[place]).collect()
}

/// Pairs of letters: alike for Chinese and Latin text, without a dictionary.
fn pairs(text: &str) -> Vec<(char, char)> {
    let letters: Vec<char> = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let mut pairs: Vec<_> = letters.windows(2).map(|pair| (pair[0], pair[1])).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// `1:02:03` or `02:03`.
fn clock(ms: i64) -> String {
    let seconds = ms / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_the_question_is_told_when_not_all_can_be() {
        let sentence = |id: u32, text: &str| Sentence {
            id,
            begin_ms: 0,
            end_ms: 0,
            speaker: None,
            text: text.to_owned(),
            words: Vec::new(),
            version: 0,
            translation: None,
        };
        let mut sentences: Vec<_> = (0..100)
            .map(|id| sentence(id, "我们先看一下进度"))
            .collect();
        sentences[70].text = "预算是三十万元".to_owned();
        let lines: Vec<String> = sentences.iter().map(|said| said.text.clone()).collect();
        assert_eq!(chosen(&sentences, &lines, "预算多少", 10_000).len(), 100);
        let told = chosen(&sentences, &lines, "预算多少", 60);
        assert_eq!(told, [68, 69, 70, 71, 72]);
        assert_eq!(
            (clock(3_723_000), clock(63_000)),
            ("1:02:03".to_owned(), "01:03".to_owned())
        );
    }
}
