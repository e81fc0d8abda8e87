//! `liantai read-document`: what the server starts to read a document, apart from itself.

use clap::Args;
use platform::documents::{self, DocumentKind};

/// Which document.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How its name ends: pdf, docx, xlsx, pptx or epub.
    kind: String,
}

/// Reads it from the standard input and tells as JSON what is in it, or why not.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let kind = DocumentKind::of_extension(&arguments.kind)
        .ok_or_else(|| anyhow::anyhow!("{:?} is no kind of document", arguments.kind))?;
    Ok(documents::read_for_another(kind)?)
}
