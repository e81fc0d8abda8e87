//! What the kinds of things are called.

use model::LibraryKind;

use crate::language::Words;

impl Words {
    /// What a kind of things in the library is called.
    pub fn library_kind(&self, kind: LibraryKind) -> &'static str {
        match kind {
            LibraryKind::Image => self.images,
            LibraryKind::Video => self.videos,
            LibraryKind::Speech => self.speech,
            LibraryKind::Transcript => self.transcripts,
            LibraryKind::Recording => self.library_recordings,
            LibraryKind::Attachment => self.library_attachments,
            LibraryKind::Upload => self.library_uploads,
        }
    }
}
