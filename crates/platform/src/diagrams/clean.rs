//! What is left of a drawing: shapes and text of a list, with attributes of a list, written anew.
//!
//! What draws diagrams keeps links, callbacks and colours as they stand in the source, and not everything of that escaped. So nothing of
//! what it wrote is passed on: it is read as XML, and each element that is known is written with those of its attributes that
//! are known and say nothing that could ask for anything.

use quick_xml::{
    Reader,
    escape::{partial_escape, unescape},
    events::{BytesStart, Event},
};

use crate::{files::text::is_shown, xml_characters::character};

/// What is written.
const ELEMENTS: [&str; 18] = [
    "g",
    "defs",
    "marker",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "title",
    "desc",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
];

/// What is written of them. None of these leads anywhere or runs anything.
const ATTRIBUTES: [&str; 58] = [
    "aria-describedby",
    "aria-labelledby",
    "aria-roledescription",
    "clip-path",
    "cx",
    "cy",
    "d",
    "dominant-baseline",
    "dx",
    "dy",
    "fill",
    "fill-opacity",
    "fill-rule",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "gradientTransform",
    "gradientUnits",
    "height",
    "id",
    "markerHeight",
    "markerUnits",
    "markerWidth",
    "marker-end",
    "marker-mid",
    "marker-start",
    "offset",
    "opacity",
    "orient",
    "points",
    "preserveAspectRatio",
    "r",
    "refX",
    "refY",
    "role",
    "rx",
    "ry",
    "stop-color",
    "stop-opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
    "text-decoration",
    "transform",
    "viewBox",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
];

/// The sides of a drawing are at most so long.
const LONGEST_SIDE: f64 = 100_000.0;

