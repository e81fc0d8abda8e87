//! A conversation as it was read, before it is written: bounded, and each message behind the one that it answers.

use std::fmt::Write as _;

use model::{
    ImportFormat, LeftOut, LeftOutCount, Millis, ModelName, Speaker, Title, conversation::Prompt,
};
use sha2::{Digest, Sha256};

use crate::identity::token::hex;

/// The longest text of a message, in characters: as long as a question may be, so that it can be edited.
pub(super) const LONGEST: usize = Prompt::MAX;

/// A conversation.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// As it was called: one line, maybe empty.
    pub(super) title: String,
    pub(super) messages: Vec<DraftMessage>,
    /// The end of the branch that is shown; `None` where there are no messages.
    pub(super) leaf: Option<usize>,
    pub(super) left_out: Omissions,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DraftMessage {
    /// The place of the message that it answers, before its own.
    pub(super) parent: Option<usize>,
    pub(super) speaker: Speaker,
    pub(super) text: String,
    pub(super) reasoning: String,
    pub(super) model: Option<ModelName>,
    pub(super) at: Option<Millis>,
}

/// What was left out, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Omissions {
    pub(super) machinery: u32,
    pub(super) attachments: u32,
    pub(super) cut: u32,
    pub(super) beyond: u32,
}

impl Omissions {
    /// How much in all.
    pub(super) fn sum(self) -> u32 {
        self.counts()
            .iter()
            .fold(0, |sum: u32, one| sum.saturating_add(one.count))
    }

    /// The reasons that there are.
    pub(super) fn counts(self) -> Vec<LeftOutCount> {
        let all = [
            (LeftOut::Machinery, self.machinery),
            (LeftOut::Attachment, self.attachments),
            (LeftOut::Cut, self.cut),
            (LeftOut::Beyond, self.beyond),
        ];
        all.into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(reason, count)| LeftOutCount { reason, count })
            .collect()
    }
}

impl Draft {
    /// Of what is in it, so that the same is known again whatever the file around it.
    pub(super) fn content_hash(&self, format: ImportFormat) -> String {
        let mut hash = Sha256::new();
        let mut add = |part: &str| {
            hash.update(part.len().to_le_bytes());
            hash.update(part.as_bytes());
        };
        add(format.as_str());
        add(&self.title);
        for message in &self.messages {
            let mut place = String::new();
            // Writing into a text can't fail.
            let _ = write!(
                place,
                "{:?} {:?} {:?}",
                message.parent,
                message.speaker,
                message.at.map(Millis::get)
            );
            add(&place);
            add(message.model.as_ref().map_or("", ModelName::as_str));
            add(&message.reasoning);
            add(&message.text);
        }
        hex(&hash.finalize())
    }
}

/// A title as it was called: one line of at most as many characters as a title may have.
pub(super) fn title(raw: &str) -> String {
    let words = raw
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    if line.chars().count() <= Title::MAX {
        return line;
    }
    let mut cut: String = line.chars().take(Title::MAX - 1).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// A text without what no database takes, and whether its end had to go.
pub(super) fn text(raw: &str) -> (String, bool) {
    let plain = raw.replace("\r\n", "\n").replace('\0', "");
    let plain = plain.trim_end();
    match plain.char_indices().nth(LONGEST) {
        Some((end, _)) => (plain[..end].to_owned(), true),
        None => (plain.to_owned(), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IO-04.
    #[test]
    fn titles_and_texts_become_what_can_be_kept() {
        assert_eq!(title(" a\u{0}\n b\t"), "a b");
        let long = title(&"字".repeat(500));
        assert_eq!(long.chars().count(), Title::MAX);
        assert!(Title::parse(&long).is_ok());
        assert_eq!(text("a\0\r\nb \n"), ("a\nb".to_owned(), false));
        let (cut, is_cut) = text(&"字".repeat(LONGEST + 1));
        assert!(is_cut && cut.chars().count() == LONGEST);
    }

    #[test]
    fn what_differs_anywhere_is_another_conversation() {
        let message = |text: &str| DraftMessage {
            parent: None,
            speaker: Speaker::User,
            text: text.to_owned(),
            reasoning: String::new(),
            model: None,
            at: Some(Millis::new(5)),
        };
        let draft = |title: &str, text: &str| Draft {
            title: title.to_owned(),
            messages: vec![message(text)],
            ..Draft::default()
        };
        let hash = |title: &str, text: &str| draft(title, text).content_hash(ImportFormat::ChatGpt);
        assert_eq!(hash("a", "b"), hash("a", "b"));
        assert_ne!(hash("a", "b"), hash("ab", ""));
        assert_ne!(
            hash("a", "b"),
            draft("a", "b").content_hash(ImportFormat::LobeChat)
        );
    }
}
