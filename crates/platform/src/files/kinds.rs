//! Which files are kept, and what they really are: the content decides, and name and declared type must agree with it. (FI-01,
//! FI-02)

use model::{
    FileName, Medium,
    attachment::{DOCUMENTS, TEXT_EXTENSIONS, TEXT_MIME},
};

use super::{FilesError, text};
use crate::documents::{self, DocumentKind};

/// As many bytes of the beginning are enough to know a type.
pub(super) const ENOUGH: usize = 4096;

/// A type of files that are kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) mime: &'static str,
    /// What names may end in; the first is what a name without an end gets.
    extensions: &'static [&'static str],
    /// Other names that senders use for the type.
    aliases: &'static [&'static str],
}

/// How a film or sound is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// As MP4 and QuickTime are.
    Boxes,
    /// As `WebM` is.
    Elements,
    /// As MP3 is: sound, with tags before and behind it.
    Frames,
    /// As FLAC is: blocks before the sound, and tags behind it.
    Blocks,
    /// As Ogg is.
    Pages,
    /// As WAV is.
    Chunks,
}

const fn of(
    mime: &'static str,
    extensions: &'static [&'static str],
    aliases: &'static [&'static str],
) -> Type {
    Type {
        mime,
        extensions,
        aliases,
    }
}

pub(super) const PNG: &Type = &of("image/png", &["png"], &["image/x-png"]);
pub(super) const JPEG: &Type = &of(
    "image/jpeg",
    &["jpg", "jpeg", "jpe", "jfif"],
    &["image/jpg", "image/pjpeg"],
);
pub(super) const WEBP: &Type = &of("image/webp", &["webp"], &[]);
pub(super) const GIF: &Type = &of("image/gif", &["gif"], &[]);
pub(super) const BMP: &Type = &of("image/bmp", &["bmp"], &["image/x-ms-bmp", "image/x-bmp"]);
const MP4: &Type = &of("video/mp4", &["mp4", "m4v"], &["video/x-m4v"]);
const MOV: &Type = &of("video/quicktime", &["mov", "qt"], &[]);
const WEBM: &Type = &of("video/webm", &["webm", "weba"], &["audio/webm"]);
const M4A: &Type = &of("audio/mp4", &["m4a", "m4b"], &["audio/x-m4a", "audio/m4a"]);
const AAC: &Type = &of("audio/aac", &["aac"], &["audio/aacp", "audio/x-aac"]);
const MP3: &Type = &of("audio/mpeg", &["mp3"], &["audio/mp3", "audio/x-mp3"]);
const WAV: &Type = &of(
    "audio/wav",
    &["wav", "wave"],
    &["audio/x-wav", "audio/wave", "audio/vnd.wave"],
);
const OGG: &Type = &of(
    "audio/ogg",
    &["ogg", "oga", "opus"],
    &["audio/opus", "application/ogg"],
);
const FLAC: &Type = &of("audio/flac", &["flac"], &["audio/x-flac"]);
const AMR: &Type = &of("audio/amr", &["amr"], &["audio/x-amr", "audio/3gpp"]);
/// Text of any kind is one type: its content does not tell more, and it is given out as nothing else.
const TEXT: &Type = &of(
    TEXT_MIME,
    TEXT_EXTENSIONS,
    &["text/markdown", "text/csv", "application/json"],
);

/// What senders call what they only know to be an archive.
const ARCHIVE: &[&str] = &["application/zip", "application/x-zip-compressed"];
const PDF: &Type = &of(DOCUMENTS[0].1, &["pdf"], &["application/x-pdf"]);
const WORD: &Type = &of(DOCUMENTS[1].1, &["docx"], ARCHIVE);
const SHEETS: &Type = &of(DOCUMENTS[2].1, &["xlsx"], ARCHIVE);
const SLIDES: &Type = &of(DOCUMENTS[3].1, &["pptx"], ARCHIVE);
const BOOK: &Type = &of(DOCUMENTS[4].1, &["epub"], ARCHIVE);

