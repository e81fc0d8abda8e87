//! Books (EPUB): the chapters in the order in which they are read.

use std::collections::HashMap;

use super::{
    Reading, Unreadable,
    archive::{Package, below},
    written::{Written, count},
    xml::{Token, Tokens, attribute, name},
};

/// Chapters that are read at most.
const CHAPTERS: usize = 5_000;

/// Elements that stand on lines of their own.
const BLOCKS: [&[u8]; 24] = [
    b"p",
    b"div",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"h5",
    b"h6",
    b"li",
    b"ul",
    b"ol",
    b"dl",
    b"dt",
    b"dd",
    b"tr",
    b"table",
    b"blockquote",
    b"pre",
    b"section",
    b"article",
    b"figure",
    b"br",
    b"hr",
    b"body",
];

/// Reads the chapters.
pub(super) fn read(package: &mut Package) -> Result<Reading, Unreadable> {
    if package.find("META-INF/rights.xml")?.is_some() {
        return Err(Unreadable::Locked);
    }
    let container = package.find("META-INF/container.xml")?;
    let place = first(
        &container.ok_or(Unreadable::Mismatch)?,
        b"rootfile",
        "full-path",
    )?;
    let place = place.ok_or(Unreadable::Damaged)?;
    let listed = package.part(&place)?;
    let folder = place.rsplit_once('/').map_or("", |(folder, _)| folder);
    let chapters = chapters(&listed)?;
    let mut written = Written::default();
    for (number, chapter) in chapters.iter().enumerate() {
        if number == CHAPTERS || written.is_full() {
            written.cut();
            break;
        }
        let Some(page) = package.find(&below(folder, &plain(chapter)))? else {
            continue;
        };
        written.mark(format!("[chapter {}]", number + 1));
        text(&page, &mut written)?;
    }
    Ok(written.reading(Some(count(chapters.len())), 0))
}

/// What the first such element says.
fn first(part: &str, element: &[u8], wanted: &str) -> Result<Option<String>, Unreadable> {
    let mut tokens = Tokens::of(part);
    while let Some(token) = tokens.next()? {
        if let Token::Open(open) = token
            && name(&open) == element
        {
            return Ok(attribute(&open, wanted));
        }
    }
    Ok(None)
}

/// Where the chapters are, from the folder of the list on.
fn chapters(listed: &str) -> Result<Vec<String>, Unreadable> {
    let mut tokens = Tokens::of_page(listed);
    let mut places: HashMap<String, String> = HashMap::new();
    let mut order = Vec::new();
    while let Some(token) = tokens.next()? {
        let Token::Open(open) = token else { continue };
        match name(&open) {
            b"item" => {
                if let (Some(id), Some(place)) = (attribute(&open, "id"), attribute(&open, "href"))
                {
                    places.insert(id, place);
                }
            }
            b"itemref" => order.extend(attribute(&open, "idref")),
            _ => {}
        }
    }
    Ok(order
        .iter()
        .filter_map(|id| places.get(id).cloned())
        .collect())
}

/// `Text/%E6%98%A5.xhtml#begin` is `Text/春.xhtml`.
fn plain(place: &str) -> String {
    let place = place.split('#').next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(place.len());
    let mut rest = place.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *first == b'%');
        let decoded = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() {
            &behind[2..]
        } else {
            behind
        };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| place.to_owned())
}

/// The text of a page. One that is not well-formed is read as far as it goes.
fn text(page: &str, written: &mut Written) -> Result<(), Unreadable> {
    let mut tokens = Tokens::of_page(page);
    let mut line = String::new();
    loop {
        let token = match tokens.next() {
            Ok(Some(token)) => token,
            Ok(None) | Err(Unreadable::Damaged) => break,
            Err(error) => return Err(error),
        };
        if written.is_full() {
            break;
        }
        match token {
            Token::Open(open) => match name(&open) {
                b"script" | b"style" | b"head" | b"svg" => tokens.skip()?,
                b"td" | b"th" if !line.is_empty() => line.push('\t'),
                element if BLOCKS.contains(&element) => end(&mut line, element, written),
                _ => {}
            },
            Token::Close(close) => {
                let element = close.local_name();
                let element = element.into_inner();
                if BLOCKS.contains(&element) {
                    end(&mut line, element, written);
                }
            }
            Token::Text(text) => {
                for word in text.split_inclusive(char::is_whitespace) {
                    let trimmed = word.trim_end();
                    line.push_str(trimmed);
                    let is_parted = line.is_empty() || line.ends_with([' ', '\t']);
                    if trimmed.len() < word.len() && !is_parted {
                        line.push(' ');
                    }
                }
            }
        }
    }
    end(&mut line, b"p", written);
    Ok(())
}

fn end(line: &mut String, element: &[u8], written: &mut Written) {
    if line.trim().is_empty() {
        line.clear();
        return;
    }
    written.line(line.trim());
    line.clear();
    if !matches!(element, b"br" | b"li" | b"tr" | b"dt" | b"dd") {
        written.line("");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_decoded_and_text_is_told_from_the_rest() {
        assert_eq!(plain("Text/%E6%98%A5.xhtml#a"), "Text/春.xhtml");
        assert_eq!(plain("100%"), "100%");
        let mut written = Written::default();
        let page = "<html><head><title>no</title></head><body><h1>春\n 晓</h1><p>One &nbsp;<b>two</b><br/>three</p>\
            <script>no</script><ul><li>a</li><li>b</li></ul></body></html>";
        text(page, &mut written).unwrap();
        let reading = written.reading(None, 0);
        assert_eq!(reading.text, "春 晓\n\nOne two\nthree\n\na\nb");
    }
}
