//! Documents that are made in code, sound and hostile ones.

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};

use zip::{ZipWriter, write::SimpleFileOptions};

/// The archive of those parts.
pub(crate) fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in parts {
        archive
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(part.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn relations(all: &[(&str, &str, &str)]) -> String {
    let mut listed = String::from("<Relationships>");
    for (id, kind, target) in all {
        write!(
            listed,
            r#"<Relationship Id="{id}" Type="http://x/{kind}" Target="{target}"/>"#
        )
        .unwrap();
    }
    listed + "</Relationships>"
}

/// A document of Office with that main part, what it refers to, and those parts.
pub(crate) fn office(
    main: (&str, &str),
    related: &[(&str, &str, &str)],
    parts: &[(&str, &str)],
) -> Vec<u8> {
    let (name, part) = main;
    let (folder, file) = name.split_once('/').unwrap();
    let first = relations(&[("rId1", "officeDocument", name)]);
    let second = relations(related);
    let place = format!("{folder}/_rels/{file}.rels");
    let mut all = vec![
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", first.as_str()),
        (place.as_str(), second.as_str()),
        (name, part),
    ];
    all.extend(parts);
    archive(&all)
}

/// A document of Word with that in its body.
pub(crate) fn word(body: &str) -> Vec<u8> {
    let main = format!(r#"<w:document xmlns:w="http://w"><w:body>{body}</w:body></w:document>"#);
    office(("word/document.xml", &main), &[], &[])
}

/// A paragraph of Word.
pub(crate) fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// A PDF of those objects, the first of which is its catalogue, with more in its trailer.
pub(crate) fn pdf_of(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut pdf = String::from("%PDF-1.7\n");
    let mut places = Vec::new();
    for (place, object) in objects.iter().enumerate() {
        places.push(pdf.len());
        writeln!(pdf, "{} 0 obj\n{object}\nendobj", place + 1).unwrap();
    }
    let table = pdf.len();
    writeln!(pdf, "xref\n0 {}\n0000000000 65535 f ", objects.len() + 1).unwrap();
    for place in places {
        writeln!(pdf, "{place:010} 00000 n ").unwrap();
    }
    let size = objects.len() + 1;
    write!(
        pdf,
        "trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n"
    )
    .unwrap();
    pdf.into_bytes()
}

/// A PDF with a page for each text, a line of it below the other.
pub(crate) fn pdf(pages: &[&str]) -> Vec<u8> {
    pdf_of(&objects(pages), "")
}

/// A PDF that can be opened only with a password.
pub(crate) fn locked_pdf() -> Vec<u8> {
    let key = "7a".repeat(32);
    let lock = format!(
        "/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] \
         /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -3904 /O <{key}> /U <{key}> >>"
    );
    pdf_of(&objects(&["secret"]), &lock)
}

fn objects(pages: &[&str]) -> Vec<String> {
    let kids: Vec<String> = (0..pages.len())
        .map(|page| format!("{} 0 R", 4 + 2 * page))
        .collect();
    let kids = kids.join(" ");
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Count {} /Kids [{kids}] >>", pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
            .to_owned(),
    ];
    for (page, text) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + 2 * page
        ));
        let mut drawn = String::from("BT /F1 12 Tf 14 TL 72 770 Td ");
        for line in text.lines() {
            write!(drawn, "({line}) Tj T* ").unwrap();
        }
        drawn.push_str("ET");
        objects.push(format!(
            "<< /Length {} >>\nstream\n{drawn}\nendstream",
            drawn.len()
        ));
    }
    objects
}