impl Type {
    /// The type of that name that is kept.
    pub(super) fn named(mime: &str) -> Option<&'static Self> {
        let all = [
            PNG, JPEG, WEBP, GIF, BMP, MP4, MOV, WEBM, M4A, AAC, MP3, WAV, OGG, FLAC, AMR, TEXT,
            PDF, WORD, SHEETS, SLIDES, BOOK,
        ];
        all.into_iter().find(|known| known.mime == mime)
    }

    /// What is in it.
    pub(super) fn medium(&self) -> Option<Medium> {
        Medium::of_mime(self.mime)
    }

    /// How a film or sound of that type is laid out, where its makers can say something beside it. AMR has no room for that.
    pub(super) fn layout(&self) -> Option<Layout> {
        let layouts: [(&[&Self], Layout); 6] = [
            (&[MP4, MOV, M4A], Layout::Boxes),
            (&[WEBM], Layout::Elements),
            (&[MP3, AAC], Layout::Frames),
            (&[FLAC], Layout::Blocks),
            (&[OGG], Layout::Pages),
            (&[WAV], Layout::Chunks),
        ];
        let found = layouts.into_iter().find(|(types, _)| types.contains(&self));
        found.map(|(_, layout)| layout)
    }

    /// Whether a name may end so.
    fn has_extension(&self, extension: &str) -> bool {
        let is = |known: &&&str| known.eq_ignore_ascii_case(extension);
        self.extensions.iter().find(is).is_some()
    }

    fn is_called(&self, mime: &str) -> bool {
        self.mime == mime || self.aliases.contains(&mime)
    }

    /// The name with an end that fits: one that it lacks is added, another one refused.
    pub(super) fn complete(&self, name: &FileName) -> Result<FileName, FilesError> {
        match name.extension() {
            Some(extension) if self.has_extension(extension) => Ok(name.clone()),
            Some(_) => Err(FilesError::TypeMismatch),
            None => {
                let end = self.extensions.first().copied().unwrap_or_default();
                Ok(FileName::parse(format!("{}.{end}", name.as_str()))?)
            }
        }
    }
}

/// What the content is that begins with `head`, if name and declared type agree. A sender that does not know says
/// `application/octet-stream` or nothing.
pub(super) fn agreed(
    head: &[u8],
    name: &FileName,
    declared: Option<&str>,
) -> Result<&'static Type, FilesError> {
    // What could be text is text where its name says so: many a picture's beginning is a word's, too.
    let is_named_text = name
        .extension()
        .is_some_and(|extension| TEXT.has_extension(extension));
    let candidates: &[&'static Type] = if is_named_text && text::may_begin(head) {
        &[TEXT]
    } else if let Some(kind) = document(name) {
        if kind.is_office() && documents::is_locked_office(head) {
            return Err(FilesError::Locked);
        }
        of_document(kind, head)
    } else {
        by_content(head)
    };
    if candidates.is_empty() {
        return Err(FilesError::TypeRefused);
    }
    let declared = declared
        .map(essence)
        .filter(|mime| !mime.is_empty() && mime != "application/octet-stream");
    let agrees = |kind: &&&Type| {
        let named = name.extension();
        named.is_none_or(|extension| kind.has_extension(extension))
            && declared.as_deref().is_none_or(|mime| kind.is_called(mime))
    };
    let agreed = candidates.iter().find(agrees);
    agreed.copied().ok_or(FilesError::TypeMismatch)
}

/// The kind of document that the name says.
fn document(name: &FileName) -> Option<DocumentKind> {
    DocumentKind::of_extension(&name.extension()?.to_ascii_lowercase())
}

/// All archives begin in the same way: which of them is a document, the name says, and what is in it must agree.
fn of_document(kind: DocumentKind, head: &[u8]) -> &'static [&'static Type] {
    if !documents::may_begin(kind, head) {
        return by_content(head);
    }
    match kind {
        DocumentKind::Pdf => &[PDF],
        DocumentKind::Word => &[WORD],
        DocumentKind::Sheets => &[SHEETS],
        DocumentKind::Slides => &[SLIDES],
        DocumentKind::Book => &[BOOK],
    }
}

