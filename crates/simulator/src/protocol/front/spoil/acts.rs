//! What is done with the line, step by step.

use std::time::Duration;

use bytes::Bytes;

use crate::{Fault, Strike};

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Act {
    Say(Bytes),
    /// So many letters.
    Fill(usize),
    Wait(Duration),
    /// Again and again.
    Repeat(Bytes),
    End(Ending),
}

/// How a body ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// As HTTP wants it.
    Proper,
    /// Not at all.
    Stall,
    Cut,
    Reset,
    StreamReset(u32),
}

const FILLING: [u8; 16 << 10] = [b'x'; 16 << 10];

/// Some of `count` letters.
pub(super) fn filling(count: usize) -> Bytes {
    Bytes::from_static(&FILLING[..count.min(FILLING.len())])
}

/// What happens to bytes whatever they mean.
#[derive(Debug, Default)]
pub(super) struct Bytewise {
    /// The bytes that are still sent, and what comes then.
    left: Option<(usize, Ending)>,
    ends_inside_character: bool,
    splits_characters: bool,
    apart: Option<Duration>,
    over: bool,
}

impl Bytewise {
    pub(super) fn new(strikes: &[Strike]) -> Self {
        let mut bytewise = Self::default();
        for strike in strikes {
            match strike.fault {
                Fault::SlowBytes(apart) => bytewise.apart = Some(apart),
                Fault::SplitCharacters => bytewise.splits_characters = true,
                _ => {}
            }
        }
        bytewise
    }

    /// From here on only so many bytes are sent.
    pub(super) fn end_after(&mut self, count: usize, ending: Ending) {
        self.left.get_or_insert((count, ending));
    }

    /// The next character of several bytes is the last one, and not whole.
    pub(super) fn end_inside_character(&mut self) {
        self.ends_inside_character = true;
    }

    /// Bytes as they are sent.
    pub(super) fn say(&mut self, mut bytes: Bytes) -> Vec<Act> {
        if self.over {
            return Vec::new();
        }
        let mut ending = None;
        if self.ends_inside_character
            && let Some(at) = inside_character(&bytes)
        {
            bytes.truncate(at);
            ending = Some(Ending::Cut);
        }
        if let Some((left, how)) = &mut self.left {
            if bytes.len() > *left {
                bytes.truncate(*left);
                ending = Some(*how);
            }
            *left -= bytes.len();
        }
        let mut acts = if let Some(apart) = self.apart {
            let single = |at| [Act::Wait(apart), Act::Say(bytes.slice(at..=at))];
            (0..bytes.len()).flat_map(single).collect()
        } else if self.splits_characters {
            split(bytes)
        } else {
            vec![Act::Say(bytes)]
        };
        if let Some(ending) = ending {
            self.over = true;
            acts.push(Act::End(ending));
        }
        acts
    }

    /// What comes after the last byte.
    pub(super) fn end(&mut self) -> Option<Act> {
        if self.over {
            return None;
        }
        match self.left {
            Some((_, ending)) => Some(Act::End(ending)),
            None => self.ends_inside_character.then_some(Act::End(Ending::Cut)),
        }
    }
}

/// Cuts inside every character of several bytes.
fn split(mut bytes: Bytes) -> Vec<Act> {
    let mut acts = Vec::new();
    while let Some(at) = inside_character(&bytes) {
        acts.extend([Act::Say(bytes.split_to(at)), Act::Wait(Duration::ZERO)]);
        let rest = bytes.iter().position(|&byte| !is_continuation(byte));
        acts.push(Act::Say(bytes.split_to(rest.unwrap_or(bytes.len()))));
    }
    acts.push(Act::Say(bytes));
    acts
}

/// Behind the first byte of the first character that has several.
fn inside_character(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&byte| is_continuation(byte))
}

fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Act, Bytewise, Ending};
    use crate::{Fault, Strike};

    fn said(acts: &[Act]) -> Vec<u8> {
        let bytes = acts.iter().filter_map(|act| match act {
            Act::Say(bytes) => Some(bytes.to_vec()),
            _ => None,
        });
        bytes.flatten().collect()
    }

    #[test]
    fn bytes_are_counted_over_several_pieces() {
        let mut bytewise = Bytewise::default();
        bytewise.end_after(5, Ending::Reset);
        assert_eq!(said(&bytewise.say(Bytes::from_static(b"abc"))), b"abc");
        let last = bytewise.say(Bytes::from_static(b"defg"));
        assert_eq!(said(&last), b"de");
        assert_eq!(last.last(), Some(&Act::End(Ending::Reset)));
        assert!(bytewise.say(Bytes::from_static(b"h")).is_empty());
        assert_eq!(bytewise.end(), None);
    }

    #[test]
    fn every_character_is_split_and_nothing_is_lost() {
        let strike = Strike {
            fault: Fault::SplitCharacters,
            after: 0,
        };
        let text = "a春b眠🌙";
        let acts = Bytewise::new(&[strike]).say(Bytes::from_static(text.as_bytes()));
        assert_eq!(said(&acts), text.as_bytes());
        let pieces = acts.iter().filter(|act| matches!(act, Act::Say(_))).count();
        assert_eq!(pieces, 7);
    }

    #[test]
    fn an_answer_may_end_inside_its_next_character() {
        let mut bytewise = Bytewise::default();
        bytewise.end_inside_character();
        let acts = bytewise.say(Bytes::from_static("a春b".as_bytes()));
        assert_eq!(said(&acts), &"a春".as_bytes()[..2]);
        assert_eq!(acts.last(), Some(&Act::End(Ending::Cut)));
    }
}
