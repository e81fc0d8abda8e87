//! The archive that a document of Office or a book is: its parts by name, each unpacked into memory and never to a disk, and no more of them than
//! there is room for.

use std::io::{Cursor, Read};

use zip::{ZipArchive, result::ZipError};

use super::{
    Unreadable,
    xml::{Token, Tokens, attribute, name},
};

/// Entries of an archive at most.
const ENTRIES: usize = 10_000;
/// What is unpacked of an archive at most, in bytes.
const UNPACKED: usize = 128 * 1024 * 1024;
/// How many times larger than it was a part becomes at most, once it is larger than [`FREE`].
const RATIO: u64 = 300;
/// Bytes of which nobody asks how small they were.
const FREE: usize = 1024 * 1024;
/// Bytes that are unpacked before the bounds are looked at again.
const PIECE: usize = 64 * 1024;

/// How the names of parts begin that an archive of Office begins with.
const FIRST: [&[u8]; 7] = [
    b"[Content_Types].xml",
    b"_rels/",
    b"docProps/",
    b"customXml/",
    b"word/",
    b"xl/",
    b"ppt/",
];

/// The name of the first entry of an archive that begins so.
fn first_name(head: &[u8]) -> Option<&[u8]> {
    if !head.starts_with(b"PK\x03\x04") {
        return None;
    }
    let length = u16::from_le_bytes(head.get(26..28)?.try_into().ok()?);
    head.get(30..)?.get(..usize::from(length))
}

/// Whether what begins so can be a document of Office.
pub(super) fn begins_office(head: &[u8]) -> bool {
    first_name(head).is_some_and(|first| FIRST.iter().any(|known| first.starts_with(known)))
}

/// Whether what begins so can be a book: its type is the first entry, as it is.
pub(super) fn begins_book(head: &[u8]) -> bool {
    let is_said = |head: &[u8]| {
        let head = &head[..head.len().min(160)];
        head.windows(20).any(|part| part == b"application/epub+zip")
    };
    first_name(head) == Some(&b"mimetype"[..]) && is_said(head)
}

/// An archive that is read from.
pub(super) struct Package {
    archive: ZipArchive<Cursor<Vec<u8>>>,
    left: usize,
}

/// What a part refers to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) id: String,
    /// The end of what kind it is, like `officeDocument`.
    pub(super) kind: String,
    /// The part's name.
    pub(super) target: String,
}

impl Package {
    /// Looks at all entries before one is read. Names that lead elsewhere, links and entries that lie upon each other are in no document that
    /// a program wrote.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, Unreadable> {
        let mut left = bytes.len() as u64;
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::Damaged)?;
        if archive.len() > ENTRIES {
            return Err(Unreadable::TooComplex);
        }
        for place in 0..archive.len() {
            let entry = archive
                .by_index_raw(place)
                .map_err(|_| Unreadable::Damaged)?;
            if entry.encrypted() {
                return Err(Unreadable::Locked);
            }
            if entry.is_symlink() || entry.enclosed_name().is_none() {
                return Err(Unreadable::Damaged);
            }
            let packed = entry.compressed_size();
            left = left.checked_sub(packed).ok_or(Unreadable::Damaged)?;
        }
        Ok(Self {
            archive,
            left: UNPACKED,
        })
    }

    /// A part, if it is there.
    pub(super) fn find(&mut self, name: &str) -> Result<Option<String>, Unreadable> {
        let mut entry = match self.archive.by_name(name) {
            Ok(entry) => entry,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(_) => return Err(Unreadable::Damaged),
        };
        let packed = entry.compressed_size();
        let mut part = Vec::new();
        let mut piece = vec![0; PIECE];
        loop {
            let read = entry.read(&mut piece).map_err(|_| Unreadable::Damaged)?;
            if read == 0 {
                break;
            }
            self.left = self.left.checked_sub(read).ok_or(Unreadable::TooComplex)?;
            part.extend_from_slice(&piece[..read]);
            if part.len() > FREE && part.len() as u64 > packed.saturating_mul(RATIO) {
                return Err(Unreadable::TooComplex);
            }
        }
        Ok(Some(characters(part)?))
    }

    /// A part that must be there.
    pub(super) fn part(&mut self, name: &str) -> Result<String, Unreadable> {
        self.find(name)?.ok_or(Unreadable::Damaged)
    }

    /// What a part (or, for an empty name, the whole) refers to within the archive.
    pub(super) fn relations(&mut self, part: &str) -> Result<Vec<Relation>, Unreadable> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let between = if folder.is_empty() { "" } else { "/" };
        let Some(listed) = self.find(&format!("{folder}{between}_rels/{file}.rels"))? else {
            return Ok(Vec::new());
        };
        let mut tokens = Tokens::of(&listed);
        let mut relations = Vec::new();
        while let Some(token) = tokens.next()? {
            let Token::Open(open) = token else { continue };
            let is_elsewhere =
                attribute(&open, "TargetMode").is_some_and(|mode| mode == "External");
            if name(&open) != b"Relationship" || is_elsewhere {
                continue;
            }
            let (id, kind) = (attribute(&open, "Id"), attribute(&open, "Type"));
            if let (Some(id), Some(kind), Some(target)) = (id, kind, attribute(&open, "Target")) {
                relations.push(Relation {
                    id,
                    kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                    target: below(folder, &target),
                });
            }
        }
        Ok(relations)
    }

    /// The main part of a document of Office, which must be of that kind: its name and what is in it.
    pub(super) fn main(&mut self, root: &[u8]) -> Result<(String, String), Unreadable> {
        let relations = self.relations("")?;
        let main = relations
            .into_iter()
            .find(|one| one.kind == "officeDocument");
        let name_of_it = main.ok_or(Unreadable::Mismatch)?.target;
        let part = self.part(&name_of_it)?;
        if begins_with(&part, root)? {
            Ok((name_of_it, part))
        } else {
            Err(Unreadable::Mismatch)
        }
    }
}

/// Whether the element that all others of a part are in is called so.
fn begins_with(part: &str, root: &[u8]) -> Result<bool, Unreadable> {
    let mut tokens = Tokens::of(part);
    while let Some(token) = tokens.next()? {
        if let Token::Open(open) = token {
            return Ok(name(&open) == root);
        }
    }
    Err(Unreadable::Damaged)
}

/// UTF-8, or UTF-16 with its mark.
fn characters(part: Vec<u8>) -> Result<String, Unreadable> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(&part) {
        let rest = part.get(mark..).unwrap_or_default();
        let decoded = encoding.decode_without_bom_handling_and_without_replacement(rest);
        return decoded
            .map(std::borrow::Cow::into_owned)
            .ok_or(Unreadable::Damaged);
    }
    String::from_utf8(part).map_err(|_| Unreadable::Damaged)
}

/// A path that is told from a folder on, as the name of a part. It is looked up among the entries and nowhere else.
pub(super) fn below(folder: &str, path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    if !path.starts_with('/') {
        steps.extend(folder.split('/').filter(|step| !step.is_empty()));
    }
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_in_the_archive() {
        for (folder, path, expected) in [
            ("word", "media/a.png", "word/media/a.png"),
            ("ppt", "../ppt/slides/slide1.xml", "ppt/slides/slide1.xml"),
            ("xl", "/xl/sheet.xml", "xl/sheet.xml"),
            ("", "../../etc/passwd", "etc/passwd"),
        ] {
            assert_eq!(below(folder, path), expected);
        }
    }
}
