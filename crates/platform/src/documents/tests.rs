//! What is read of sound documents, and that hostile ones do no harm.

use super::{
    testing::{archive, locked_pdf, office, paragraph, pdf, pdf_of, word},
    *,
};

fn text(kind: DocumentKind, bytes: Vec<u8>) -> Result<String, Unreadable> {
    read(kind, bytes).map(|reading| reading.text)
}

#[test]
fn a_pdf_is_read_page_by_page() {
    let bytes = pdf(&["Spring dawn\nbirds everywhere", "", "The end"]);
    let reading = read(DocumentKind::Pdf, bytes).unwrap();
    let expected = "[page 1]\nSpring dawn\nbirds everywhere\n\n[page 3]\nThe end";
    assert_eq!(reading.text, expected);
    assert_eq!((reading.pages, reading.is_cut), (Some(3), false));
    let empty = read(DocumentKind::Pdf, pdf(&[""])).unwrap();
    assert_eq!(empty.text, "");
}

/// FI-07.
#[test]
fn hostile_pdfs_are_refused_or_read_and_end() {
    assert_eq!(
        text(DocumentKind::Pdf, locked_pdf()),
        Err(Unreadable::Locked)
    );
    let catalogue = "<< /Type /Catalog /Pages 2 0 R >>".to_owned();
    // Pages that are their own parents and children, a count that is a lie, resources that are the page.
    let own = "<< /Type /Pages /Count 2000000000 /Kids [2 0 R 3 0 R 3 0 R] >>".to_owned();
    let page =
        "<< /Type /Page /Parent 2 0 R /Contents [4 0 R 4 0 R] /Resources 3 0 R >>".to_owned();
    let form = "<< /Length 3 >>\nstream\nq Q\nendstream".to_owned();
    let objects = [catalogue.clone(), own, page, form];
    let read_of = read(DocumentKind::Pdf, pdf_of(&objects, ""));
    assert!(read_of.is_ok_and(|reading| reading.pages == Some(1) && reading.text.is_empty()));
    // A form that draws itself.
    let pages = "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned();
    let page =
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>";
    let drawn = "<< /Length 5 >>\nstream\n/X Do\nendstream".to_owned();
    let itself = "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 5 \
        /Resources << /XObject << /X 5 0 R >> >> >>\nstream\n/X Do\nendstream";
    let objects = [catalogue, pages, page.to_owned(), drawn, itself.to_owned()];
    assert_eq!(
        text(DocumentKind::Pdf, pdf_of(&objects, "")).as_deref(),
        Ok("")
    );
    let deep = format!("<< /Deep {}{} >>", "[".repeat(100_000), "]".repeat(100_000));
    let _ends = text(DocumentKind::Pdf, pdf_of(&[deep], ""));
    assert_eq!(
        text(DocumentKind::Pdf, b"%PDF-1.7\n".to_vec()),
        Err(Unreadable::Damaged)
    );
}

#[test]
fn what_is_cut_off_anywhere_is_refused_or_read_and_ends() {
    let sheets = office(("xl/workbook.xml", "<workbook/>"), &[], &[]);
    for (kind, whole) in [
        (DocumentKind::Pdf, pdf(&["Spring", "dawn"])),
        (DocumentKind::Word, word(&paragraph("春"))),
        (DocumentKind::Sheets, sheets),
    ] {
        assert!(read(kind, whole.clone()).is_ok(), "{kind:?}");
        for end in (0..whole.len()).step_by(41) {
            let _ends = read(kind, whole[..end].to_vec());
        }
    }
}

#[test]
fn word_is_read_with_headings_lists_tables_breaks_and_notes() {
    let body = [
        r#"<w:p><w:pPr><w:pStyle w:val="Heading2"/></w:pPr><w:r><w:t>Spring</w:t></w:r></w:p>"#,
        r"<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>one</w:t><w:tab/><w:t>two</w:t></w:r></w:p>",
        r"<w:p><w:del><w:r><w:t>gone</w:t></w:r></w:del><w:r><w:lastRenderedPageBreak/><w:t>next &amp; last</w:t></w:r></w:p>",
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
        r"<mc:AlternateContent><mc:Choice><w:p><w:r><w:t>box</w:t></w:r></w:p></mc:Choice><mc:Fallback><w:p><w:r><w:t>box</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>",
    ];
    let main = format!(
        "<w:document><w:body>{}</w:body></w:document>",
        body.concat()
    );
    let notes = format!("<w:footnotes>{}</w:footnotes>", paragraph("small"));
    let bytes = office(
        ("word/document.xml", &main),
        &[("rId1", "footnotes", "footnotes.xml")],
        &[("word/footnotes.xml", &notes)],
    );
    let reading = read(DocumentKind::Word, bytes).unwrap();
    let expected = "[page 1]\n## Spring\n- one\ttwo\n\n[page 2]\nnext & last\na\tb\n\nbox\n\n[footnotes]\nsmall";
    assert_eq!(reading.text, expected);
    assert_eq!(reading.pages, Some(2));
}

