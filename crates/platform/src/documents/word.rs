//! Word (docx): the text, and below it the notes. Comments, what was deleted, headers and footers are left out.

use memchr::memmem;

use super::{
    Reading, Unreadable,
    archive::Package,
    flow,
    written::{Written, count},
};

/// What Word leaves where it began a page when it last drew the document.
const BREAK: &[u8] = b"lastRenderedPageBreak";

/// Reads the text.
pub(super) fn read(package: &mut Package) -> Result<Reading, Unreadable> {
    let (place, main) = package.main(b"document")?;
    let mut written = Written::default();
    let mut pages = 1_usize;
    let has_pages = memmem::find(main.as_bytes(), BREAK).is_some();
    if has_pages {
        written.mark("[page 1]".to_owned());
    }
    flow::read(&main, &mut written, |written| {
        pages += 1;
        written.mark(format!("[page {pages}]"));
    })?;
    let relations = package.relations(&place)?;
    for (kind, mark) in [("footnotes", "[footnotes]"), ("endnotes", "[endnotes]")] {
        let Some(notes) = relations.iter().find(|one| one.kind == kind) else {
            continue;
        };
        if let Some(part) = package.find(&notes.target)? {
            written.mark(mark.to_owned());
            flow::read(&part, &mut written, |_| {})?;
        }
    }
    Ok(written.reading(has_pages.then(|| count(pages)), 0))
}
