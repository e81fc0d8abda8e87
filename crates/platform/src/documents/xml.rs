//! XML as a row of tokens. Entities are never expanded but for single characters, and nothing nests by recursion, so neither laughs nor
//! depth cost anything.

use std::borrow::Cow;

use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesEnd, BytesStart, Event},
};

use super::Unreadable;
use crate::xml_characters::character_of;

/// A step through a part.
pub(super) enum Token<'a> {
    /// An element begins.
    Open(BytesStart<'a>),
    /// An element ends.
    Close(BytesEnd<'a>),
    /// Text in it.
    Text(Cow<'a, str>),
}

/// The tokens of a part.
pub(super) struct Tokens<'a> {
    reader: Reader<&'a [u8]>,
    is_lenient: bool,
}

impl<'a> Tokens<'a> {
    /// Of what a program wrote: well-formed, and without a document type.
    pub(super) fn of(part: &'a str) -> Self {
        let mut reader = Reader::from_str(part);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            is_lenient: false,
        }
    }

    /// Of what people may have written.
    pub(super) fn of_page(part: &'a str) -> Self {
        let mut tokens = Self::of(part);
        let config = tokens.reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        tokens.is_lenient = true;
        tokens
    }

    /// The next one; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>, Unreadable> {
        loop {
            let event = self.reader.read_event();
            return Ok(Some(match event.map_err(|_| Unreadable::Damaged)? {
                Event::Start(open) => Token::Open(open),
                Event::End(close) => Token::Close(close),
                Event::Text(text) => Token::Text(text.decode().map_err(|_| Unreadable::Damaged)?),
                Event::CData(text) => Token::Text(text.decode().map_err(|_| Unreadable::Damaged)?),
                Event::GeneralRef(named) => match character_of(&named, on_a_page) {
                    Some(c) => Token::Text(c.to_string().into()),
                    None => continue,
                },
                Event::DocType(_) if !self.is_lenient => return Err(Unreadable::Damaged),
                // With `expand_empty_elements` an empty one begins and ends.
                Event::Empty(_)
                | Event::DocType(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_) => continue,
                Event::Eof => return Ok(None),
            }));
        }
    }

    /// Passes over the element that has just begun.
    pub(super) fn skip(&mut self) -> Result<(), Unreadable> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.next()? {
                Some(Token::Open(_)) => depth += 1,
                Some(Token::Close(_)) => depth -= 1,
                Some(Token::Text(_)) => {}
                None => return Ok(()),
            }
        }
        Ok(())
    }
}

/// The character of a name that pages use.
fn on_a_page(name: &str) -> Option<char> {
    Some(match name {
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "middot" => '·',
        "copy" => '©',
        _ => return None,
    })
}

/// The name of an element, without what stands before the colon.
pub(super) fn name<'t>(open: &'t BytesStart<'_>) -> &'t [u8] {
    open.local_name().into_inner()
}

/// What an attribute says; `name` is without what stands before a colon, too.
pub(super) fn attribute(open: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = open.attributes();
    let mut known = all.with_checks(false).flatten();
    let found = known.find(|one| one.key.local_name().into_inner() == name.as_bytes())?;
    let raw = std::str::from_utf8(&found.value).ok()?;
    unescape(raw).ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(part: &str) -> Result<String, Unreadable> {
        let mut tokens = Tokens::of(part);
        let mut all = String::new();
        while let Some(token) = tokens.next()? {
            if let Token::Text(text) = token {
                all.push_str(&text);
            }
        }
        Ok(all)
    }

    #[test]
    fn entities_are_characters_or_nothing() {
        assert_eq!(
            text("<a>1 &lt; &#x6625;&unknown;</a>").as_deref(),
            Ok("1 < 春")
        );
        assert_eq!(text("<a><![CDATA[<b>]]></a>").as_deref(), Ok("<b>"));
    }

    /// FI-03.
    #[test]
    fn what_defines_entities_is_refused_and_depth_costs_nothing() {
        let laughs = r#"<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>"#;
        assert_eq!(text(laughs), Err(Unreadable::Damaged));
        let deep = format!("{}x{}", "<a>".repeat(200_000), "</a>".repeat(200_000));
        assert_eq!(text(&deep).as_deref(), Ok("x"));
        assert_eq!(text("<a></b>"), Err(Unreadable::Damaged));
    }

    #[test]
    fn attributes_are_found_by_their_own_name() {
        let mut tokens = Tokens::of(r#"<w:p w:val="a&amp;b" other="1"/>"#);
        let Ok(Some(Token::Open(open))) = tokens.next() else {
            panic!("it begins");
        };
        assert_eq!(name(&open), b"p");
        assert_eq!(attribute(&open, "val").as_deref(), Some("a&b"));
        assert_eq!(attribute(&open, "none"), None);
    }
}