/// `Image/PNG; charset=x` is `image/png`.
fn essence(mime: &str) -> String {
    let essence = mime.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// The types that a content which begins so can be of. MP4 holds films or sound, which its beginning does not always tell.
fn by_content(head: &[u8]) -> &'static [&'static Type] {
    if let Some(brand) = head.get(8..12)
        && head.get(4..8) == Some(b"ftyp")
    {
        return match brand {
            b"qt  " => &[MOV],
            b"M4A " | b"M4B " => &[M4A],
            b"M4V " | b"M4VH" | b"M4VP" | b"MSNV" => &[MP4],
            b"avc1" | b"dash" | b"mmp4" => &[MP4, M4A],
            _ if brand.starts_with(b"iso") || brand.starts_with(b"mp4") => &[MP4, M4A],
            // Also pictures (HEIC, AVIF), which can't be read here.
            _ => &[],
        };
    }
    if head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) {
        // The document's type stands in the header, which is short.
        let header = &head[..head.len().min(64)];
        let is_webm = header.windows(7).any(|text| text == b"\x42\x82\x84webm");
        return if is_webm { &[WEBM] } else { &[] };
    }
    if documents::may_begin(DocumentKind::Pdf, head) {
        return &[PDF];
    }
    match infer::get(head).map_or("", |found| found.mime_type()) {
        "image/png" => &[PNG],
        "image/jpeg" => &[JPEG],
        "image/webp" => &[WEBP],
        "image/gif" => &[GIF],
        "image/bmp" => &[BMP],
        "audio/mpeg" => &[MP3],
        "audio/x-wav" => &[WAV],
        "audio/aac" => &[AAC],
        "audio/ogg" | "audio/opus" => &[OGG],
        "audio/x-flac" => &[FLAC],
        "audio/amr" => &[AMR],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG_HEAD: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const ISO: &[u8] = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2";

    fn mime(head: &[u8], name: &str, declared: Option<&str>) -> Result<&'static str, &'static str> {
        let name = FileName::parse(name).unwrap();
        match agreed(head, &name, declared) {
            Ok(kind) => Ok(kind.mime),
            Err(FilesError::TypeRefused) => Err("refused"),
            Err(_) => Err("mismatch"),
        }
    }

    #[test]
    fn what_is_kept_is_known_by_its_beginning() {
        let riff = |kind: &[u8]| [&b"RIFF\x24\0\0\0"[..], kind, &b"fmt VP8 "[..]].concat();
        for (head, expected) in [
            (PNG_HEAD.to_vec(), "image/png"),
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF".to_vec(), "image/jpeg"),
            (riff(b"WEBP"), "image/webp"),
            (b"GIF89a\x01\0\x01\0".to_vec(), "image/gif"),
            (b"BM\x46\0\0\0\0\0\0\0".to_vec(), "image/bmp"),
            (ISO.to_vec(), "video/mp4"),
            (b"\0\0\0\x14ftypqt  \0\0\0\0".to_vec(), "video/quicktime"),
            (b"\0\0\0\x1cftypM4A \0\0\0\0".to_vec(), "audio/mp4"),
            (
                b"\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01\x42\x82\x84webm".to_vec(),
                "video/webm",
            ),
            (b"ID3\x04\0\0\0\0\0\0".to_vec(), "audio/mpeg"),
            (b"\xFF\xFB\x90\x64\0\0".to_vec(), "audio/mpeg"),
            (b"\xFF\xF1\x50\x80\0\0".to_vec(), "audio/aac"),
            (riff(b"WAVE"), "audio/wav"),
            (b"OggS\0\x02\0\0".to_vec(), "audio/ogg"),
            (b"fLaC\0\0\0\x22".to_vec(), "audio/flac"),
            (b"#!AMR\n\x0c\0\0\0\0\0\0".to_vec(), "audio/amr"),
        ] {
            assert_eq!(mime(&head, "a", None), Ok(expected), "{head:?}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for head in [
            &b""[..],
            b"<svg xmlns='http://www.w3.org/2000/svg'>",
            b"<!DOCTYPE html><script>alert(1)</script>",
            b"PK\x03\x04\x14\0\0\0\x08\0",
            b"MZ\x90\0\x03\0\0\0\x04\0",
            b"\x7fELF\x02\x01\x01\0",
            b"\0\0\0\x18ftypheic\0\0\0\0",
            b"\0\0\0\x18ftypavif\0\0\0\0",
            b"\x1A\x45\xDF\xA3\xA3\x42\x86\x81\x01\x42\x82\x88matroska",
        ] {
            assert_eq!(mime(head, "a", None), Err("refused"), "{head:?}");
        }
    }

    /// FI-02.
    #[test]
    fn name_and_declared_type_agree_with_the_content() {
        for (head, name, declared, expected) in [
            (PNG_HEAD, "a.PNG", Some("Image/PNG; x=y"), Ok("image/png")),
            (
                PNG_HEAD,
                "a.png",
                Some("application/octet-stream"),
                Ok("image/png"),
            ),
            (PNG_HEAD, "a.jpg", None, Err("mismatch")),
            (PNG_HEAD, "a.html", Some("image/png"), Err("mismatch")),
            (PNG_HEAD, "a.png", Some("text/html"), Err("mismatch")),
            (ISO, "a.m4a", None, Ok("audio/mp4")),
            (ISO, "a", Some("audio/mp4"), Ok("audio/mp4")),
            (ISO, "a.mp4", Some("audio/mp4"), Err("mismatch")),
            (ISO, "a.mov", None, Err("mismatch")),
        ] {
            assert_eq!(mime(head, name, declared), expected, "{name} {declared:?}");
        }
    }

    /// FI-02.
    #[test]
    fn text_is_what_reads_as_text_and_is_called_so() {
        for (head, name, declared, expected) in [
            (&b"# Spring"[..], "a.md", None, Ok("text/plain")),
            (b"BMW, VW", "cars.csv", Some("text/csv"), Ok("text/plain")),
            (b"# Spring", "a", None, Err("refused")),
            (b"# Spring", "a.html", None, Err("refused")),
            (b"# Spring", "a.md", Some("image/png"), Err("mismatch")),
            (b"MZ\x90\0\x03\0", "a.txt", None, Err("refused")),
            (PNG_HEAD, "a.txt", None, Err("mismatch")),
        ] {
            assert_eq!(mime(head, name, declared), expected, "{name} {declared:?}");
        }
    }

    /// FI-02.
    #[test]
    fn a_document_is_what_its_name_and_its_beginning_say() {
        let archive = |first: &str| {
            let length = u8::try_from(first.len()).unwrap();
            [
                &b"PK\x03\x04"[..],
                &[0; 22],
                &[length, 0, 0, 0],
                first.as_bytes(),
            ]
            .concat()
        };
        let (office, other) = (archive("_rels/.rels"), archive("a.exe"));
        let (office, other) = (office.as_slice(), other.as_slice());
        let (pdf, locked) = (&b"%PDF-1.7\n"[..], &b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..]);
        for (head, name, declared, expected) in [
            (pdf, "a.PDF", Some("application/pdf"), Ok("application/pdf")),
            (pdf, "a", None, Ok("application/pdf")),
            (pdf, "a.docx", None, Err("mismatch")),
            (pdf, "a.png", None, Err("mismatch")),
            (pdf, "a.pdf", Some("text/html"), Err("mismatch")),
            (
                office,
                "a.docx",
                Some("application/zip"),
                Ok(DOCUMENTS[1].1),
            ),
            (office, "a.xlsx", None, Ok(DOCUMENTS[2].1)),
            (office, "a.epub", None, Err("refused")),
            (office, "a.docm", None, Err("refused")),
            (office, "a", None, Err("refused")),
            (other, "a.docx", None, Err("refused")),
            (PNG_HEAD, "a.pdf", None, Err("mismatch")),
            (locked, "a.doc", None, Err("refused")),
            (locked, "a.pdf", None, Err("refused")),
        ] {
            assert_eq!(mime(head, name, declared), expected, "{name} {declared:?}");
        }
        let name = FileName::parse("a.docx").unwrap();
        assert!(matches!(
            agreed(locked, &name, None),
            Err(FilesError::Locked)
        ));
    }

    #[test]
    fn a_name_without_an_end_gets_one() -> Result<(), FilesError> {
        assert_eq!(JPEG.complete(&FileName::parse("春")?)?.as_str(), "春.jpg");
        assert_eq!(
            JPEG.complete(&FileName::parse("a.JPEG")?)?.as_str(),
            "a.JPEG"
        );
        assert!(JPEG.complete(&FileName::parse("a.png")?).is_err());
        Ok(())
    }
}
