//! Slides (pptx), in their order.

use super::{
    Reading, Unreadable,
    archive::Package,
    flow,
    written::{Written, count},
    xml::{Token, Tokens, name},
};

/// Reads the text of each.
pub(super) fn read(package: &mut Package) -> Result<Reading, Unreadable> {
    let (place, main) = package.main(b"presentation")?;
    let relations = package.relations(&place)?;
    let mut tokens = Tokens::of(&main);
    let mut ids = Vec::new();
    while let Some(token) = tokens.next()? {
        if let Token::Open(open) = token
            && name(&open) == b"sldId"
        {
            ids.extend(relation(&open));
        }
    }
    let mut written = Written::default();
    for (number, id) in ids.iter().enumerate() {
        let slide = relations.iter().find(|one| one.id == *id);
        let Some(slide) = slide else { continue };
        written.mark(format!("[slide {}]", number + 1));
        let part = package.part(&slide.target)?;
        flow::read(&part, &mut written, |_| {})?;
        if written.is_full() {
            break;
        }
    }
    Ok(written.reading(Some(count(ids.len())), 0))
}

/// `r:id`: a slide also has an `id` of its own.
fn relation(open: &quick_xml::events::BytesStart<'_>) -> Option<String> {
    let mut all = open.attributes();
    let prefixed = all.with_checks(false).flatten().find(|one| {
        let key = one.key.into_inner();
        key.contains(&b':') && key.ends_with(b":id")
    })?;
    let id = std::str::from_utf8(&prefixed.value).ok()?;
    Some(id.to_owned())
}