/// What is done with an element.
enum Fate {
    /// It is written.
    Written(&'static str),
    /// What is in it is written: of a link its text.
    Opened,
    /// It goes with all that is in it.
    Dropped,
}

/// The drawing, on that ground; nothing where it is none.
pub(super) fn clean(drawn: &str, ground: &str) -> Option<String> {
    let mut reader = Reader::from_str(drawn);
    reader.config_mut().expand_empty_elements = true;
    let mut out = String::with_capacity(drawn.len());
    // What closes each element that is open.
    let mut open: Vec<Option<&'static str>> = Vec::new();
    let mut dropped = 0_usize;
    let mut is_begun = false;
    loop {
        match reader.read_event().ok()? {
            Event::Start(_) if dropped > 0 => dropped += 1,
            Event::Start(start) if !is_begun => {
                begin(&mut out, &start, ground)?;
                open.push(Some("svg"));
                is_begun = true;
            }
            // Only one drawing.
            Event::Start(_) if open.is_empty() => return None,
            Event::Start(start) => match fate(&start) {
                Fate::Written(name) => {
                    out.extend(["<", name]);
                    push_attributes(&mut out, &start, &[]);
                    out.push('>');
                    open.push(Some(name));
                }
                Fate::Opened => open.push(None),
                Fate::Dropped => dropped = 1,
            },
            Event::End(_) if dropped > 0 => dropped -= 1,
            Event::End(_) => {
                if let Some(name) = open.pop()? {
                    out.extend(["</", name, ">"]);
                }
            }
            Event::Text(text) if dropped == 0 => push_text(&mut out, &text.decode().ok()?),
            Event::CData(text) if dropped == 0 => push_text(&mut out, &text.decode().ok()?),
            Event::GeneralRef(named) if dropped == 0 => {
                if let Some(c) = character(&named) {
                    push_text(&mut out, c.encode_utf8(&mut [0; 4]));
                }
            }
            Event::DocType(_) => return None,
            Event::Text(_)
            | Event::CData(_)
            | Event::GeneralRef(_)
            | Event::Empty(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    (is_begun && open.is_empty() && dropped == 0).then_some(out)
}

fn fate(start: &BytesStart<'_>) -> Fate {
    let name = start.name().into_inner();
    if let Some(&known) = ELEMENTS.iter().find(|known| known.as_bytes() == name) {
        return Fate::Written(known);
    }
    if name == b"a" {
        return Fate::Opened;
    }
    Fate::Dropped
}

/// The drawing itself, as large as it was meant to be, and its ground.
fn begin(out: &mut String, start: &BytesStart<'_>, ground: &str) -> Option<()> {
    if start.name().into_inner() != b"svg" {
        return None;
    }
    let mut attributes = start.attributes();
    let view = attributes.with_checks(false).flatten();
    let mut views = view.filter(|one| one.key.into_inner() == b"viewBox");
    let view = views.next()?.value;
    let sides = std::str::from_utf8(&view).ok()?.split_ascii_whitespace();
    let sides: Result<Vec<f64>, _> = sides.map(str::parse).collect();
    let &[x, y, width, height] = sides.ok()?.as_slice() else {
        return None;
    };
    let is_side = |side: f64| side > 0.0 && side <= LONGEST_SIDE;
    let is_place = |place: f64| place.abs() <= LONGEST_SIDE;
    if !(is_side(width) && is_side(height) && is_place(x) && is_place(y)) {
        return None;
    }
    out.push_str("<svg xmlns=\"http://www.w3.org/2000/svg\"");
    push_attribute(out, "width", &width.to_string());
    push_attribute(out, "height", &height.to_string());
    push_attributes(out, start, &["width", "height"]);
    out.push_str("><rect");
    for (name, side) in [("x", x), ("y", y), ("width", width), ("height", height)] {
        push_attribute(out, name, &side.to_string());
    }
    // It may come from the source.
    let is_colour = !ground.is_empty() && is_harmless(ground);
    push_attribute(out, "fill", if is_colour { ground } else { "#fff" });
    out.push_str("></rect>");
    Some(())
}

/// The attributes that are known, once each, without those that are written otherwise.
fn push_attributes(out: &mut String, start: &BytesStart<'_>, without: &[&str]) {
    let is_text = matches!(start.name().into_inner(), b"text" | b"tspan");
    let mut written: Vec<&str> = without.to_vec();
    let mut attributes = start.attributes();
    // What can't be read as an attribute is none.
    for attribute in attributes.with_checks(false).flatten() {
        let key = attribute.key.into_inner();
        let Some(&name) = ATTRIBUTES.iter().find(|known| known.as_bytes() == key) else {
            continue;
        };
        let value = std::str::from_utf8(&attribute.value).ok();
        let Some(value) = value.and_then(|value| unescape(value).ok()) else {
            continue;
        };
        if written.contains(&name) {
            continue;
        }
        if is_harmless(&value) && !value.is_empty() {
            written.push(name);
            push_attribute(out, name, &value);
        } else if name == "fill" && !is_text {
            // What says nothing would be black, and so is what is written on it.
            written.push(name);
            push_attribute(out, name, "none");
        }
    }
}

/// Whether a value asks for nothing: it may be read as a style sheet's, where a backslash can stand for a letter.
fn is_harmless(value: &str) -> bool {
    if value.contains(['\\', ':', '<', '"']) || value.chars().any(char::is_control) {
        return false;
    }
    if !value.to_ascii_lowercase().contains("url") {
        return true;
    }
    // Something else in the same drawing.
    let inner = value.strip_prefix("url(#");
    let inner = inner.and_then(|rest| rest.strip_suffix(')'));
    inner.is_some_and(|id| id.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c)))
}

fn push_attribute(out: &mut String, name: &str, value: &str) {
    out.extend([" ", name, "=\""]);
    out.push_str(&quick_xml::escape::escape(value));
    out.push('"');
}

/// What a reader sees of a text.
fn push_text(out: &mut String, text: &str) {
    let is_kept = |c: char| {
        is_shown(c) && (!c.is_control() || c == '\n') && !matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    let seen: String = text.chars().filter(|&c| is_kept(c)).collect();
    out.push_str(&partial_escape(seen));
}
