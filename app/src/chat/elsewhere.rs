//! Answers that grow and aren't among the messages that are shown: they are new, or in a branch that isn't shown.

use model::MessageId;

/// Answers that are remembered: more than are ever written at once.
const MOST: usize = 8;

/// Those that were heard of last, each with its last event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere(Vec<(MessageId, u64)>);

impl Elsewhere {
    /// An event of one came. Says whether the messages have to be loaded: once, since each word of another branch would load
    /// them again.
    pub fn hears(&mut self, message: MessageId, seq: u64) -> bool {
        let mut known = self.0.iter_mut();
        if let Some((_, heard)) = known.find(|(known, _)| *known == message) {
            *heard = seq.max(*heard);
            return false;
        }
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push((message, seq));
        true
    }

    /// Messages were loaded; `shown` knows the last event that each contains. Says whether they have to be loaded again,
    /// because events came while they were on their way: there may be no other that would tell.
    pub fn meets(&mut self, shown: impl Fn(MessageId) -> Option<u64>) -> bool {
        let mut is_behind = false;
        self.0.retain(|(message, heard)| {
            let seq = shown(*message);
            is_behind |= seq.is_some_and(|seq| seq < *heard);
            seq.is_none()
        });
        is_behind
    }

    /// They could not be loaded: the next event asks for them again.
    pub fn forget(&mut self) {
        self.0.clear();
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

    #[test]
    fn answers_that_are_written_at_once_load_the_messages_once_each() {
        let mut elsewhere = Elsewhere::default();
        for seq in 1..9 {
            let news = (1..5).filter(|number| elsewhere.hears(id(*number), seq));
            assert_eq!(news.count(), if seq == 1 { 4 } else { 0 });
            assert!(!elsewhere.meets(|_| None));
        }
        assert!(elsewhere.meets(|message| (message == id(2)).then_some(7)));
        assert!(!elsewhere.hears(id(3), 9));
        for number in 10..20 {
            assert!(elsewhere.hears(id(number), 1));
        }
        assert_eq!(elsewhere.0.len(), MOST);
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
