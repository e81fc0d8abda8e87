//! What is written in documents: PDF, Word, tables, slides and books, as text with marks where a page, sheet, slide or chapter begins.
//!
//! A document is the least trusted thing that a person brings along, and what reads it is large. So it is read by a process of its own
//! that has no secrets in its environment, bounds its own memory, time and files before the first byte, and is killed when it takes too long. Nothing
//! in a document is run, fetched or followed: macros, forms, links and embedded files are passed over. (FI-03, FI-04, FI-07, R-91)

mod archive;
mod book;
mod cells;
mod flow;
mod pdf;
mod process;
mod sheets;
mod slides;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod word;
mod written;
mod xml;

use model::attachment::DOCUMENTS;
use serde::{Deserialize, Serialize};

pub use process::{DocumentReader, read_for_another};

/// The largest document that is read, in bytes.
pub(crate) const LARGEST: u64 = 50_000_000;

/// What kind of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// PDF.
    Pdf,
    /// Word (docx).
    Word,
    /// Tables (xlsx).
    Sheets,
    /// Slides (pptx).
    Slides,
    /// EPUB.
    Book,
}

impl DocumentKind {
    const ALL: [Self; 5] = [
        Self::Pdf,
        Self::Word,
        Self::Sheets,
        Self::Slides,
        Self::Book,
    ];

    /// The kind of documents of that type.
    pub fn of_mime(mime: &str) -> Option<Self> {
        let place = DOCUMENTS.iter().position(|(_, known)| *known == mime)?;
        Self::ALL.get(place).copied()
    }

    /// How names of such documents end.
    pub fn extension(self) -> &'static str {
        let place = Self::ALL.iter().position(|kind| *kind == self);
        place.map_or("", |place| DOCUMENTS[place].0)
    }

    /// Whether Office writes such documents.
    pub(crate) const fn is_office(self) -> bool {
        matches!(self, Self::Word | Self::Sheets | Self::Slides)
    }

    /// The kind of documents whose names end so.
    pub fn of_extension(extension: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.extension() == extension)
    }
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The text, with marks like `[page 3]`.
    pub text: String,
    /// Pages, sheets, slides or chapters, where it has some.
    pub pages: Option<u32>,
    /// Pages on which there is no text but pictures.
    pub blank_pages: u32,
    /// There is more text in it.
    pub is_cut: bool,
}

/// Why nothing was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// It can be opened only with a password.
    #[error("the document is locked")]
    Locked,
    /// Damaged, or cut off.
    #[error("the document is damaged")]
    Damaged,
    /// It is a document of another kind than its name says.
    #[error("the document is of another kind")]
    Mismatch,
    /// It would take too much time, memory or room.
    #[error("the document takes too much to be read")]
    TooComplex,
}

/// Reads it here and now, which nothing but the process that was made for it should do.
fn read(kind: DocumentKind, bytes: Vec<u8>) -> Result<Reading, Unreadable> {
    match kind {
        DocumentKind::Pdf => pdf::read(bytes),
        DocumentKind::Word => word::read(&mut archive::Package::open(bytes)?),
        DocumentKind::Sheets => sheets::read(&mut archive::Package::open(bytes)?),
        DocumentKind::Slides => slides::read(&mut archive::Package::open(bytes)?),
        DocumentKind::Book => book::read(&mut archive::Package::open(bytes)?),
    }
}

/// Whether what begins so can be a document of that kind; the rest is for the process to see. (FI-02)
pub(crate) fn may_begin(kind: DocumentKind, head: &[u8]) -> bool {
    match kind {
        DocumentKind::Pdf => head.starts_with(b"%PDF-"),
        DocumentKind::Word | DocumentKind::Sheets | DocumentKind::Slides => {
            archive::begins_office(head)
        }
        DocumentKind::Book => archive::begins_book(head),
    }
}

/// Whether what begins so is how Office writes a document that is locked with a password: the other file is in it, encrypted.
pub(crate) fn is_locked_office(head: &[u8]) -> bool {
    head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
}
