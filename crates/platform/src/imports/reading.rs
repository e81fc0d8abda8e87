//! Reading a file from its beginning to its end without ever having all of it: its conversations leave one by one.

use std::{
    fmt,
    fs::{File, Metadata},
    io::{self, BufReader, Read, Seek},
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
    escapes,
    forms::{self, Item},
    lenient::Part,
    room,
};

/// Conversations of a file at most.
const MOST: usize = 10_000;

/// What is read of a file at most when it is unpacked, in bytes.
const UNPACKED: u64 = 128 * 1024 * 1024;

/// Entries of an archive that are looked at.
const ENTRIES: usize = 20_000;

/// Entries of an archive that are read: exports that are not in one file are in a few.
const FILES: usize = 100;

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
        drafts,
        left: UNPACKED,
        is_exceeded: false,
    };
    if head == ARCHIVE {
        let length = file.metadata().map_or(0, |known| Metadata::len(&known));
        let Ok(mut archive) = ZipArchive::new(file) else {
            return Some(ImportEnd::Unreadable);
        };
        let Some(places) = conversations_in(&mut archive, length) else {
            return Some(ImportEnd::Unreadable);
        };
        for place in places {
            let Ok(entry) = archive.by_index(place) else {
                continue;
            };
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

/// The places of the entries that are read; none where they lie upon each other, as they never do in what a program packed.
fn conversations_in<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    length: u64,
) -> Option<Vec<usize>> {
    let mut places = Vec::new();
    let mut left = length;
    for place in 0..archive.len().min(ENTRIES) {
        if places.len() == FILES {
            break;
        }
        let Ok(entry) = archive.by_index_raw(place) else {
            continue;
        };
        if entry.name().is_ok_and(|name| has_conversations(&name)) {
            left = left.checked_sub(entry.compressed_size())?;
            places.push(place);
        }
    }
    Some(places)
}

/// `conversations.json`, or one of several of them.
fn has_conversations(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let end = std::path::Path::new(name).extension();
    name.starts_with("conversations") && end.is_some_and(|end| end.eq_ignore_ascii_case("json"))
}

/// What is read from, as long as there is not too much of it and somebody wants it.
struct Metered<'a, R> {
    inner: R,
    drafts: &'a Drafts,
    left: u64,
    is_exceeded: bool,
}

impl<'a, R> Metered<'a, R> {
    /// The same meter over something else.
    fn over<S>(&self, inner: S) -> Metered<'a, S> {
        Metered {
            inner,
            drafts: self.drafts,
            left: self.left,
            is_exceeded: self.is_exceeded,
        }
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // Whoever sent it may be gone long before there is a conversation to hand on.
        if self.drafts.is_closed() {
            return Err(io::Error::other("nobody is there any more"));
        }
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
    fn all_of(&mut self, from: &mut Metered<'_, impl Read>) {
        let whole = BufReader::new(escapes::Whole::over(&mut *from));
        let mut json = serde_json::Deserializer::from_reader(whole);
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
        let mut missed = room::missed();
        let Some((format, drafts)) = forms::drafts(item) else {
            return true;
        };
        for mut draft in drafts {
            // Of several conversations in one list it is not known which they belonged to.
            let beyond = &mut draft.left_out.beyond;
            *beyond = beyond.saturating_add(std::mem::take(&mut missed));
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
        room::renew();
        while let Some(Part(entry)) = list.next_element::<Part<Item>>()? {
            if !entry.is_none_or(|entry| self.0.entry(entry)) {
                return Err(A::Error::custom(ENOUGH));
            }
            room::renew();
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        room::renew();
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
    use std::io::{Cursor, Write as _};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    #[test]
    fn entries_that_would_lie_upon_each_other_are_not_read_and_only_so_many_are() {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for place in 0..FILES + 5 {
            archive
                .start_file(
                    format!("conversations-{place}.json"),
                    SimpleFileOptions::default(),
                )
                .unwrap();
            archive.write_all(b"[1, 2, 3]").unwrap();
        }
        let packed = archive.finish().unwrap();
        let length = packed.get_ref().len() as u64;
        let mut archive = ZipArchive::new(packed).unwrap();
        let places = conversations_in(&mut archive, length).unwrap();
        assert_eq!(places.len(), FILES);
        assert_eq!(conversations_in(&mut archive, 50), None);
    }

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
        let (drafts, receiver) = mpsc::channel(1);
        let mut metered = Metered {
            inner: io::repeat(b'a'),
            drafts: &drafts,
            left: 10,
            is_exceeded: false,
        };
        assert!(metered.read(&mut [0; 8]).is_ok_and(|read| read == 8));
        assert!(metered.read(&mut [0; 8]).is_err() && metered.is_exceeded);
        let mut metered = Metered {
            inner: io::repeat(b'a'),
            drafts: &drafts,
            left: 10,
            is_exceeded: false,
        };
        drop(receiver);
        assert!(metered.read(&mut [0; 8]).is_err() && !metered.is_exceeded);
    }
}