#[test]
fn tables_are_read_sheet_by_sheet() {
    let main = r#"<workbook><sheets><sheet name="一" sheetId="1" r:id="rId2"/><sheet name="None" sheetId="2" r:id="rId9"/></sheets></workbook>"#;
    let texts = r"<sst><si><t>Spring</t><rPh><t>no</t></rPh></si><si><r><t>da</t></r><r><t>wn</t></r></si></sst>";
    let styles =
        r#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    let sheet = r#"<worksheet><sheetData>
        <row><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>
        <row><c r="A2" s="1"><v>45658</v></c><c r="B2"><f>1+1</f><v>2</v></c><c r="C2" t="inlineStr"><is><t>in</t></is></c></row>
        <row><c r="XFD3"><v>far</v></c></row></sheetData></worksheet>"#;
    let bytes = office(
        ("xl/workbook.xml", main),
        &[
            ("rId1", "sharedStrings", "sharedStrings.xml"),
            ("rId2", "worksheet", "worksheets/sheet1.xml"),
            ("rId3", "styles", "/xl/styles.xml"),
        ],
        &[
            ("xl/sharedStrings.xml", texts),
            ("xl/worksheets/sheet1.xml", sheet),
            ("xl/styles.xml", styles),
        ],
    );
    let reading = read(DocumentKind::Sheets, bytes).unwrap();
    assert_eq!(
        reading.text,
        "[sheet 一]\nSpring\t\tdawn\n2025-01-01\t2\tin"
    );
    assert!(reading.is_cut, "a column is too far out");
}

#[test]
fn slides_and_books_are_read_in_their_order() {
    let slide = |text: &str| format!("<p:sld><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>");
    let main = r#"<p:presentation><p:sldIdLst><p:sldId id="256" r:id="rId2"/><p:sldId id="257" r:id="rId1"/></p:sldIdLst></p:presentation>"#;
    let bytes = office(
        ("ppt/presentation.xml", main),
        &[
            ("rId1", "slide", "slides/slide1.xml"),
            ("rId2", "slide", "slides/slide2.xml"),
        ],
        &[
            ("ppt/slides/slide1.xml", &slide("last")),
            ("ppt/slides/slide2.xml", &slide("first")),
        ],
    );
    let slides = text(DocumentKind::Slides, bytes);
    assert_eq!(slides.as_deref(), Ok("[slide 1]\nfirst\n\n[slide 2]\nlast"));
    let book = archive(&[
        ("mimetype", "application/epub+zip"),
        (
            "META-INF/container.xml",
            r#"<container><rootfiles><rootfile full-path="OEBPS/content.opf"/></rootfiles></container>"#,
        ),
        (
            "OEBPS/content.opf",
            r#"<package><manifest><item id="a" href="%E6%98%A5.xhtml"/></manifest><spine><itemref idref="a"/></spine></package>"#,
        ),
        (
            "OEBPS/春.xhtml",
            "<!DOCTYPE html><html><body><p>春眠</p></body></html>",
        ),
    ]);
    let read_of = text(DocumentKind::Book, book);
    assert_eq!(read_of.as_deref(), Ok("[chapter 1]\n春眠"));
}

/// FI-02.
#[test]
fn a_document_of_another_kind_is_no_document_of_this_one() {
    let bytes = word(&paragraph("春"));
    for kind in [
        DocumentKind::Sheets,
        DocumentKind::Slides,
        DocumentKind::Book,
    ] {
        assert_eq!(
            text(kind, bytes.clone()),
            Err(Unreadable::Mismatch),
            "{kind:?}"
        );
    }
    assert_eq!(text(DocumentKind::Pdf, bytes), Err(Unreadable::Damaged));
}

/// FI-03, FI-04.
#[test]
fn hostile_archives_are_refused() {
    let bomb = word(&" ".repeat(20 * 1024 * 1024));
    assert!(bomb.len() < 100_000);
    let laughs =
        r#"<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><w:document>&b;</w:document>"#;
    let outside = archive(&[("_rels/.rels", "<Relationships/>"), ("../../evil", "x")]);
    let entries: Vec<String> = (0..10_001).map(|number| format!("word/{number}")).collect();
    let many: Vec<_> = entries.iter().map(|name| (name.as_str(), "")).collect();
    for (bytes, expected) in [
        (bomb, Unreadable::TooComplex),
        (
            office(("word/document.xml", laughs), &[], &[]),
            Unreadable::Damaged,
        ),
        (outside, Unreadable::Damaged),
        (archive(&many), Unreadable::TooComplex),
        (b"PK\x03\x04".to_vec(), Unreadable::Damaged),
        (Vec::new(), Unreadable::Damaged),
    ] {
        assert_eq!(text(DocumentKind::Word, bytes), Err(expected));
    }
    let deep = format!("{}{}", "<w:p>".repeat(50_000), "</w:p>".repeat(50_000));
    assert_eq!(text(DocumentKind::Word, word(&deep)).as_deref(), Ok(""));
    // What would be fetched, run or shown elsewhere is only not there.
    let main = format!(
        "<w:document><w:body>{}</w:body></w:document>",
        paragraph("safe")
    );
    let inert = office(
        ("word/document.xml", &main),
        &[("rId1", "attachedTemplate", "file:///etc/passwd")],
        &[("word/vbaProject.bin", "Sub AutoOpen()")],
    );
    assert_eq!(text(DocumentKind::Word, inert).as_deref(), Ok("safe"));
}
