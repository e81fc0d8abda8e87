//! A transcript as a document of Office Open XML: four small parts in a ZIP archive. What a document needs is so little that no
//! library for it is.

use std::io::{Cursor, Write};

use model::transcript::TranscriptView;
use zip::{ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::{clock, headings, turns};
use crate::Error;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>"#;
const PACKAGE: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;
const PARTS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="Microsoft YaHei"/><w:sz w:val="22"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="300" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:rPr><w:b/><w:sz w:val="40"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="280"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="28"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Speaker"><w:name w:val="Speaker"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="200" w:after="40"/></w:pPr><w:rPr><w:b/><w:color w:val="555555"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Translation"><w:name w:val="Translation"/><w:basedOn w:val="Normal"/><w:rPr><w:i/><w:color w:val="555555"/></w:rPr></w:style></w:styles>"#;

/// The document.
pub(super) fn docx(view: &TranscriptView, chinese: bool) -> Result<Vec<u8>, Error> {
    // In memory nothing fails but a document of four gigabytes.
    packed(&document(view, chinese)).map_err(|_| Error::Refused(model::FailureCode::TooLarge))
}

fn packed(document: &str) -> Result<Vec<u8>, ZipError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", PACKAGE),
        ("word/_rels/document.xml.rels", PARTS),
        ("word/styles.xml", STYLES),
        ("word/document.xml", document),
    ] {
        archive.start_file(name, SimpleFileOptions::default())?;
        archive.write_all(part.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

fn document(view: &TranscriptView, chinese: bool) -> String {
    let say = headings(chinese);
    let notes = &view.notes;
    let mut body = Body::default();
    body.paragraph("Title", &view.line.title);
    if !notes.summary.is_empty() {
        body.paragraph("Heading1", say.summary);
        body.paragraph("Normal", &notes.summary);
    }
    let points = notes.key_points.iter().map(|point| format!("• {point}"));
    body.list(say.key_points, points.collect());
    let chapters = notes.chapters.iter().map(|chapter| {
        format!(
            "{}  {}\u{2003}{}",
            clock(chapter.begin_ms),
            chapter.title,
            chapter.summary
        )
    });
    body.list(say.chapters, chapters.collect());
    let actions = notes.actions.iter().map(|action| {
        let parts = [&action.text, &action.who, &action.due];
        let parts: Vec<&str> = parts
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        format!("☐ {}", parts.join(" · "))
    });
    body.list(say.actions, actions.collect());
    if !notes.questions.is_empty() {
        body.paragraph("Heading1", say.questions);
        for asked in &notes.questions {
            body.paragraph("Speaker", &asked.question);
            body.paragraph("Normal", &asked.answer);
        }
    }
    body.paragraph("Heading1", say.text);
    for turn in turns(view, chinese) {
        let speaker = turn.speaker.as_deref().unwrap_or_default();
        body.paragraph("Speaker", &format!("{} {speaker}", clock(turn.begin_ms)));
        body.paragraph("Normal", &turn.text());
        if let Some(translation) = turn.translation() {
            body.paragraph("Translation", &translation);
        }
    }
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body></w:document>"#,
        body.0
    )
}

#[derive(Default)]
struct Body(String);

impl Body {
    fn paragraph(&mut self, style: &str, text: &str) {
        self.0.push_str("<w:p><w:pPr><w:pStyle w:val=\"");
        self.0.push_str(style);
        self.0
            .push_str("\"/></w:pPr><w:r><w:t xml:space=\"preserve\">");
        self.0.push_str(&escaped(text));
        self.0.push_str("</w:t></w:r></w:p>");
    }

    fn list(&mut self, heading: &str, lines: Vec<String>) {
        if lines.is_empty() {
            return;
        }
        self.paragraph("Heading1", heading);
        for line in lines {
            self.paragraph("Normal", &line);
        }
    }
}

/// What XML takes: no characters that it forbids.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\t' | '\n' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::transcripts::export::tests::meeting;

    #[test]
    fn a_document_has_its_parts_and_nothing_that_xml_forbids() {
        let bytes = docx(&meeting(), true).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(archive.len(), 5);
        let mut text = String::new();
        let mut part = archive.by_name("word/document.xml").unwrap();
        part.read_to_string(&mut text).unwrap();
        assert!(text.contains("好的 &lt;b&gt; &amp; 走。") && text.contains("待办事项"));
        assert_eq!(escaped("a\u{0}\u{b}<\n"), "a&lt; ");
    }
}
