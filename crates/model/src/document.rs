//! What is read in documents.

use serde::{Deserialize, Serialize};

/// Characters of a part of a reading that is shown at once.
pub const SHOWN_AT_ONCE: u32 = 40_000;

/// Why a document can't be given to models as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unread {
    /// There is no text in it: pages that were scanned are pictures.
    NoText,
    /// It takes too long, too much memory or too much room to be read.
    TooComplex,
}

/// What is known of a document that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentView {
    /// What it is called.
    pub name: String,
    /// Its size, in bytes.
    pub bytes: i64,
    /// Pages, sheets, slides or chapters, where it has some.
    pub pages: Option<u32>,
    /// Pages on which there is no text but pictures.
    pub blank_pages: u32,
    /// Characters of the text in it.
    pub characters: u32,
    /// There is more text in it than is read.
    pub is_cut: bool,
    /// Why there is no text.
    pub unread: Option<Unread>,
}

/// A part of what was read in a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentText {
    /// The document.
    pub document: DocumentView,
    /// The text from there on.
    pub text: String,
    /// Where the part before begins, in characters.
    pub previous: Option<u32>,
    /// Where the part behind begins, in characters.
    pub next: Option<u32>,
}
