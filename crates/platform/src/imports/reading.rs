//! Reading a file from its beginning to its end without ever having all of it: its conversations leave one by one.

use std::{
    fmt,
    fs::File,
    io::{self, BufReader, Read, Seek as _},
};

use model::{ImportEnd, ImportFormat};
use serde::{
    Deserialize as _, Deserializer as _,
    de::{Error as _, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use tokio::sync::mpsc;
use zip::ZipArchive;

use super::{
    draft::Draft,
    forms::{self, Item},
    lenient::Part,
};

/// Conversations of a file at most.
const MOST: usize = 10_000;

/// What is read of a file at most when it is unpacked, in bytes.
const UNPACKED: u64 = 128 * 1024 * 1024;

/// Entries of an archive that are looked at.
const ENTRIES: usize = 20_000;

/// How an archive begins.
const ARCHIVE: [u8; 4] = *b"PK\x03\x04";

/// What some programs put before a text.
const MARK: [u8; 3] = *b"\xef\xbb\xbf";

/// Where what was read goes.
pub(super) type Drafts = mpsc::Sender<(ImportFormat, Draft)>;

/// Reads it all. Why it was not read to its end, if it was not.
pub(super) fn read(mut file: File, drafts: &Drafts) -> Option<ImportEnd> {
    let mut reading = Reading {
        drafts,
        met: 0,
        end: None,
    };
    let mut head = [0; 4];
    let begins = file.read_exact(&mut head).and_then(|()| file.rewind());
    if begins.is_err() {
        return Some(ImportEnd::Unreadable);
    }
    let mut metered = Metered {
        inner: io::empty(),
        left: UNPACKED,
        is_exceeded: false,
    };
    if head == ARCHIVE {
        let Ok(mut archive) = ZipArchive::new(file) else {
            return Some(ImportEnd::Unreadable);
        };
        for index in 0..archive.len().min(ENTRIES) {
            let Ok(entry) = archive.by_index(index) else {
                continue;
            };
            if !entry.name().is_ok_and(|name| has_conversations(&name)) {
                continue;
            }
            let mut entry = metered.over(entry);
            reading.all_of(&mut entry);
            metered = entry.over(io::empty());
            if reading.end.is_some() {
                break;
            }
        }
    } else {
        if head.starts_with(&MARK) && file.read_exact(&mut [0; MARK.len()]).is_err() {
            return Some(ImportEnd::Unreadable);
        }
        reading.all_of(&mut metered.over(file));
    }
    let is_unknown = reading.met == 0;
    reading.end.or(is_unknown.then_some(ImportEnd::Unreadable))
}

/// `conversations.json`, or one of several of them.
fn has_conversations(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let end = std::path::Path::new(name).extension();
    name.starts_with("conversations") && end.is_some_and(|end| end.eq_ignore_ascii_case("json"))
}

/// What is read from, as long as there is not too much of it.
struct Metered<R> {
    inner: R,
    left: u64,
    is_exceeded: bool,
}

impl<R> Metered<R> {
    /// The same meter over something else.
    fn over<S>(&self, inner: S) -> Metered<S> {
        Metered {
            inner,
            left: self.left,
            is_exceeded: self.is_exceeded,
        }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        let Some(left) = self.left.checked_sub(read as u64) else {
            self.is_exceeded = true;
            return Err(io::Error::other("too large when it is unpacked"));
        };
        self.left = left;
        Ok(read)
    }
}

/// How far it was read.
struct Reading<'a> {
    drafts: &'a Drafts,
    /// Conversations, also those with nothing in them.
    met: usize,
    end: Option<ImportEnd>,
}

impl Reading<'_> {
    fn all_of(&mut self, from: &mut Metered<impl Read>) {
        let mut json = serde_json::Deserializer::from_reader(BufReader::new(&mut *from));
        let read = json.deserialize_any(Whole(self));
        drop(json);
        if read.is_err() && self.end.is_none() {
            self.end = Some(if from.is_exceeded {
                ImportEnd::TooLarge
            } else {
                ImportEnd::Unreadable
            });
        }
    }

    /// Hands the conversations of an entry on. Whether more are wanted.
    fn entry(&mut self, item: Item) -> bool {
        let Some((format, drafts)) = forms::drafts(item) else {
            return true;
        };
        for draft in drafts {
            if self.met == MOST {
                self.end = Some(ImportEnd::TooMany);
                return false;
            }
            self.met += 1;
            // Nobody is there any more who would write it.
            if self.drafts.blocking_send((format, draft)).is_err() {
                return false;
            }
        }
        true
    }
}

/// All of a file: a list of entries, or one.
struct Whole<'a, 'b>(&'a mut Reading<'b>);

/// Why reading ends before the end, for the parser.
const ENOUGH: &str = "no more is wanted";

impl<'de> Visitor<'de> for Whole<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("conversations")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(Part(entry)) = list.next_element::<Part<Item>>()? {
            if !entry.is_none_or(|entry| self.0.entry(entry)) {
                return Err(A::Error::custom(ENOUGH));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let entry = Item::deserialize(MapAccessDeserializer::new(map))?;
        if self.0.entry(entry) {
            Ok(())
        } else {
            Err(A::Error::custom(ENOUGH))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_conversations_are_looked_for_in_an_archive() {
        for name in ["conversations.json", "export/conversations-001.JSON"] {
            assert!(has_conversations(name), "{name}");
        }
        for name in [
            "chat.html",
            "conversations.html",
            "user.json",
            "conversations/a.txt",
        ] {
            assert!(!has_conversations(name), "{name}");
        }
    }

    #[test]
    fn what_is_too_large_when_it_is_unpacked_is_not_read_to_its_end() {
        let mut metered = Metered {
            inner: io::repeat(b'a'),
            left: 10,
            is_exceeded: false,
        };
        assert!(metered.read(&mut [0; 8]).is_ok_and(|read| read == 8));
        assert!(metered.read(&mut [0; 8]).is_err() && metered.is_exceeded);
    }
}
