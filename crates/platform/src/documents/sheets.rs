//! Tables (xlsx): each sheet by its name, a row a line, cells parted by tabs. What a formula came to is read, not the formula.

use super::{
    Reading, Unreadable,
    archive::Package,
    cells::{self, Shown},
    written::{Written, count},
    xml::{Token, Tokens, attribute, name},
};

/// Cells of a row that are read.
const COLUMNS: usize = 256;
/// Cells that are read of all sheets, empty ones too.
const CELLS: usize = 2_000_000;

/// A sheet, as the workbook names it.
struct Sheet {
    name: String,
    relation: String,
}

/// What cells refer to.
struct Shared {
    texts: Vec<String>,
    styles: Vec<Shown>,
}

/// Reads all sheets.
pub(super) fn read(package: &mut Package) -> Result<Reading, Unreadable> {
    let (place, main) = package.main(b"workbook")?;
    let relations = package.relations(&place)?;
    let target = |kind: &str| {
        let found = relations.iter().find(|one| one.kind == kind);
        found.map(|one| one.target.clone())
    };
    let texts = match target("sharedStrings") {
        Some(name) => texts(&package.part(&name)?)?,
        None => Vec::new(),
    };
    let styles = match target("styles") {
        Some(name) => cells::styles(&package.part(&name)?)?,
        None => Vec::new(),
    };
    let shared = Shared { texts, styles };
    let sheets = sheets(&main)?;
    let mut written = Written::default();
    let mut left = CELLS;
    for sheet in &sheets {
        let found = relations.iter().find(|one| one.id == sheet.relation);
        // A chart's sheet is another kind of part.
        let Some(found) = found.filter(|one| one.kind == "worksheet") else {
            continue;
        };
        let part = package.part(&found.target)?;
        written.mark(format!("[sheet {}]", sheet.name.replace(['\n', ']'], " ")));
        rows(&part, &shared, &mut left, &mut written)?;
        if left == 0 || written.is_full() {
            written.cut();
            break;
        }
    }
    Ok(written.reading(Some(count(sheets.len())), 0))
}

fn sheets(main: &str) -> Result<Vec<Sheet>, Unreadable> {
    let mut tokens = Tokens::of(main);
    let mut sheets = Vec::new();
    while let Some(token) = tokens.next()? {
        let Token::Open(open) = token else { continue };
        if name(&open) == b"sheet"
            && let (Some(name), Some(relation)) = (attribute(&open, "name"), attribute(&open, "id"))
        {
            sheets.push(Sheet { name, relation });
        }
    }
    Ok(sheets)
}

/// Texts that cells share. How they are to be read aloud is not part of them.
fn texts(part: &str) -> Result<Vec<String>, Unreadable> {
    let mut tokens = Tokens::of(part);
    let (mut texts, mut is_text) = (Vec::new(), false);
    while let Some(token) = tokens.next()? {
        match token {
            Token::Open(open) => match name(&open) {
                b"si" => texts.push(String::new()),
                b"t" => is_text = true,
                b"rPh" => tokens.skip()?,
                _ => {}
            },
            Token::Close(close) if close.local_name().into_inner() == b"t" => is_text = false,
            Token::Text(text) if is_text => {
                if let Some(last) = texts.last_mut() {
                    last.push_str(&text);
                }
            }
            Token::Close(_) | Token::Text(_) => {}
        }
    }
    Ok(texts)
}

/// A cell that is being read.
#[derive(Default)]
struct Cell {
    column: usize,
    kind: String,
    style: usize,
    value: String,
}

impl Cell {
    fn text(&self, shared: &Shared) -> String {
        let text = match self.kind.as_str() {
            "s" => {
                let place = self.value.trim().parse::<usize>().ok();
                let text = place.and_then(|place| shared.texts.get(place));
                text.cloned().unwrap_or_default()
            }
            "b" if self.value == "1" => "TRUE".to_owned(),
            "b" => "FALSE".to_owned(),
            "" | "n" if shared.styles.get(self.style) == Some(&Shown::Moment) => {
                cells::moment(&self.value).unwrap_or_else(|| self.value.clone())
            }
            _ => self.value.clone(),
        };
        text.replace(['\t', '\n', '\r'], " ")
    }
}

fn rows(
    part: &str,
    shared: &Shared,
    left: &mut usize,
    written: &mut Written,
) -> Result<(), Unreadable> {
    let mut tokens = Tokens::of(part);
    let mut row: Vec<String> = Vec::new();
    let mut cell = Cell::default();
    let mut is_value = false;
    while let Some(token) = tokens.next()? {
        match token {
            Token::Open(open) => match name(&open) {
                b"c" => {
                    let number = |name| attribute(&open, name).and_then(|text| text.parse().ok());
                    cell = Cell {
                        column: attribute(&open, "r")
                            .and_then(|place| column(&place))
                            .unwrap_or(row.len()),
                        kind: attribute(&open, "t").unwrap_or_default(),
                        style: number("s").unwrap_or(0),
                        value: String::new(),
                    };
                }
                b"v" | b"t" => is_value = true,
                b"f" | b"rPh" => tokens.skip()?,
                _ => {}
            },
            Token::Text(text) if is_value => cell.value.push_str(&text),
            Token::Text(_) => {}
            Token::Close(close) => match close.local_name().into_inner() {
                b"v" | b"t" => is_value = false,
                b"c" if cell.column < COLUMNS => {
                    let more = (cell.column + 1).saturating_sub(row.len());
                    let Some(rest) = left.checked_sub(more) else {
                        *left = 0;
                        return Ok(());
                    };
                    *left = rest;
                    row.resize(row.len() + more, String::new());
                    row[cell.column] = cell.text(shared);
                }
                b"c" => written.cut(),
                b"row" => {
                    let line = row.join("\t");
                    row.clear();
                    if !line.trim().is_empty() {
                        written.line(&line);
                    }
                    if written.is_full() {
                        return Ok(());
                    }
                }
                _ => {}
            },
        }
    }
    Ok(())
}

/// The column of a place like `AB12`, from nought on.
fn column(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let number = letters.fold(0_usize, |sum, letter| {
        sum * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    number.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_names_its_column() {
        for (place, expected) in [
            ("A1", Some(0)),
            ("z9", Some(25)),
            ("AB12", Some(27)),
            ("12", None),
        ] {
            assert_eq!(column(place), expected, "{place}");
        }
    }
}
