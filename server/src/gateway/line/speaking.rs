//! What a call on a line is given to speak.

use platform::gateway::scan::{Reported, each_text};
use serde_json::Value;

use super::Line;
use crate::gateway::{refusal::Refusal, spoken::billed_characters, words};

/// Characters for which money is reserved. Bailian speaks ten times as many in a task: who has a budget can't be let.
pub(super) const RESERVED: u64 = 20_000;

/// Text of which Bailian has not said yet that it was spoken.
#[derive(Debug, Default)]
pub(super) struct Speaking {
    characters: u64,
    /// Whether sound came back for it.
    sounds: bool,
}

impl Speaking {
    /// Adds so many characters, if they are no more than `most` then.
    fn takes(&mut self, more: u64, most: u64) -> bool {
        let characters = self.characters.saturating_add(more);
        let fits = characters <= most;
        if fits {
            self.characters = characters;
        }
        fits
    }

    /// So many were spoken in an answer that came to its end; without a figure, all.
    pub(super) fn settle(&mut self, characters: Option<u64>) {
        let spoken = characters.unwrap_or(self.characters);
        self.characters = self.characters.saturating_sub(spoken);
        self.sounds = false;
    }

    /// The caller took back what was not committed yet: all of it, where nothing is being spoken.
    pub(super) fn clear(&mut self) {
        if !self.sounds {
            self.characters = 0;
        }
    }

    /// What was spoken, where sound came and Bailian has not said of how much text: all that was given.
    pub(super) fn untold(&self) -> Option<Reported> {
        (self.sounds && self.characters > 0).then(|| Reported {
            characters: Some(self.characters),
            ..Reported::default()
        })
    }
}

impl Line {
    /// Counts what a task is given to speak. Where a budget binds its caller, that is no more than what is reserved; gives the
    /// refusal to send back.
    pub(super) fn take_text(&mut self, text: &str) -> Result<(), String> {
        if self.has_room_for(text.as_bytes()) {
            return Ok(());
        }
        let message = words::too_much_spoken(RESERVED, self.chinese);
        let refusal = Refusal::field("payload.input.text", message);
        let begun: Value = serde_json::from_str(text).unwrap_or_default();
        Err(self.task_failed(&begun, &refusal))
    }

    /// The same of a line of events, where it is what was not spoken yet.
    pub(super) fn take_text_of_event(&mut self, event: &[u8]) -> Result<(), String> {
        if self.has_room_for(event) {
            return Ok(());
        }
        let message = words::too_much_unspoken(RESERVED, self.chinese);
        Err(self.refused(&Refusal::field("text", message)))
    }

    fn has_room_for(&mut self, message: &[u8]) -> bool {
        let Some(speaking) = &mut self.speaking else {
            return true;
        };
        let most = if self.principal.has_budget() {
            RESERVED
        } else {
            u64::MAX
        };
        speaking.takes(given_in(message), most)
    }

    /// Sound came.
    pub(super) fn note_sound(&mut self) {
        if let Some(speaking) = &mut self.speaking {
            speaking.sounds = true;
        }
    }
}

/// Characters that a message gives to speak.
fn given_in(message: &[u8]) -> u64 {
    let mut given = 0_u64;
    let read = each_text(message, |name, said| {
        if name == "text" {
            given = given.saturating_add(billed_characters(said));
        }
    });
    // Somebody else may be able to read it.
    read.map_or(message.len() as u64, |()| given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_counted_wherever_it_stands() {
        for (message, characters) in [
            (
                &br#"{"type":"input_text_buffer.append","text":"loom"}"#[..],
                4,
            ),
            (br#"{"payload":{"input":{"text":"a","text":"loom"}}}"#, 5),
            (br#"{"type":"session.update","session":{"voice":"v"}}"#, 0),
            (b"\"text", 5),
        ] {
            assert_eq!(given_in(message), characters);
        }
    }

    #[test]
    fn what_was_not_told_of_is_what_was_given_since() {
        let untold = |speaking: &Speaking| speaking.untold().and_then(|told| told.characters);
        let mut speaking = Speaking::default();
        assert!(speaking.takes(15, 20) && !speaking.takes(6, 20));
        assert_eq!(untold(&speaking), None, "nothing was heard");
        speaking.sounds = true;
        assert_eq!(untold(&speaking), Some(15));
        speaking.settle(Some(10));
        assert_eq!(untold(&speaking), None);
        assert!(speaking.takes(15, 20));
        speaking.sounds = true;
        assert_eq!(untold(&speaking), Some(20));
        speaking.clear();
        assert_eq!(untold(&speaking), Some(20), "it is being spoken");
        speaking.settle(None);
        assert!(speaking.takes(20, 20));
        speaking.clear();
        assert!(speaking.takes(20, 20));
    }
}
