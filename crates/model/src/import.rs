//! Conversations that are taken in from elsewhere, and what is told of that: what was taken, what was left out, and why.

use serde::{Deserialize, Serialize};

use crate::{ConversationId, ImportId, Millis, call::words};

/// The largest file that is taken in, in bytes.
pub const LARGEST_IMPORT: u64 = 64 * 1024 * 1024;

words! {
    /// Where a file of conversations comes from.
    ImportFormat {
        /// The export of ChatGPT.
        ChatGpt = "chatgpt",
        /// The export of chats of Open WebUI.
        OpenWebUi = "open_webui",
        /// The export of LobeChat.
        LobeChat = "lobechat",
        /// The export of one conversation of Liantai.
        Liantai = "liantai",
    }
}

words! {
    /// What became of one conversation of a file.
    ImportOutcome {
        /// It is here now.
        Taken = "taken",
        /// It was taken in before, and is still there.
        Already = "already",
        /// There was nothing in it that could be taken.
        Empty = "empty",
    }
}

words! {
    /// Why something of a conversation was not taken.
    LeftOut {
        /// Instructions, tools and what they answered, and what was hidden from its reader.
        Machinery = "machinery",
        /// A picture or a file: exports only name it.
        Attachment = "attachment",
        /// The end of a text that is too long.
        Cut = "cut",
        /// A message behind the most that a conversation may have, or that hangs on none that can be reached.
        Beyond = "beyond",
    }
}

words! {
    /// Why a file was not read to its end.
    ImportEnd {
        /// It is not of a known form, or damaged from there on.
        Unreadable = "unreadable",
        /// It has more conversations in it than are taken in at once.
        TooMany = "too_many",
        /// It is larger, when it is unpacked, than what is taken in.
        TooLarge = "too_large",
    }
}

/// How often something was left out for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutCount {
    /// Why.
    pub reason: LeftOut,
    /// How often.
    pub count: u32,
}

/// A conversation of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportLine {
    /// The one that it became.
    pub conversation: Option<ConversationId>,
    /// What it is called.
    pub title: String,
    /// What became of it.
    pub outcome: ImportOutcome,
    /// Messages of it that were taken.
    pub messages: u32,
    /// How much of it was left out, whatever the reason.
    pub left_out: u32,
}

/// What came of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Its id.
    pub id: ImportId,
    /// When it was taken in.
    pub at: Millis,
    /// What the file was called.
    pub file: String,
    /// Where it came from, as far as that could be told.
    pub format: Option<ImportFormat>,
    /// Conversations that were taken.
    pub taken: u32,
    /// Conversations that were there already.
    pub already: u32,
    /// Conversations with nothing in them.
    pub empty: u32,
    /// Messages that were taken.
    pub messages: u32,
    /// What was left out, by reason.
    pub left_out: Vec<LeftOutCount>,
    /// The first conversations of the file.
    pub lines: Vec<ImportLine>,
    /// Why it was not read to its end, if it was not.
    pub end: Option<ImportEnd>,
}

impl ImportReport {
    /// Lines at most: of more conversations only the sums are told.
    pub const LINES: usize = 200;

    /// A report about nothing yet.
    pub const fn begun(id: ImportId, at: Millis, file: String) -> Self {
        Self {
            id,
            at,
            file,
            format: None,
            taken: 0,
            already: 0,
            empty: 0,
            messages: 0,
            left_out: Vec::new(),
            lines: Vec::new(),
            end: None,
        }
    }

    /// Conversations that were met.
    pub const fn met(&self) -> u32 {
        self.taken + self.already + self.empty
    }

    /// Notes one more conversation, and what was left out of it.
    pub fn note(&mut self, line: ImportLine, left_out: &[LeftOutCount]) {
        match line.outcome {
            ImportOutcome::Taken => {
                self.taken += 1;
                self.messages = self.messages.saturating_add(line.messages);
                self.leave_out(left_out);
            }
            ImportOutcome::Already => self.already += 1,
            ImportOutcome::Empty => {
                self.empty += 1;
                self.leave_out(left_out);
            }
        }
        if self.lines.len() < Self::LINES {
            self.lines.push(line);
        }
    }

    fn leave_out(&mut self, counts: &[LeftOutCount]) {
        for count in counts {
            let known = self
                .left_out
                .iter_mut()
                .find(|known| known.reason == count.reason);
            match known {
                Some(known) => known.count = known.count.saturating_add(count.count),
                None => self.left_out.push(*count),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn line(outcome: ImportOutcome) -> ImportLine {
        ImportLine {
            conversation: None,
            title: "春".to_owned(),
            outcome,
            messages: 3,
            left_out: 2,
        }
    }

    #[test]
    fn a_report_counts_what_was_taken_and_tells_only_so_many_lines() {
        let id = ImportId::from_uuid(Uuid::nil());
        let mut report = ImportReport::begun(id, Millis::new(0), "a.json".to_owned());
        let hidden = LeftOutCount {
            reason: LeftOut::Machinery,
            count: 2,
        };
        for _ in 0..ImportReport::LINES {
            report.note(line(ImportOutcome::Taken), &[hidden]);
        }
        report.note(line(ImportOutcome::Already), &[hidden]);
        report.note(line(ImportOutcome::Empty), &[]);
        assert_eq!((report.taken, report.already, report.empty), (200, 1, 1));
        assert_eq!((report.met(), report.messages), (202, 600));
        assert_eq!(report.lines.len(), ImportReport::LINES);
        // What was there already was left out by the import before.
        assert_eq!(report.left_out[0].count, 400);
    }
}
