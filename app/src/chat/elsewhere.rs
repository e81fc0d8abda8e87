//! An answer that grows and isn't among the messages that are shown: it is new, or in a branch that isn't shown.

use model::MessageId;

/// The one that was heard of last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere(Option<(MessageId, u64)>);

impl Elsewhere {
    /// An event of it came. Says whether the messages have to be loaded: once, since each word of another branch would load
    /// them again.
    pub fn hears(&mut self, message: MessageId, seq: u64) -> bool {
        match &mut self.0 {
            Some((known, heard)) if *known == message => {
                *heard = seq.max(*heard);
                false
            }
            other => {
                *other = Some((message, seq));
                true
            }
        }
    }

    /// Messages were loaded; `shown` knows the last event that each contains. Says whether they have to be loaded again,
    /// because events came while they were on their way: there may be no other that would tell.
    pub fn meets(&mut self, shown: impl Fn(MessageId) -> Option<u64>) -> bool {
        let Some((message, heard)) = self.0 else {
            return false;
        };
        let Some(seq) = shown(message) else {
            return false;
        };
        self.0 = None;
        seq < heard
    }

    /// They could not be loaded: the next event asks for them again.
    pub fn forget(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> MessageId {
        MessageId::from_uuid(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn the_messages_are_loaded_once_for_an_answer_that_is_not_shown() {
        let mut elsewhere = Elsewhere::default();
        assert!(elsewhere.hears(id(1), 1));
        assert!(!elsewhere.hears(id(1), 2));
        assert!(!elsewhere.meets(|_| None));
        assert!(!elsewhere.hears(id(1), 3));
        assert!(elsewhere.hears(id(2), 1));
    }

    /// The last words came while the messages were on their way: without a second look the answer would never end.
    #[test]
    fn what_came_while_they_were_loaded_loads_them_again() {
        let mut elsewhere = Elsewhere::default();
        elsewhere.hears(id(1), 2);
        elsewhere.hears(id(1), 9);
        assert!(elsewhere.meets(|message| (message == id(1)).then_some(4)));
        assert!(
            !elsewhere.meets(|_| Some(9)),
            "it is shown, and hears for itself"
        );

        elsewhere.hears(id(1), 9);
        assert!(!elsewhere.meets(|_| Some(9)));
    }

    #[test]
    fn what_could_not_be_loaded_is_asked_for_again() {
        let mut elsewhere = Elsewhere::default();
        elsewhere.hears(id(1), 1);
        elsewhere.forget();
        assert!(elsewhere.hears(id(1), 2));
    }
}
